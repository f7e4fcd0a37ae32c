"""The evidence of a decision."""

from datetime import date, timedelta
from functools import reduce
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.calling.facts import HINDERED, facts_of
from schemas.debtor import Access, Bill, BillStatus, Client, Contract, Debtor
from schemas.errors import RejectRecord
from schemas.hydration.fold import empty, step
from schemas.hydration.record import learned, unlearned
from schemas.key_parts import escaped
from schemas.queue import Aside, Facts
from schemas.rows import ErpRow
from tests.strategies import DEBTORS, MONDAY, SEEN, event
from tests.unit.records import of_row


@given(st.data(), DEBTORS)
def test_the_evidence_does_not_depend_on_the_order_of_bills_and_contracts(data: st.DataObject, state: Debtor) -> None:
    """Else the same debt would be published again and again."""
    shuffled = state.model_copy(
        update={
            "bills": dict(data.draw(st.permutations(list(state.bills.items())))),
            "contracts": dict(data.draw(st.permutations(list(state.contracts.items())))),
        }
    )

    assert facts_of(shuffled) == facts_of(state)


def reason(state: Debtor, bill: Bill) -> str | None:
    """Why a bill does not count, written once more."""
    if any(bill is one and f"bill:{escaped(code)}" in state.unread for code, one in state.bills.items()):
        return "bill_unreadable"
    contract = state.contracts.get(bill.contract)
    instalments = [one for one in state.bills.values() if one is not bill and one.instalment_of == bill.agreement]
    ended = [one.broken for one in state.instalments.values() if one.of == bill.agreement]
    if (instalments != [] or (ended != [] and not any(ended))) if bill.agreement else bill.renegotiated:
        return "renegotiated"
    if bill.awaiting_confirmation or (state.client is not None and state.client.promised):
        return "awaiting_confirmation"
    suspended = contract is not None and contract.voluntary_suspension
    return "voluntary_suspension" if contract and suspended and contract.status in {"active", "draft", "unknown"} else None


@given(DEBTORS, st.booleans())
def test_each_bill_counts_or_is_set_aside_by_itself(state: Debtor, promised: bool) -> None:
    """The oldest first; of what is set aside the oldest day by reason, where anything is open on it."""
    if state.client is not None:
        state = state.model_copy(update={"client": state.client.model_copy(update={"promised": promised})})
    facts, bills = facts_of(state), state.bills.values()
    aside = {why: [b.due_on for b in bills if reason(state, b) == why and b.open_cents] for why in get_args(Aside)}

    assert list(facts.due) == sorted((b.due_on, b.open_cents) for b in bills if reason(state, b) is None)
    assert facts.set_aside == {why: min(days) for why, days in aside.items() if days}
    assert {facts.awaiting_confirmation, facts.renegotiated, facts.voluntary_suspension} == {False}


@given(
    DEBTORS,
    st.sampled_from(["1899-12-30", "1970-01-01", "0001-01-01", "1999-12-31", "2062-11-01", "2206-11-01", "9999-12-31"]),
)
def test_a_due_date_that_means_none_never_counts(state: Debtor, day: str) -> None:
    """Nor is it a reason; that of a real bill beside it stays."""
    never = Bill(due_on=date.fromisoformat(day), open_cents=9_990, status="open", seen_at=SEEN)
    both = state.model_copy(update={"bills": {**state.bills, "never": never}})
    renegotiated = state.model_copy(
        update={"bills": {**state.bills, "never": never.model_copy(update={"renegotiated": True})}}
    )

    assert facts_of(both) == facts_of(renegotiated) == facts_of(state)


def test_a_bill_of_a_contract_that_is_not_known_counts() -> None:
    """Of IXC only the contracts that differ from the ordinary are read."""
    bill = Bill(contract="8", due_on=MONDAY, open_cents=9_990, status="open", seen_at=SEEN)
    suspended = Contract(status="active", access="active", voluntary_suspension=True, seen_at=SEEN)
    of = {"instance": "norte", "code": "1", "version": 1, "changed_at": SEEN, "contracts": {"7": suspended}}
    facts = facts_of(Debtor.model_validate({**of, "bills": {"1": bill, "2": bill.model_copy(update={"contract": "7"})}}))

    assert facts.due == ((MONDAY, 9_990),)
    assert facts.set_aside == {"voluntary_suspension": MONDAY}


