"""The evidence of a decision."""

from datetime import date
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from schemas.calling.facts import HINDERED, facts_of
from schemas.debtor import Bill, Contract, Debtor
from schemas.queue import Aside
from tests.strategies import DEBTORS, MONDAY, SEEN


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
    contract = state.contracts.get(bill.contract)
    if bill.renegotiated:
        return "renegotiated"
    if bill.awaiting_confirmation or (state.client is not None and state.client.promised):
        return "awaiting_confirmation"
    return "voluntary_suspension" if contract is not None and contract.voluntary_suspension else None


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


@given(DEBTORS, st.sampled_from(["1899-12-30", "1970-01-01", "0001-01-01", "1999-12-31", "2100-01-01", "2206-11-01"]))
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


@given(DEBTORS)
def test_access_that_is_missed_or_lent(state: Debtor) -> None:
    facts, contracts = facts_of(state), state.contracts.values()

    assert facts.trust_unlock == any(contract.trust_unlock for contract in contracts)
    assert facts.blocked == any(contract.access in HINDERED or contract.speed == "reduced" for contract in contracts)


@given(DEBTORS)
def test_a_client_that_was_not_seen_yet_is_unknown_and_has_no_phone(state: Debtor) -> None:
    facts = facts_of(state.model_copy(update={"client": None}))

    assert (facts.known, facts.phones, facts.person, facts.collect) == (False, (), "", True)


@given(DEBTORS)
def test_what_is_known_of_the_client_is_taken_over(state: Debtor) -> None:
    facts, client = facts_of(state), state.client

    assert facts.known is (client is not None)
    if client is not None:
        assert (facts.phones, facts.person, facts.collect) == (client.phones, client.person, client.collect)
        assert (facts.active, facts.company, facts.branch) == (client.active, client.company, client.branch)
