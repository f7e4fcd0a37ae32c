"""The evidence of a decision."""

from hypothesis import given
from hypothesis import strategies as st

from schemas.calling.facts import HINDERED, facts_of
from schemas.debtor import Debtor
from tests.strategies import DEBTORS


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


@given(DEBTORS)
def test_every_bill_counts_oldest_first(state: Debtor) -> None:
    due = facts_of(state).due

    assert sorted((bill.due_on, bill.open_cents) for bill in state.bills.values()) == list(due)
    assert [day for day, _ in due] == sorted(day for day, _ in due)


@given(DEBTORS)
def test_one_bill_or_contract_that_objects_is_enough(state: Debtor) -> None:
    facts = facts_of(state)
    bills, contracts = state.bills.values(), state.contracts.values()

    assert facts.awaiting_confirmation == any(bill.awaiting_confirmation for bill in bills)
    assert facts.renegotiated == any(bill.renegotiated for bill in bills)
    assert facts.voluntary_suspension == any(contract.voluntary_suspension for contract in contracts)
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
