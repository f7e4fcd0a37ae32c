"""What a provider remembers of its debts: the rows that were, not only those that are."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from deploy.simulators.ixc.past import PHONES, Past
from deploy.simulators.ixc.provider import Size
from deploy.simulators.ixc.simulator import Simulator
from deploy.simulators.ixc.store import Edit, Provider

DUE = "2026-11-01"
BILL = {"id_cliente": "7", "data_vencimento": DUE, "liberado": "S", "status": "A"}


def told(provider: Provider, edits: list[Edit], now: datetime) -> dict[str, Any]:
    """Of client 7, after these edits, one a minute."""
    past = Past()
    for minute, edit in enumerate(edits):
        at = now + timedelta(minutes=minute)
        past.note(provider[edit.table], edit, at)
        provider.apply(edit, at)
    found: dict[str, Any] = past.debts(provider)["7"]
    return found


def test_a_bill_was_owed_until_it_was_paid(provider_of: Callable[[int], Provider], now: datetime) -> None:
    edits = [Edit("fn_areceber", 9_001, {"id": "9001", **BILL}), Edit("fn_areceber", 9_001, {"status": "R"})]
    (bill,) = [one for one in told(provider_of(1), edits, now)["bills"] if one[0] == DUE and one[1] is not None]

    assert bill == [DUE, now.isoformat(), (now + timedelta(minutes=1)).isoformat()]


def test_a_bill_that_is_deleted_is_owed_no_more(provider_of: Callable[[int], Provider], now: datetime) -> None:
    edits = [Edit("fn_areceber", 9_001, {"id": "9001", **BILL}), Edit("fn_areceber", 9_001, None)]
    (bill,) = [one for one in told(provider_of(1), edits, now)["bills"] if one[0] == DUE and one[1] is not None]

    assert bill[2] == (now + timedelta(minutes=1)).isoformat()


def test_a_change_of_the_amount_begins_nothing_anew(provider_of: Callable[[int], Provider], now: datetime) -> None:
    edits = [Edit("fn_areceber", 9_001, {"id": "9001", **BILL}), Edit("fn_areceber", 9_001, {"valor_aberto": "1.00"})]
    (bill,) = [one for one in told(provider_of(1), edits, now)["bills"] if one[0] == DUE and one[1] is not None]

    assert bill == [DUE, now.isoformat(), None]


def test_a_telephone_is_remembered_after_it_has_changed(provider_of: Callable[[int], Provider], now: datetime) -> None:
    provider = provider_of(1)
    before = [text for name in PHONES if (text := provider["cliente"].full(7)[name])]
    found = told(provider, [Edit("cliente", 7, {"telefone_celular": "(82) 90000-0000"})], now)

    assert {*before, "(82) 90000-0000"} <= set(found["phones"])
    assert found["state"] in {"AL", "PE", "SE"}


def test_who_is_taken_out_is_inactive_from_then_on(provider_of: Callable[[int], Provider], now: datetime) -> None:
    edits = [Edit("cliente", 7, {"ativo": "S"}), Edit("cliente", 7, {"ativo": "N"})]

    assert told(provider_of(1), edits, now)["inactive"][-1] == [(now + timedelta(minutes=1)).isoformat(), None]


def test_every_way_to_change_a_row_is_remembered(today: date, now: datetime) -> None:
    simulator = Simulator(Size(60, 2.7), 1, today)
    before = sum(len(one["bills"]) for one in simulator.past.debts(simulator.provider).values())
    simulator.pay(None, now)
    ended = [bill for one in simulator.past.debts(simulator.provider).values() for bill in one["bills"] if bill[2]]

    assert len(ended) == 1
    assert sum(len(one["bills"]) for one in simulator.past.debts(simulator.provider).values()) == before
