"""Rows of one debtor into its state, in the order of their partition."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import reduce
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.debtor import Debtor
from schemas.errors import RejectRecord
from schemas.hydration.fold import MOST_DOUBTS, MOST_INSTALMENTS, MOST_ROWS, doubted, empty, forget, settled, stamped, step
from schemas.rows import ErpRow, Kind
from tests.strategies import INSTANTS, NAME, SEEN, event, histories

NOTHING = empty("norte", "1042", SEEN)


def folded(events: Iterable[ErpRow], start: Debtor = NOTHING) -> Debtor:
    return reduce(step, events, start)


def known(state: Debtor) -> tuple[object, object, object, object]:
    """What the state says about the ERP; not when it was seen, nor since when, which other rows tell too."""
    plain = state.model_dump(exclude={"client": {"seen_at"}, "contracts": {"__all__": {"seen_at", "access_since"}}})
    bills = {code: row.model_dump(exclude={"seen_at"}) for code, row in state.bills.items()}
    return plain["client"], plain["contracts"], bills, plain["instalments"]


def newest(events: Sequence[ErpRow], kind: str) -> dict[str, ErpRow]:
    """The last row of each id."""
    return {one.id: one for one in events if one.kind == kind}


def oracle(events: Sequence[ErpRow]) -> tuple[object, object, object, object]:
    """Written apart: only each row's last copy, alone, into an empty state."""
    alone = [known(step(NOTHING, one)) for kind in ("client", "contract", "bill") for one in newest(events, kind).values()]
    return (
        next((client for client, *_ in alone if client), None),
        *({code: row for one in alone for code, row in dict(one[rows]).items()} for rows in (1, 2, 3)),  # type: ignore[call-overload]  # plain
    )


# --- any history


@given(histories())
def test_the_state_is_that_of_each_rows_newest_copy(events: list[ErpRow]) -> None:
    assert known(folded(events)) == oracle(events)


@given(st.data(), histories())
def test_the_order_is_the_partitions_whatever_the_clocks_say(data: st.DataObject, events: list[ErpRow]) -> None:
    """A poller whose clock went back three hours loses no payment."""
    clocks = data.draw(st.lists(INSTANTS, min_size=len(events), max_size=len(events)))
    moved = [one.model_copy(update={"seen_at": at}) for one, at in zip(events, clocks, strict=True)]

    assert known(folded(moved)) == oracle(events)


@pytest.mark.parametrize("kind", ["client", "contract", "bill"])
def test_two_copies_of_one_instant_count_in_the_order_of_their_topic(kind: Kind) -> None:
    """A row that is there and gone within one sweep: the later one wins."""
    there, gone = event(kind, "7"), event(kind, "7", gone=True)

    assert known(folded([there, gone, there, gone])) == (None, {}, {}, {})
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


@given(histories())
def test_changed_at_is_the_newest_moment_that_taught_something(events: list[ErpRow]) -> None:
    """Topics are read side by side: it never goes back."""
    state = start = empty("norte", "1042", SEEN - timedelta(days=1))
    taught = [start.changed_at]
    for one in events:
        after = step(state, one)
        taught += [one.seen_at] if after is not state else []
        state = after

    assert state.changed_at == max(taught)


def test_a_row_that_is_published_once_more_teaches_nothing() -> None:
    """Whatever the moment at which it was seen: a poller that doubts publishes again."""
    state = folded([event("client", "1042"), event("contract", "1"), event("bill", "7")])
    later = SEEN + timedelta(hours=1)

    for kind, code in (("client", "1042"), ("contract", "1"), ("bill", "7")):
        assert step(state, event(kind, code, at=later)) is state  # type: ignore[arg-type]  # a kind


# --- versions and doubts


@given(st.lists(INSTANTS, min_size=1, max_size=6))
def test_versions_grow_whatever_the_clock_does(clock: list[object]) -> None:
    state = NOTHING
    for now in clock:
        after = stamped(state, now)  # type: ignore[arg-type]  # drawn instants
        assert after.version > state.version
        assert known(after) == known(state)
        state = after


