"""The state of a debtor's connections in the words of the ERP's own users."""

from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.facts.situation import WORST, situation, term
from schemas.debtor import Access
from schemas.erp import ERPS


def contract(access: str, raw: str, *, lost: bool = False) -> dict[str, Any]:
    return {"access": access, "access_raw": raw, "lost": lost}


def test_every_access_has_its_place() -> None:
    """A word that is added to the schema must be ranked here too."""
    assert sorted(WORST) == sorted(get_args(Access))


def test_the_worst_contract_speaks() -> None:
    """Whatever order the view lists them in."""
    active, notice, blocked = contract("active", "A"), contract("notice", "FA"), contract("blocked_auto", "CA")

    assert situation("ixc", [active, blocked, notice]) == "Bloqueio Automático"
    assert situation("ixc", [notice, active]) == "Financeiro em atraso"
    assert situation("ixc", [active]) == "Ativo"
    assert situation("ixc", []) == ""


def test_an_unknown_code_is_shown_as_the_erp_writes_it() -> None:
    """Before a good one: somebody should look at it."""
    assert situation("ixc", [contract("active", "A"), contract("unknown", "CE")]) == "CE"


def test_a_lost_contract_says_nothing() -> None:
    """Its last code is history."""
    assert situation("ixc", [contract("unknown", "CA", lost=True)]) == ""
    assert situation("ixc", [contract("unknown", "CA", lost=True), contract("active", "A")]) == "Ativo"


def test_rbx_says_elsewhere_who_is_blocked() -> None:
    """The contract's own code still says active."""
    assert situation("rbx", [contract("blocked", "A")]) == "Bloqueado"


@pytest.mark.parametrize("kind", ERPS)
@given(st.data())
def test_every_code_has_the_term_that_the_erp_declares(kind: str, data: st.DataObject) -> None:
    """For each ERP, each of its codes."""
    (table,) = ERPS[kind].of_kind("contract")
    known = table.codes["access"][1].known
    raw = data.draw(st.sampled_from(sorted(known)))

    assert term(kind, known[raw][0], raw) == known[raw][1]
