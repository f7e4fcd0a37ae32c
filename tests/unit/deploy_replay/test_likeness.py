"""What two documents of one debtor differ in, and which states are put back: nothing that history cannot know as it was."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import partial

from hypothesis import given

from deploy.replay.likeness import mended, put_back, unlike
from schemas.calling.facts import facts_of
from schemas.codec import decode, encode
from schemas.debtor import Bill, Client, Contract, Debtor, Instalment
from schemas.queue import HoldReason, PastCall, QueueEntry, Verdict
from schemas.views import debtor as document
from schemas.views import queue as place
from tests.strategies import DEBTORS, SEEN

BILL = Bill(due_on=date(2026, 1, 5), open_cents=9_990, status="open", seen_at=SEEN)
LOST = BILL.model_copy(update={"lost": True, "status": "unknown"})
CLIENT = Client(name="Fulana de Teste", active=True, seen_at=SEEN)
CONTRACT = Contract(status="active", access="blocked_auto", access_since=SEEN, seen_at=SEEN)
OWES = Debtor(
    instance="norte", code="7", version=3, changed_at=SEEN, client=CLIENT, bills={"12": BILL}, contracts={"5": CONTRACT}
)
LATER = SEEN + timedelta(days=1)
KEY = OWES.key
debtors = partial(mended, "debtors", LATER)
queue = partial(mended, "queue", LATER)


def with_bills(**bills: Bill) -> Debtor:
    return OWES.model_copy(update={"bills": {name.removeprefix("b"): bill for name, bill in bills.items()}})


def entry(verdict: Verdict = Verdict(), *calls: PastCall, version: int = 1) -> QueueEntry:  # noqa: B008 - it is frozen
    facts = facts_of(OWES).model_copy(update={"calls": calls})
    return QueueEntry(
        instance="norte", code="7", version=version, debtor_version=3, decided_at=SEEN, facts=facts, verdict=verdict
    )


def held(reason: HoldReason, days: int) -> Verdict:
    return Verdict(holds=(reason,), ends={reason: SEEN + timedelta(days=days)})


@given(DEBTORS)
def test_the_same_debtor_made_anew_is_the_same(debtor: Debtor) -> None:
    """Another version, seen at another time, with an access of which nobody knows any more since when it is so."""
    contracts = {code: one.model_copy(update={"access_since": None}) for code, one in debtor.contracts.items()}
    bills = {code: one.model_copy(update={"seen_at": LATER}) for code, one in debtor.bills.items()}
    made = debtor.model_copy(update={"version": 9, "changed_at": LATER, "contracts": contracts, "bills": bills})
    assert list(unlike("debtors", document(debtor), document(made), LATER)) == []
    assert debtors(encode(debtor), encode(made)) == encode(debtor)


@given(DEBTORS, DEBTORS)
def test_what_is_put_back_is_what_was_made(live: Debtor, made: Debtor) -> None:
    """After it nothing differs that a comparison would tell."""
    made = made.model_copy(update={"instance": live.instance, "code": live.code})
    after = debtors(encode(live), encode(made))
    assert after is None or list(unlike("debtors", document(decode(Debtor, after)), document(made), LATER)) == []
    assert after is None or after == encode(live) or decode(Debtor, after).version > live.version


def test_an_amount_that_differs_is_told_and_put_back() -> None:
    unsure = {"5": CONTRACT.model_copy(update={"access_since": None})}
    made = with_bills(b12=BILL.model_copy(update={"open_cents": 1})).model_copy(update={"contracts": unsure})
    [found] = unlike("debtors", document(OWES), document(made), LATER)
    assert found == ("norte", "7", "debtors", "bills.12.open_cents", "9990", "1")
    after = decode(Debtor, debtors(encode(OWES), encode(made)))
    assert after.bills["12"].open_cents == 1
    assert after.contracts["5"].access_since == SEEN


def test_a_kept_agreement_of_which_the_live_state_does_not_know_is_put_back() -> None:
    """As after an update: what was paid before it stands in the rows."""
    made = OWES.model_copy(update={"instalments": {"11": Instalment(of="9")}})
    assert decode(Debtor, debtors(encode(OWES), encode(made))).instalments == made.instalments
    assert debtors(encode(made.model_copy(update={"client": None, "bills": {}, "contracts": {}})), None) is None


def test_a_lost_row_of_which_history_tells_no_more_stays() -> None:
    live, made = with_bills(b12=BILL, b13=LOST), with_bills(b12=BILL)
    assert list(unlike("debtors", document(live), document(made), LATER)) == []
    assert debtors(encode(live), encode(made)) == encode(live)
    assert list(unlike("debtors", document(live), document(live), LATER)) == []
    only_lost = Debtor(instance="norte", code="7", version=3, changed_at=SEEN, bills={"13": LOST})
    assert list(unlike("debtors", document(only_lost), None, LATER)) == []
    assert debtors(encode(only_lost), None) == encode(only_lost)
    [found] = unlike("debtors", document(made), document(live), LATER)
    assert found.field == "bills.13"


def test_who_is_on_one_side_only_comes_or_goes() -> None:
    [missing] = unlike("debtors", None, document(OWES), LATER)
    [foreign] = unlike("debtors", document(OWES), None, LATER)
    assert (missing.expected, foreign.found) == ("absent", "absent")
    assert debtors(encode(OWES), None) is None
    assert decode(Debtor, debtors(None, encode(OWES))).bills == OWES.bills


def test_only_what_differs_is_put_back() -> None:
    live: Mapping[bytes, bytes] = {KEY: encode(OWES), b"norte:8": encode(OWES), b"norte:9": encode(OWES)}
    made = {KEY: encode(OWES.model_copy(update={"version": 77})), b"norte:8": encode(with_bills())}
    assert put_back(live, made, debtors).keys() == {b"norte:8", b"norte:9"}


def test_what_is_over_makes_no_difference_in_the_queue() -> None:
    """Time takes nothing out of an entry that is there; one that is made anew has it not."""
    old = PastCall(
        attempt="01M8HV1EA74ENNANBNK65PBP4C", at=LATER - timedelta(days=31), number="+5582999990001", outcome="busy"
    )
    live, made = entry(held("limit_day", 1), old), entry(version=9)
    assert list(unlike("queue", place(live), place(made), LATER)) == []
    assert queue(encode(live), encode(made)) == encode(live)


def test_what_still_holds_makes_one() -> None:
    live, made = entry(held("limit_day", 2)), entry(version=9)
    assert {one.field for one in unlike("queue", place(live), place(made), LATER)} >= {"verdict.holds"}
    after = decode(QueueEntry, queue(encode(live), encode(made)))
    assert (after.verdict, after.version > live.version) == (Verdict(), True)
    recent = PastCall(attempt="01M8HV1EA74ENNANBNK65PBP4C", at=LATER - timedelta(days=29), number="+5582999990001")
    assert list(unlike("queue", place(entry()), place(entry(Verdict(), recent)), LATER))
    assert queue(encode(live), None) is None
