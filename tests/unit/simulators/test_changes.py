from collections.abc import Callable
from datetime import date, datetime
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploy.simulators.ixc import truth
from deploy.simulators.ixc.changes import KINDS, OPEN, draw, payment
from deploy.simulators.ixc.faults import Fault
from deploy.simulators.ixc.filters import Row
from deploy.simulators.ixc.provider import Size, generate
from deploy.simulators.ixc.simulator import Simulator
from deploy.simulators.ixc.store import Provider

Maker = Callable[[int], Provider]
UNHURRIED = settings(deadline=None)  # each example makes a provider, which takes long on a loaded machine
SIZE = Size(60, 2.7)


def overdue(provider: Provider, today: date) -> int:
    cents: int = truth.debt(truth.clients(provider), today, 7)["overdue_cents"]
    return cents


@UNHURRIED
@given(choice=st.integers(0, 10**6))
def test_a_payment_lowers_what_is_overdue_by_exactly_its_cents(
    provider_of: Maker, today: date, now: datetime, choice: int
) -> None:
    provider = provider_of(1)
    bills = [
        (row["id"], row["data_vencimento"], round(float(row["valor_aberto"]) * 100))
        for row in provider["fn_areceber"].each()
        if row["liberado"] == "S" and row["status"] in {"A", "P"}
    ]
    bill, due, cents = bills[choice % len(bills)]
    before = overdue(provider, today)

    edit = payment(provider, int(bill), Random(choice), now)
    assert edit is not None
    provider.apply(edit, now)

    assert before - overdue(provider, today) == (cents if due < today.isoformat() else 0)
    paid = provider["fn_areceber"].full(int(bill))
    assert (paid["status"], paid["valor_aberto"], paid["pagamento_data"]) == ("R", "0.00", "2026-11-23")
    assert payment(provider, int(bill), Random(choice), now) is None, "paid once is paid"


EXPECTED: dict[str, Callable[[Row, Row], bool]] = {
    "pay": lambda _, new: (new["status"], new["valor_aberto"]) == ("R", "0.00"),
    "pay_part": lambda old, new: new["status"] == "P" and float(new["valor_aberto"]) < float(old["valor_aberto"]),
    "cancel": lambda old, new: (new["status"], new["valor_cancelado"]) == ("C", old["valor_aberto"]),
    "delete": lambda _, new: not new,
    "new_bill": lambda old, new: not old and new["status"] == "A" and new["data_vencimento"] > "2026-11-23",
    "block": lambda old, new: old["status_internet"] == "A" and new["status_internet"] in {"CA", "CM"},
    "unblock": lambda old, new: old["status_internet"] != "A" and new["status_internet"] == "A",
    "trust_on": lambda _, new: (new["status_internet"], new["desbloqueio_confianca_ativo"]) == ("A", "S"),
    "trust_off": lambda _, new: (new["status_internet"], new["desbloqueio_confianca_ativo"]) == ("CA", "N"),
    "slow": lambda _, new: new["status_velocidade"] == "R",
    "fast": lambda old, new: (old["status_velocidade"], new["status_velocidade"]) == ("R", "N"),
    "deactivate": lambda _, new: new["ativo"] == "N",
    "phone": lambda old, new: new["telefone_celular"] != old["telefone_celular"],
}


def test_every_kind_of_change_has_its_expectation() -> None:
    assert EXPECTED.keys() == KINDS.keys()


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_does_to_its_row_what_it_says(provider_of: Maker, now: datetime, kind: str) -> None:
    provider, rng = provider_of(1), Random(3)
    for needed in ("block", "block", "trust_on", "slow"):  # a small provider may lack a row to undo these on
        prepared = draw(provider, rng, now, needed)
        assert prepared is not None
        provider.apply(prepared.edit, now)

    change = draw(provider, rng, now, kind)

    assert change is not None
    table, row_id = provider[change.edit.table], change.edit.id
    old = table.full(row_id) if row_id in table.rows else {}
    provider.apply(change.edit, now)
    new = table.full(row_id) if row_id in table.rows else {}
    assert EXPECTED[kind](old, new)
    assert not new or new["ultima_atualizacao"] == "2026-11-23 10:30:00"


@UNHURRIED
@given(seed=st.integers(0, 1000))
def test_an_ended_contract_is_never_touched(provider_of: Maker, now: datetime, seed: int) -> None:
    provider, rng = provider_of(1), Random(seed)
    before = {row["id"]: row for row in provider["cliente_contrato"].each() if row["status"] != "A"}
    for _ in range(80):
        if change := draw(provider, rng, now):
            provider.apply(change.edit, now)

    assert {row["id"]: row for row in provider["cliente_contrato"].each() if row["status"] != "A"} == before


def test_without_any_row_there_is_nothing_to_change(today: date, now: datetime) -> None:
    assert draw(generate(Size(0), 1, today), Random(1), now) is None


def test_the_same_seed_and_commands_give_the_same_truth_however_often_somebody_asked(today: date, now: datetime) -> None:
    def run(questions: int) -> object:
        simulator = Simulator(SIZE, 5, today)
        simulator.faults = (Fault(kind="html", share=0.5),)
        for _ in range(questions):
            simulator.strike("cliente")
            simulator.page(simulator.provider["cliente"], b"{}")
        simulator.change(50, now)
        simulator.pay(None, now)
        return truth.clients(simulator.provider)

    assert run(0) == run(9)


def test_another_seed_gives_another_provider(provider_of: Maker) -> None:
    assert truth.clients(provider_of(1)) != truth.clients(provider_of(2))


def test_about_as_many_bills_come_as_go(today: date, now: datetime) -> None:
    """Else a long demonstration would run dry."""
    simulator = Simulator(Size(300, 2.7), 1, today)
    before = simulator.provider["fn_areceber"].select(OPEN).size
    simulator.change(2_000, now)

    assert 0.8 < simulator.provider["fn_areceber"].select(OPEN).size / before < 1.25


def test_rows_that_somebody_wrote_are_changed_like_any_other(today: date, now: datetime) -> None:
    """A stray write must not end the simulator."""
    simulator = Simulator(Size(0), 1, today)
    for table in ("cliente", "cliente_contrato", "fn_areceber"):
        simulator.write(simulator.table(table), b'{"valor":"-3","valor_aberto":"12,5","rp":"600"}', now)

    kinds = {change.kind for change in simulator.change(200, now)}

    assert kinds >= {"pay", "new_bill", "block", "phone"}
    assert truth.totals(truth.clients(simulator.provider))["clients"] == 1
