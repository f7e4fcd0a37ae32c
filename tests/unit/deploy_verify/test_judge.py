"""One debtor's sides beside each other: equal ones say nothing, each kind of damage is named and shown with care."""

from datetime import date

import pytest
from hypothesis import given

from deploy.verify.difference import WHOLE, shown
from deploy.verify.judge import PLACES, Stored, entry, misplaced, sight, state
from deploy.verify.kept import Placed
from schemas.calling.facts import facts_of
from schemas.codec import decode, encode
from schemas.debtor import Bill, Client, Debtor
from schemas.queue import Facts, PastCall, QueueEntry, Verdict
from tests.strategies import DEBTORS, SEEN

BILL = Bill(due_on=date(2026, 1, 5), open_cents=9_990, status="open", seen_at=SEEN)
CLIENT = Client(name="Fulana de Teste", active=True, person="a" * 32, phones=("+5582999990001",), seen_at=SEEN)
OWES = Debtor(instance="norte", code="7", version=3, changed_at=SEEN, client=CLIENT, bills={"12": BILL})
KEY = "norte:7"


CALLED = PastCall(attempt="01M8HV1EA74ENNANBNK65PBP4C", at=SEEN, number="+5582999990001", outcome="busy")


def queued(debtor: Debtor, *calls: PastCall) -> bytes:
    return encode(
        QueueEntry(
            instance=debtor.instance,
            code=debtor.code,
            version=1,
            debtor_version=debtor.version,
            decided_at=SEEN,
            facts=facts_of(debtor).model_copy(update={"calls": calls}),
            verdict=Verdict(),
        )
    )


@given(DEBTORS)
def test_a_state_equals_itself_under_another_version(debtor: Debtor) -> None:
    later = debtor.model_copy(update={"version": debtor.version + 5})
    assert list(state(KEY, "", encode(debtor), encode(later))) == []


def test_a_changed_amount_is_named_with_both_amounts() -> None:
    wrong = OWES.model_copy(update={"bills": {"12": BILL.model_copy(update={"open_cents": 1})}})
    [found] = state(KEY, "debtor.v1[2]@9", encode(OWES), encode(wrong))
    assert found == ("norte", "7", "debtor.v1[2]@9", "bills.12.open_cents", "9990", "1")


@pytest.mark.parametrize(
    ("expected", "found", "said"),
    [(encode(OWES), None, ("present", "absent")), (None, encode(OWES), ("absent", "present"))],
    ids=["missing", "nobody's"],
)
def test_a_debtor_on_one_side_only_is_one_difference(
    expected: bytes | None, found: bytes | None, said: tuple[str, str]
) -> None:
    [one] = state(KEY, "", expected, found)
    assert (one.field, one.expected, one.found) == (WHOLE, *said)


def test_a_bill_on_one_side_only_is_one_difference() -> None:
    [found] = state(KEY, "", encode(OWES), encode(OWES.model_copy(update={"bills": {}})))
    assert (found.field, found.expected, found.found) == ("bills.12", "present", "absent")


def test_a_debtor_of_whom_nothing_is_left_may_be_there_or_not() -> None:
    nothing = Debtor(instance="norte", code="7", version=9, changed_at=SEEN)
    assert list(state(KEY, "", None, encode(nothing))) == []
    assert list(state(KEY, "", encode(nothing), None)) == []


def test_a_state_that_nobody_can_read_is_a_difference() -> None:
    [found] = state(KEY, "", encode(OWES), b"{")
    assert (found.expected, found.found) == ("readable", "unreadable")


def test_a_row_of_which_only_the_loss_is_left_is_not_judged() -> None:
    lost = OWES.model_copy(update={"bills": {"12": BILL.model_copy(update={"status": "unknown", "lost": True})}})
    refolded = OWES.model_copy(update={"bills": {}})
    assert list(state(KEY, "", encode(refolded), encode(lost), {("bill", "12")})) == []
    assert len(list(state(KEY, "", encode(refolded), encode(lost), {("bill", "13")}))) == 1