LATE = MONDAY - timedelta(days=20)


def of_ixc(*rows: ErpRow) -> Facts:
    """What hydrate makes of IXC's own rows, and the dialer of that."""
    return facts_of(reduce(step, rows, empty("norte", "5", SEEN)))


def ixc_bill(code: str, *, due_on: date = LATE, **columns: str) -> ErpRow:
    columns = {"id_contrato": "7", "data_vencimento": due_on.isoformat(), "valor_aberto": "99.90", **columns}
    return event("bill", code, client="5", **columns)


@pytest.mark.parametrize("none", ["0", "", "NULL", "-", "00"])
def test_what_an_agreement_replaced_waits_and_its_instalments_count_like_any_bill(none: str) -> None:
    """A broken agreement is debt; an instalment that is not due yet holds nobody."""
    original = ixc_bill("1", id_renegociacao="9", id_renegociacao_novo=none)
    late = ixc_bill("2", id_renegociacao=none, id_renegociacao_novo="9")
    coming = ixc_bill("3", due_on=MONDAY + timedelta(days=30), id_renegociacao=none, id_renegociacao_novo="9")
    other = ixc_bill("4", id_renegociacao=none, id_renegociacao_novo=none)

    assert of_ixc(original, late, coming).set_aside == {"renegotiated": LATE}
    assert of_ixc(original, late, coming).due == ((LATE, 9_990), (MONDAY + timedelta(days=30), 9_990))
    assert of_ixc(other, coming) == of_ixc(coming, other)
    assert (LATE, 9_990) in of_ixc(other, coming).due


def test_an_agreement_that_was_never_finished_leaves_debts() -> None:
    """Its id stands on real bills, and no bill is an instalment of it; nor is a bill its own."""
    for columns in ({"id_renegociacao_novo": "0"}, {"id_renegociacao_novo": "9"}, {"id_renegociacao_novo": "8"}):
        facts = of_ixc(ixc_bill("1", id_renegociacao="9", **columns))

        assert (facts.due, facts.set_aside) == (((LATE, 9_990),), {})


@pytest.mark.parametrize(
    ("ends", "counts"),
    [
        ([{"status": "R"}, {"status": "R"}], False),
        ([{"status": "R"}, {"status": "A"}], False),
        ([{"status": "C"}, {"status": "C"}], True),
        ([{"status": "R"}, {"status": "C"}], True),  # broken: some were paid, the others cancelled
        ([{"status": "C"}, {"status": "A"}], False),
        ([{"status": "R"}, {"status": "C", "id_renegociacao": "8"}], False),  # another agreement goes on for it
        ([{"status": "A", "liberado": "N"}, {"status": "Z"}], True),
        ([{"status": "R"}, {"status": "A", "liberado": "N"}], False),
    ],
)
def test_an_agreement_that_was_kept_stands_for_what_it_replaced_and_a_broken_one_does_not(
    ends: list[dict[str, str]], counts: bool
) -> None:
    """Whatever the order in which its instalments were paid, and whenever the original is seen again."""
    original = ixc_bill("1", id_renegociacao="9")
    opened = [ixc_bill(str(n), id_renegociacao_novo="9") for n in (2, 3)]
    closing = [ixc_bill(str(n), id_renegociacao_novo="9", **end) for n, end in zip((2, 3), ends, strict=True)]

    for rows in ([original, *opened, *closing], [*opened, *reversed(closing), original], [*closing, original]):
        assert of_ixc(*rows).set_aside == ({} if counts else {"renegotiated": LATE})


def test_an_instalment_whose_payment_was_taken_back_is_open_and_then_broken() -> None:
    rows = [ixc_bill("1", id_renegociacao="9"), *(ixc_bill("2", id_renegociacao_novo="9", status=end) for end in "RA")]
    gone = event("bill", "2", client="5", gone=True)

    assert of_ixc(*rows).set_aside == {"renegotiated": LATE}
    assert of_ixc(*rows, ixc_bill("2", id_renegociacao_novo="9", status="C")).set_aside == {}
    assert of_ixc(*rows, gone).set_aside == of_ixc(*rows[:2], gone).set_aside == {}