@pytest.mark.parametrize("kind", ["contract", "bill"])
def test_more_rows_than_a_state_can_hold_are_rejected_one_by_one(kind: Kind) -> None:
    """A client with 60,000 bills stops nobody; what is known can still change and go."""
    full = folded(event(kind, str(n)) for n in range(MOST_ROWS))
    with pytest.raises(RejectRecord, match="more than 2000"):
        step(full, event(kind, "one-more"))
    fewer = step(full, event(kind, "7", gone=True))

    assert step(fewer, event(kind, "one-more")) is not fewer


def test_doubts_are_bounded_too() -> None:
    state = reduce(lambda one, n: doubted(one, f"bill:{n}", "p"), range(MOST_DOUBTS + 1), NOTHING)

    assert len(state.unread) == MOST_DOUBTS
    assert doubted(state, "bill:0", "q").unread["bill:0"] == "q"


def test_a_doubt_is_kept_until_the_row_is_read() -> None:
    state = doubted(doubted(NOTHING, "bill:7", "erp.bill.v1[3]@41"), "bill:8", "erp.bill.v1[3]@42")

    assert settled(state, "bill:7").unread == {"bill:8": "erp.bill.v1[3]@42"}
    assert settled(state, "bill:9") is state


@given(histories(), st.sampled_from(["client", "contract", "bill"]), st.sampled_from(["1", "2", "1042"]))
def test_a_tombstone_erases_the_row_and_every_memory_of_it(events: list[ErpRow], kind: str, code: str) -> None:
    before = folded(events)
    state = forget(before, kind, code)

    assert code not in {"client": [], "contract": state.contracts, "bill": state.bills}[kind]
    assert kind != "client" or state.client is None
    assert kind == "contract" or state.contracts == before.contracts
    assert kind == "bill" or state.bills == before.bills
    assert kind == "bill" or state.instalments == before.instalments
    assert kind != "bill" or code not in state.instalments


def test_instalments_that_are_due_no_more_are_bounded_and_the_newest_are_remembered() -> None:
    rows = [event("bill", str(n), status="R", id_renegociacao_novo="9") for n in range(MOST_INSTALMENTS + 1)]
    state = folded(rows)

    assert list(state.instalments) == [row.id for row in rows[1:]]
    assert step(state, rows[-1]) is state


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
    assert (bill.awaiting_confirmation, bill.renegotiated, bill.instalment_of, bill.seen_at) == (True, False, "9", SEEN)


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
        ({"data_vencimento": "2026-02-30"}, "data_vencimento"),
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


# --- since when


def access_since(*rows: ErpRow) -> datetime | None:
    state = empty(NAME, "1042", SEEN)
    for row in rows:
        state = step(state, row)
    return state.contracts["7"].access_since


def contract(hour: int, access: str, *, entered: bool = False, **columns: str) -> ErpRow:
    row = event("contract", "7", at=SEEN + timedelta(hours=hour), status_internet=access, **columns)
    return row.model_copy(update={"entered": entered})


def test_since_when_access_is_as_it_is_is_known_where_it_was_seen_to_change() -> None:
    """Whatever else of the row changes; a contract that came into the lists has just become what it is."""
    one, two = SEEN + timedelta(hours=1), SEEN + timedelta(hours=2)

    assert access_since(contract(0, "CA")) is None
    assert access_since(contract(0, "CA"), contract(1, "CA", contrato="other")) is None
    assert access_since(contract(0, "A"), contract(1, "CA")) == one
    assert access_since(contract(0, "A"), contract(1, "CA"), contract(2, "CA", contrato="other")) == one
    assert access_since(contract(0, "A"), contract(1, "CA"), contract(2, "CM")) == two
    assert access_since(contract(1, "CA", entered=True)) == one


def test_of_a_contract_that_was_lost_nobody_knows_since_when() -> None:
    lost = event("contract", "7", gone=True).model_copy(update={"lost": True})

    assert access_since(contract(0, "A"), contract(1, "CA"), lost) is None


def test_a_row_that_says_the_same_again_changes_nothing() -> None:
    state = step(step(empty(NAME, "1042", SEEN), contract(0, "A")), contract(1, "CA"))

    assert step(state, contract(2, "CA")) is state
