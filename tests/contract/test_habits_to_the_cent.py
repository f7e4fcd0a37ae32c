"""What simulated ERPs do without failing, read to the cent and the day: from their answers to the folded debtor."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from deploy.demo.erps import ERPS as SIMULATED
from deploy.simulators.habits import HABITS, NO_HABITS, named, of_erp
from deploy.simulators.ixc.faults import Fault, FaultKind
from deploy.simulators.ixc.simulator import Simulator
from deploy.simulators.ixc.store import Edit
from schemas.calling.facts import facts_of
from schemas.debtor import Debtor
from tests.contract.habitual import NOON, Habitual
from tests.waiting import no_waiting

__all__ = ["no_waiting"]

SPELT = ("other-dates", "other-nothings", "floats", "blank-none", "other-columns")
FAULTS: Mapping[FaultKind, float] = {"html": 0.05, "status500": 0.02, "cut": 0.02, "shift": 0.01}


@pytest.mark.parametrize(
    ("erp", "habits"),
    [(erp, name) for name in SPELT for erp in sorted(HABITS[name].erps)] + [(erp, "all") for erp in SIMULATED],
)
async def test_a_simulated_erp_with_habits_is_read_to_the_cent(erp: str, habits: str, tmp_path: Path) -> None:
    simulated = Habitual(erp, frozenset(of_erp(erp, named(habits))), tmp_path)
    await simulated.read()

    assert simulated.refused == 0
    assert sum(len(one.bills) for one in simulated.simulator.facts().values()) > 50
    assert simulated.wrong() == []


@pytest.mark.parametrize("erp", SIMULATED)
async def test_with_all_habits_and_failing_answers_changes_are_followed_row_for_row(erp: str, tmp_path: Path) -> None:
    """Nothing is refused either; who keeps no memory of what failed needs as many sweeps as it takes."""
    simulated = Habitual(erp, frozenset(of_erp(erp, named("all"))), tmp_path)
    for _ in range(4):
        simulated.simulator.faults = tuple(Fault(kind=kind, share=share) for kind, share in FAULTS.items())
        simulated.simulator.change(15, NOON)
        await simulated.read()
    simulated.simulator.faults = ()
    await simulated.read()

    assert simulated.refused == 0
    assert simulated.wrong() == []


def owing(simulator: Simulator) -> dict[str, list[tuple[str, int]]]:
    """By client: day and cents of the bills that somebody may be called for."""
    return {
        code: sorted(bill[:2] for number, bill in one.bills.items() if number not in one.aside)
        for code, one in simulator.facts().items()
        if one.bills
    }


def queued(states: Mapping[str, Debtor]) -> dict[str, list[tuple[str, int]]]:
    """The same as the dialer has it."""
    found = {code: facts_of(state).due for code, state in states.items() if state.bills}
    return {code: [(due_on.isoformat(), cents) for due_on, cents in due] for code, due in found.items()}


async def test_what_an_agreement_replaced_waits_for_open_instalments_and_counts_only_where_it_was_broken(
    tmp_path: Path,
) -> None:
    """The simulated provider has agreements: who pays all instalments owes nothing more, whose are cancelled owes again."""
    simulated = Habitual("ixc", NO_HABITS, tmp_path)
    simulator = simulated.simulator
    bills = simulator.provider["fn_areceber"].rows
    replaced = {code for code, row in bills.items() if row.get("id_renegociacao", "0") != "0" and "status" not in row}

    def aside() -> set[int]:
        return replaced & {int(code) for one in simulator.facts().values() for code in one.aside}

    await simulated.read()
    before = aside()
    assert before
    assert queued(simulated.states()) == owing(simulator)
    instalments = [code for code, row in bills.items() if row.get("id_renegociacao_novo", "0") != "0"]
    for code in instalments:
        simulator.pay(code, NOON)
    await simulated.read()
    assert aside() == before
    assert queued(simulated.states()) == owing(simulator)
    for code in instalments:
        simulator.provider.apply(Edit("fn_areceber", code, {"status": "A", "valor_aberto": "9.90"}), NOON)
    await simulated.read()
    assert queued(simulated.states()) == owing(simulator)
    for code in instalments:
        simulator.provider.apply(Edit("fn_areceber", code, {"status": "C"}), NOON)
    await simulated.read()
    assert not aside()
    assert queued(simulated.states()) == owing(simulator)