def test_an_instalment_that_is_lost_still_stands_for_the_agreement() -> None:
    state = reduce(
        step, [ixc_bill("1", id_renegociacao="9"), ixc_bill("2", id_renegociacao_novo="9")], empty("norte", "5", SEEN)
    )
    lost = state.bills["2"].model_copy(update={"lost": True, "status": "unknown"})

    assert facts_of(state.model_copy(update={"bills": {**state.bills, "2": lost}})).set_aside == {"renegotiated": LATE}


def test_an_instalment_may_itself_be_renegotiated() -> None:
    facts = of_ixc(
        ixc_bill("1", id_renegociacao="8"),
        ixc_bill("2", id_renegociacao="9", id_renegociacao_novo="8"),
        ixc_bill("3", id_renegociacao_novo="9"),
    )

    assert (facts.due, facts.set_aside) == (((LATE, 9_990),), {"renegotiated": LATE})


def test_what_was_stored_before_agreements_were_told_apart_still_waits() -> None:
    bill = Bill(due_on=LATE, open_cents=9_990, status="open", renegotiated=True, seen_at=SEEN)
    of = {"instance": "norte", "code": "1", "version": 1, "changed_at": SEEN}

    assert facts_of(Debtor.model_validate({**of, "bills": {"1": bill}})).set_aside == {"renegotiated": LATE}


OF_A_CONTRACT = {"contrato": "300M", "desbloqueio_confianca_ativo": "N", "status_velocidade": "N"}


@pytest.mark.parametrize(
    "contracts",
    [
        {"7": ("A", "CA", "N"), "8": ("A", "CA", "S")},
        {"7": ("I", "D", "S")},
        {"7": ("D", "D", "S")},
        {"7": ("N", "D", "S")},
        {"8": ("A", "A", "S")},
    ],
    ids=["of another contract", "cancelled", "withdrawn", "negative", "bill of none that is listed"],
)
def test_a_suspension_of_another_contract_or_of_one_that_has_ended_holds_nobody(
    contracts: dict[str, tuple[str, ...]],
) -> None:
    rows = [
        event("contract", code, client="5", status=status, status_internet=net, contrato_suspenso=flag, **OF_A_CONTRACT)
        for code, (status, net, flag) in contracts.items()
    ]
    facts = of_ixc(*rows, ixc_bill("10"))

    assert (facts.due, facts.set_aside) == (((LATE, 9_990),), {})


@pytest.mark.parametrize("status", ["A", "P", "?"])
def test_a_suspension_of_the_bills_own_contract_sets_it_aside(status: str) -> None:
    row = event("contract", "7", client="5", status=status, status_internet="A", contrato_suspenso="S", **OF_A_CONTRACT)

    assert of_ixc(row, ixc_bill("10")).set_aside == {"voluntary_suspension": LATE}


@pytest.mark.parametrize("status", ["inactive", "withdrawn", "negative"])
def test_a_flag_that_was_stored_with_a_contract_that_has_ended_counts_for_nothing(status: str) -> None:
    contract = Contract.model_validate(
        {"status": status, "access": "disabled", "voluntary_suspension": True, "seen_at": SEEN}
    )
    bill = Bill(contract="7", due_on=LATE, open_cents=9_990, status="open", seen_at=SEEN)
    of = {"instance": "norte", "code": "1", "version": 1, "changed_at": SEEN, "contracts": {"7": contract}}

    assert facts_of(Debtor.model_validate({**of, "bills": {"1": bill}})).due == ((LATE, 9_990),)


@given(DEBTORS)
def test_access_that_is_missed_or_lent(state: Debtor) -> None:
    facts, contracts = facts_of(state), state.contracts.values()

    assert facts.trust_unlock == any(contract.trust_unlock for contract in contracts)
    assert facts.blocked == any(contract.access in HINDERED or contract.speed == "reduced" for contract in contracts)


@given(DEBTORS)
def test_a_client_that_was_not_seen_yet_is_unknown_and_has_no_phone(state: Debtor) -> None:
    facts = facts_of(state.model_copy(update={"client": None}))

    assert (facts.known, facts.phones, facts.person, facts.collect) == (False, (), "", True)
    assert (facts.name, facts.active, facts.uf, facts.company, facts.branch) == ("", False, "", False, "")


