"""Rows of one debtor into its state, whatever is delivered again."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import reduce
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.hydrate.fold import REMEMBER_CLOSED, empty, forget, stamped, step
from schemas.debtor import Debtor
from schemas.erp.ixc import BILLS
from schemas.errors import RejectRecord
from schemas.rows import ErpRow, Kind
from tests.strategies import INSTANTS, SEEN, event, histories

NOTHING = empty("norte", "1042", SEEN)


def folded(events: Iterable[ErpRow], start: Debtor = NOTHING) -> Debtor:
    return reduce(step, events, start)


def known(state: Debtor) -> tuple[object, object, object]:
    """What the state says about the ERP, without what it remembers for itself."""
    return state.client, state.contracts, state.bills


def newest(events: Sequence[ErpRow], kind: str) -> dict[str, ErpRow]:
    """The last row of each id."""
    return {one.id: one for one in events if one.kind == kind}


def oracle(events: Sequence[ErpRow]) -> tuple[object, object, object]:
    """Written apart: only each row's last copy, alone, into an empty state."""
    clients, contracts, bills = (newest(events, kind) for kind in ("client", "contract", "bill"))
    client = next(iter(clients.values()), None)
    shown = [one for one in bills.values() if one.row is not None and BILLS.member(one.row)]
    return (
        step(NOTHING, client).client if client else None,
        {one.id: step(NOTHING, one).contracts[one.id] for one in contracts.values() if one.row is not None},
        {one.id: step(NOTHING, one).bills[one.id] for one in shown},
    )


# --- any history


@given(histories())
def test_the_state_is_that_of_each_rows_newest_copy(events: list[ErpRow]) -> None:
    assert known(folded(events)) == oracle(events)


@given(st.data(), histories())
def test_delivering_again_from_anywhere_changes_nothing(data: st.DataObject, events: list[ErpRow]) -> None:
    """A crash or a rebalance goes back to an earlier offset, several times, and on from there."""
    delivered: list[ErpRow] = []
    start = 0
    for _ in range(data.draw(st.integers(1, 3))):
        end = data.draw(st.integers(start, len(events)))
        delivered += events[start:end]
        start = data.draw(st.integers(0, end))
    delivered += events[start:]

    assert known(folded(delivered)) == oracle(events)


@given(st.data(), histories())
def test_an_older_copy_never_wins_though_it_comes_late(data: st.DataObject, events: list[ErpRow]) -> None:
    """A dead letter that is replayed after it was mended: alone, and in any place."""
    state = folded(events)
    late = data.draw(st.sampled_from(events))
    newer = [one for one in events if (one.kind, one.id) == (late.kind, late.id) and one.seen_at > late.seen_at]
    if newer:
        assert known(step(state, late)) == known(state)


@given(st.permutations([0, 1, 2]), st.sampled_from(["paid", "gone"]))
def test_a_closed_bill_is_never_open_again_by_an_older_copy(order: list[int], how: str) -> None:
    """In any order of delivery: only the newest copy counts."""
    copies = [
        event("bill", "7", at=SEEN),
        event("bill", "7", at=SEEN + timedelta(minutes=1), valor_aberto="50.00", status="P"),
        event("bill", "7", at=SEEN + timedelta(minutes=2), gone=how == "gone", **({} if how == "gone" else {"status": "R"})),
    ]

    assert folded(copies[place] for place in order).bills == {}


@given(st.permutations([0, 1, 2]), st.sampled_from(["client", "contract"]))
def test_what_is_gone_does_not_come_back_by_an_older_copy(order: list[int], kind: str) -> None:
    copies = [
        event(kind, "7", at=SEEN),  # type: ignore[arg-type]  # a kind
        event(kind, "7", at=SEEN + timedelta(minutes=1)),  # type: ignore[arg-type]  # a kind
        event(kind, "7", at=SEEN + timedelta(minutes=2), gone=True),  # type: ignore[arg-type]  # a kind
    ]
    state = folded(copies[place] for place in order)

    assert (state.client, state.contracts) == (None, {})


@pytest.mark.parametrize("kind", ["client", "contract", "bill"])
def test_two_copies_of_one_instant_count_in_the_order_of_their_topic(kind: Kind) -> None:
    """A row that is there and gone within one sweep: the later one wins, also when both are delivered again."""
    there, gone = event(kind, "7"), event(kind, "7", gone=True)

    assert known(folded([there, gone, there, gone])) == (None, {}, {})
    assert known(folded([gone, there, gone, there])) == known(folded([there]))


def test_a_bill_that_is_open_once_more_is_open() -> None:
    """A payment that was taken back is a newer copy."""
    opened = event("bill", "7", at=SEEN + timedelta(minutes=2))
    state = folded([event("bill", "7"), event("bill", "7", at=SEEN + timedelta(minutes=1), status="R"), opened])

    assert list(state.bills) == ["7"]