def test_an_entry_is_there_where_bills_are_open_and_nowhere_else() -> None:
    free = encode(OWES.model_copy(update={"bills": {}}))
    assert list(entry(KEY, "", encode(OWES), queued(OWES))) == []
    assert list(entry(KEY, "", free, None)) == []
    assert list(entry(KEY, "", None, None)) == []
    assert [one.expected for one in entry(KEY, "", encode(OWES), None)] == ["present"]
    assert [one.expected for one in entry(KEY, "", free, queued(OWES))] == ["absent"]


def test_who_was_called_keeps_his_entry_with_the_facts_of_the_debtor_that_is_left() -> None:
    free = OWES.model_copy(update={"bills": {}})
    assert list(entry(KEY, "", encode(OWES), queued(OWES, CALLED))) == []
    assert list(entry(KEY, "", encode(free), queued(free, CALLED))) == []
    assert [one.field for one in entry(KEY, "", encode(free), queued(OWES, CALLED))] == ["facts.due"]
    assert len(list(entry(KEY, "", None, queued(free, CALLED)))) > 0


def test_an_entry_that_came_back_for_a_call_after_the_last_bill_knows_of_the_call_alone() -> None:
    """The dialer had forgotten him by then. Where he owes, or nobody called him, it is one that is wrong."""

    def forgotten(*calls: PastCall) -> bytes:
        blank = decode(QueueEntry, queued(OWES, *calls))
        return encode(blank.model_copy(update={"facts": Facts(calls=calls), "settled": True}))

    free = encode(OWES.model_copy(update={"bills": {}}))
    assert list(entry(KEY, "", free, forgotten(CALLED))) == []
    assert [one.expected for one in entry(KEY, "", free, forgotten())] == ["absent"]
    assert "facts.known" in [one.field for one in entry(KEY, "", encode(OWES), forgotten(CALLED))]


def test_facts_of_another_state_are_named() -> None:
    other = OWES.model_copy(update={"client": CLIENT.model_copy(update={"phones": ("+5582999990002",)})})
    [found] = entry(KEY, "queue.v1[1]@4", encode(OWES), queued(other))
    assert found == ("norte", "7", "queue.v1[1]@4", "facts.phones", "…0001", "…0002")


def test_people_are_shown_no_further_than_needed() -> None:
    assert shown("client.name", "Fulana de Teste", "Fulano da Silva") == ("F. d. T.", "F. d. S.")
    assert shown("client.person", "a" * 32, "a" * 31 + "b") == ("aaaaaa…", "aaaaaa… (another)")
    assert shown("client.phones", ["+5582999990001"], []) == ("…0001", "")


# --- a document and its record

AT_5, AT_9, GONE_9 = Placed(5, b"five"), Placed(9, b"nine"), Placed(9, None)


def stored(offset: int, generation: int = 2) -> Stored:
    return Stored(generation * PLACES + offset, b"")


@pytest.mark.parametrize(
    ("document", "below", "last", "record", "moving", "wrong_place"),
    [
        (stored(5), AT_5, AT_5, AT_5, False, False),
        (stored(3), AT_5, AT_5, AT_5, False, True),
        (stored(7), AT_5, AT_5, AT_5, False, True),
        (stored(9), AT_5, AT_9, AT_9, False, False),
        (stored(7), AT_5, AT_9, AT_9, True, False),
        (stored(5), AT_5, AT_9, AT_5, False, False),
        (stored(9), None, AT_9, AT_9, False, False),
        (None, AT_5, AT_5, AT_5, False, False),
        (None, None, AT_9, None, False, False),
        (None, GONE_9, GONE_9, None, False, False),
        (None, AT_5, GONE_9, AT_5, True, False),
        (stored(5), GONE_9, GONE_9, None, False, True),
        (stored(6_000), AT_5, AT_5, AT_5, False, False),
    ],
)
def test_which_record_a_document_must_show(
    document: Stored | None,
    below: Placed | None,
    last: Placed | None,
    record: Placed | None,
    moving: bool,
    wrong_place: bool,
) -> None:
    """The one that was committed, or a newer one that the sink has already written; `end` is 10."""
    seen = sight(document, below, last, 10)
    assert (seen.record, seen.moving, seen.misplaced) == (record, moving, wrong_place)


def test_a_misplaced_document_tells_both_places() -> None:
    found = misplaced("norte:7", "debtors", AT_5, stored(3))
    assert found == ("norte", "7", "debtors", "version", "offset 5", "offset 3")