@given(DEBTORS)
def test_what_is_known_of_the_client_is_taken_over(state: Debtor) -> None:
    facts, client = facts_of(state), state.client

    assert facts.known is (client is not None)
    if client is not None:
        assert (facts.phones, facts.person, facts.collect) == (client.phones, client.person, client.collect)
        assert (facts.active, facts.company, facts.branch) == (client.active, client.company, client.branch)


FULANA = Client(
    name="FULANA", active=True, person="a" * 32, phones=("+5582999990001",), company=True, branch="2", uf="AL", seen_at=SEEN
)
OWED = Bill(contract="7", due_on=LATE, open_cents=9_990, status="open", seen_at=SEEN)


def of(*bills: Bill, client: Client = FULANA, **contract: str) -> Facts:
    standing = {"status": "active", "access": "active", "seen_at": SEEN, **contract}
    state = {"instance": "norte", "code": "1", "version": 1, "changed_at": SEEN, "client": client}
    contracts = {"7": Contract.model_validate(standing)}
    return facts_of(
        Debtor.model_validate({**state, "contracts": contracts, "bills": {str(n): bill for n, bill in enumerate(bills)}})
    )


def test_all_that_a_rule_asks_of_a_client_is_in_the_facts() -> None:
    facts = of(OWED)

    assert (facts.name, facts.active, facts.person, facts.uf) == ("FULANA", True, "a" * 32, "AL")
    assert (facts.company, facts.branch, facts.collect, facts.known) == (True, "2", True, True)


def test_who_announced_a_payment_waits_with_all_his_bills() -> None:
    """RBX notes it at the client."""
    facts = of(OWED, client=FULANA.model_copy(update={"promised": True}))

    assert (facts.due, facts.set_aside) == ((), {"awaiting_confirmation": LATE})


@pytest.mark.parametrize("status", get_args(BillStatus))
def test_only_what_is_open_counts_or_is_set_aside(status: str) -> None:
    bill = OWED.model_copy(update={"status": status})
    aside = bill.model_copy(update={"renegotiated": True})

    is_open = status in {"open", "partial"}
    assert of(bill).due == (((LATE, 9_990),) if is_open else ())
    assert of(aside).set_aside == ({"renegotiated": LATE} if is_open else {})


def test_a_bill_of_no_cent_is_no_reason_to_wait() -> None:
    nothing = OWED.model_copy(update={"open_cents": 0, "renegotiated": True})

    assert of(nothing, OWED).set_aside == {}
    assert of(nothing).due == ()


@pytest.mark.parametrize("access", get_args(Access))
def test_whose_access_is_blocked_or_slower_misses_it(access: str) -> None:
    blocked = access in {"throttled", "blocked_auto", "blocked_manual", "blocked"}

    assert of(OWED, access=access).blocked is blocked
    assert of(OWED, access=access, speed="reduced").blocked is True


@pytest.mark.parametrize("code", ["1", "7:1"])
@pytest.mark.parametrize("written", ["-0.10", "(10,00)", "99,90-", "R$ -5,00"])
def test_a_bill_whose_newest_row_nobody_could_read_is_not_called_for(written: str, code: str) -> None:
    """What is left of it may be nothing; its sibling counts, and so does it once its row can be read again."""
    key = b"norte:5"

    def told(state: Debtor | None, row: ErpRow) -> Debtor:
        record = of_row(row)
        try:
            return learned(key, state, record, SEEN)
        except RejectRecord:
            after = unlearned(key, state, record, "erp.bill.v1[3]@7", SEEN)
            assert after is not None
            return after

    state = told(told(None, ixc_bill(code)), ixc_bill("2"))
    unread = told(state, ixc_bill(code, valor_aberto=written))
    mended = told(unread, ixc_bill(code, valor_aberto="5.00"))

    assert (facts_of(unread).due, facts_of(unread).set_aside) == (((LATE, 9_990),), {"bill_unreadable": LATE})
    assert (sorted(facts_of(mended).due), facts_of(mended).set_aside) == ([(LATE, 500), (LATE, 9_990)], {})