@given(histories())
def test_the_same_rows_teach_nothing_the_second_time(events: list[ErpRow]) -> None:
    """The very same object, so that nothing is published."""
    state = folded(events)
    last = {(one.kind, one.id): one for one in events}

    assert all(step(state, one) is state for one in last.values())


@given(st.data(), histories())
def test_changed_at_is_the_newest_moment_that_went_in(data: st.DataObject, events: list[ErpRow]) -> None:
    """Whatever the order: topics are read side by side."""
    state = folded(data.draw(st.permutations(events)), empty("norte", "1042", SEEN - timedelta(days=1)))

    assert state.changed_at == max(one.seen_at for one in events)


# --- versions and memory


@given(st.lists(INSTANTS, min_size=1, max_size=6))
def test_versions_grow_whatever_the_clock_does(clock: list[object]) -> None:
    state = NOTHING
    for now in clock:
        after = stamped(state, now)  # type: ignore[arg-type]  # drawn instants
        assert after.version > state.version
        assert known(after) == known(state)
        state = after


def test_a_closed_bill_is_remembered_longer_than_any_redelivery_and_not_for_ever() -> None:
    first = folded([event("bill", "7", status="R")])
    assert list(first.closed) == ["bill:7"]

    edge = event("bill", "8", at=SEEN + REMEMBER_CLOSED, status="R")
    assert list(folded([edge], first).closed) == ["bill:7", "bill:8"]

    later = event("bill", "8", at=SEEN + REMEMBER_CLOSED + timedelta(seconds=1), status="R")
    assert list(folded([later], first).closed) == ["bill:8"]


@given(histories(), st.sampled_from(["client", "contract", "bill"]), st.sampled_from(["1", "2", "1042"]))
def test_a_tombstone_erases_the_row_and_every_memory_of_it(events: list[ErpRow], kind: str, code: str) -> None:
    before = folded(events)
    state = forget(before, kind, code)

    assert f"{kind}:{code}" not in state.closed
    assert code not in {"client": [], "contract": state.contracts, "bill": state.bills}[kind]
    assert kind != "client" or state.client is None
    assert kind == "contract" or state.contracts == before.contracts
    assert kind == "bill" or state.bills == before.bills


# --- one row


def test_a_bill_in_our_words() -> None:
    columns: dict[str, Any] = {
        "id_contrato": "",
        "id_contrato_avulso": "0",
        "id_contrato_principal": "2077",
        "status": "P",
        "valor_aberto": "40.5",
        "data_vencimento": "2026-01-05 00:00:00",
        "aguardando_confirmacao_pagamento": "S",
        "id_renegociacao_novo": "9",
    }
    row = event("bill", "88031", **columns)
    bill = step(NOTHING, row).bills["88031"]

    assert (bill.contract, bill.due_on.isoformat(), bill.open_cents, bill.status, bill.status_raw) == (
        "2077",
        "2026-01-05",
        4050,
        "partial",
        "P",
    )
    assert (bill.awaiting_confirmation, bill.renegotiated, bill.seen_at) == (True, True, SEEN)


@pytest.mark.parametrize(
    ("code", "access"),
    [
        ("A", "active"),
        ("D", "disabled"),
        ("CM", "blocked_manual"),
        ("CA", "blocked_auto"),
        ("FA", "notice"),
        ("AA", "awaiting_signature"),
        ("CE", "unknown"),
        ("", "unknown"),
    ],
)
def test_the_raw_access_is_kept_beside_our_word(code: str, access: str) -> None:
    contract = step(NOTHING, event("contract", "7", status_internet=code)).contracts["7"]

    assert (contract.access, contract.access_raw) == (access, code)


@pytest.mark.parametrize("columns", [{"valor_aberto": ""}, {"valor_aberto": "-0.01"}, {"data_vencimento": "0000-00-00"}])
def test_a_paid_bill_is_closed_whatever_its_columns_have_become(columns: dict[str, Any]) -> None:
    """Else its debtor would be called for a bill that is paid."""
    state = folded([event("bill", "7"), event("bill", "7", at=SEEN + timedelta(minutes=1), status="R", **columns)])

    assert state.bills == {}


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ({"valor_aberto": "1.152"}, "valor_aberto"),
        ({"data_vencimento": "0000-00-00"}, "data_vencimento"),
        ({"valor_aberto": "9" * 11}, "valor_aberto"),
    ],
)
def test_an_open_bill_that_cannot_be_read_is_rejected_by_its_column(columns: dict[str, Any], field: str) -> None:
    with pytest.raises(RejectRecord) as caught:
        step(NOTHING, event("bill", "7", **columns))

    assert caught.value.field == field
    assert not set(columns.values()) & set(str(caught.value).split())


@pytest.mark.parametrize(("update", "field"), [({"erp": "sap"}, "erp"), ({"kind": "reference"}, "kind")])
def test_a_row_of_nothing_that_is_declared_is_rejected(update: dict[str, str], field: str) -> None:
    with pytest.raises(RejectRecord) as caught:
        step(NOTHING, event("bill", "7").model_copy(update=update))

    assert caught.value.field == field
