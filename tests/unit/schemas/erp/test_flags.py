"""Flags of each ERP that decide whether somebody is called: another spelling, or an unknown one, never rings anybody."""

import pytest

from schemas.calling.facts import facts_of
from schemas.debtor import Debtor
from schemas.erp import ERPS
from schemas.hydration.fold import empty, step
from schemas.rows import ErpRow
from tests.strategies import SEEN, event

SPELLED = ("SIM", "s", "1", "S ", "Sim", "TRUE", "t", "Y", "true")
NOT = ("N", "n", "NAO", "Não", "0", "false", "F", "", "NULL", "-")


def state(*events: ErpRow) -> Debtor:
    found = empty("norte", "1042", SEEN)
    for one in events:
        found = step(found, one)
    return found


def owing(**columns: str) -> ErpRow:
    return event(
        "bill", "1", **{"status": "A", "liberado": "S", "data_vencimento": "2026-01-02", "id_renegociacao": "", **columns}
    )


@pytest.mark.parametrize("written", [*SPELLED, "TALVEZ"])
def test_who_may_have_paid_is_not_called(written: str) -> None:
    facts = facts_of(state(owing(aguardando_confirmacao_pagamento=written)))

    assert (facts.due, list(facts.set_aside)) == ((), ["awaiting_confirmation"])


@pytest.mark.parametrize("written", NOT)
def test_who_has_not_said_so_may_be(written: str) -> None:
    assert facts_of(state(owing(aguardando_confirmacao_pagamento=written))).due


def test_a_released_bill_is_open_however_the_flag_is_spelled() -> None:
    assert facts_of(state(owing(liberado="s "))).due
    assert facts_of(state(owing(liberado="s ", status="a"))).due
    assert state(owing(liberado="s ", status="a")).bills["1"].status_raw == "a"


@pytest.mark.parametrize(
    ("written", "held"), [*((word, True) for word in (*SPELLED, "X")), *((word, False) for word in NOT)]
)
def test_a_suspended_contract_holds_its_bills(written: str, held: bool) -> None:
    contract = event("contract", "7", contrato_suspenso=written, status="A", status_internet="CA")
    facts = facts_of(state(contract, owing(id_contrato="7")))

    assert (list(facts.set_aside) == ["voluntary_suspension"]) is held


@pytest.mark.parametrize(
    ("written", "collect"), [*((word, False) for word in NOT[:7]), ("P", True), ("S", True), ("", True)]
)
def test_whom_the_erp_leaves_out_is_left_out(written: str, collect: bool) -> None:
    assert facts_of(state(event("client", "1042", participa_cobranca=written))).collect is collect


@pytest.mark.parametrize("written", [*SPELLED, "Ativo", "ATIVO "])
@pytest.mark.parametrize("erp", ["altarede-export", "altarede-webhooks"])
def test_an_active_client_is_active_however_it_is_spelled(erp: str, written: str) -> None:
    assert _client(erp, ATIVO=written) == (True, {})


@pytest.mark.parametrize(("written", "unmapped"), [*((word, {}) for word in (*NOT, "Inativo")), ("X", {"active": "X"})])
@pytest.mark.parametrize("erp", ["altarede-export", "altarede-webhooks"])
def test_who_is_not_known_to_be_active_is_not_and_an_unknown_word_is_counted(
    erp: str, written: str, unmapped: dict[str, str]
) -> None:
    assert _client(erp, ATIVO=written) == (False, unmapped)


def test_unknown_flags_are_kept_in_every_erp() -> None:
    assert _client("ixc", ativo="X", participa_cobranca="?A") == (False, {"active": "X", "collect": "?A"})
    assert _client("ixc", ativo="sim", participa_cobranca="P") == (True, {})
    assert _client("rbx", Situacao="Z", AvisoPagamento="X") == (True, {"active": "Z", "promised": "X"})
    assert _client("rbx", Situacao="", AvisoPagamento="") == (True, {})


@pytest.mark.parametrize(
    ("written", "word"), [("Vencido", "open"), ("vencido ", "open"), ("Pago", "paid"), ("Novo", "unknown")]
)
def test_a_status_is_read_whatever_its_capitals(written: str, word: str) -> None:
    table = ERPS["altarede-webhooks"].of_kind("bill")[0]
    row = {"STATUS": written, "VALOR_PAGO": "", "DATA_PAGAMENTO": ""}

    assert table.words["status"].value(event("bill", "1"), row) == word
    assert table.member(row) is (word != "paid")


def _client(erp: str, **columns: str) -> tuple[bool, dict[str, str]]:
    words = ERPS[erp].of_kind("client")[0].words
    row = event("client", "1042")
    return words["active"].value(row, columns), words["unmapped"].value(row, columns)
