"""What `collector instance test` asks: all that a sweep would, as little of it as can be, and true totals."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from producers.erp.exports.folder import ExportSource
from producers.erp.source import Probe
from schemas.erp import rbx
from schemas.erp.altarede import PLANS
from schemas.erp.altarede_options import AltaredeExport
from schemas.erp.ixc import BILLS, CLIENTS, CONTRACTS
from schemas.erp.rbx import RBX
from schemas.errors import StopWorker
from tests.strategies import erp_row, instance
from tests.unit.producers.memory_erp import MemoryErp
from tests.unit.producers.memory_rbx import SECRETS, MemoryRbx
from tests.unit.producers.sheets import export, put

OLD = 10.0


async def surveyed(erp: MemoryRbx) -> dict[str, Probe]:
    source = erp.source()
    try:
        return {table.name: await source.survey(table) for table in RBX.tables}
    finally:
        await source.close()


def document(code: int, due: str) -> dict[str, Any]:
    return {"Sequencia": str(code), "CliFor": "1", "Conta": "1", "Tipo": "C", "Valor": "1.00", "Vencimento": due}


async def test_an_rbx_is_asked_a_few_small_questions() -> None:
    """A row beyond the first range is found; nothing is asked for twice."""
    erp = MemoryRbx()
    erp.rows["ConsultaClientes"] = [{"Codigo": str(code)} for code in range(1_000, 1_200)]
    erp.rows["ConsultaContratos"] = [{"Numero": "7", "Cliente_Codigo": "1000"}]
    erp.rows["ConsultaDocumentosAbertos"] = [document(5, "2026-01-25")]

    found = await surveyed(erp)

    assert [row["Codigo"] for row in found["ConsultaClientes"].rows][:2] == ["1000", "1001"]
    assert found["ConsultaClientes"].total is None
    assert {row["Vencimento"]: row["date_form"] for row in found["ConsultaDocumentosAbertos"].rows} == {"2026-01-25": "ymd"}
    questions = [str(body) for body in erp.asked]
    assert len(questions) == len(set(questions))
    asked = Counter(service for body in erp.asked for service in body)
    assert asked["ConsultaContratosBloqueados"] == asked["ConsultaClientesReducao"] == 1
    assert max(asked.values()) <= 8, asked


async def test_an_rbx_that_invents_is_seen_and_a_date_is_settled_by_v2() -> None:
    erp = MemoryRbx({**SECRETS, "token_v2": "v" * 8})
    erp.rows["ConsultaDocumentosAbertos"] = [document(code, "2026-02-03") for code in (5, 6)]
    erp.v2 = {1: [{"id": code, "due_date": "2026-03-02"} for code in (5, 6)]}
    assert {row["date_form"] for row in (await surveyed(erp))["ConsultaDocumentosAbertos"].rows} == {"ydm"}

    erp.fictitious = [{"Codigo": "1"}]
    with pytest.raises(StopWorker, match="Homologação"):
        await surveyed(erp)


async def test_an_ixc_tells_true_totals_also_of_several_questions() -> None:
    erp = MemoryErp()
    erp.put("cliente", *(erp_row("cliente", id=str(code)) for code in range(1, 81)))
    erp.put("fn_areceber", *(erp_row("fn_areceber", id=str(code), status="AP"[code % 2]) for code in range(1, 61)))
    contracts = [erp_row("cliente_contrato", id=str(code), status="A", status_internet="CA") for code in range(1, 31)]
    reduced = [{**row, "status_velocidade": "R"} for row in contracts[:10]]
    erp.put("cliente_contrato", *contracts, *reduced)
    source = erp.source(instance())

    totals = [(await source.survey(table)).total for table in (CLIENTS, CONTRACTS, BILLS)]
    await source.close()

    assert totals == [80, 30, 60]


@pytest.mark.parametrize("count", [0, 3, 2_500])
async def test_an_export_is_counted_whole(tmp_path: Path, count: int) -> None:
    put(tmp_path, "Planos.csv", export("Planos", *((str(code), "FIBRA", "9.90") for code in range(1, count + 1))), OLD)
    found = await ExportSource(AltaredeExport(folder=str(tmp_path))).survey(PLANS)

    assert found.total == count
    assert len(found.rows) <= 1_000


# --- RBX: a state that nobody has mapped


@pytest.mark.parametrize(
    ("situation", "published"), [("A", False), ("I", False), ("B", True), ("E", True), ("G", True), ("S", True), ("", True)]
)
def test_a_contract_in_a_state_that_nobody_has_mapped_is_published(situation: str, published: bool) -> None:
    row = {"Situacao_Codigo": situation, rbx.BLOCKED: "", rbx.REDUCED: ""}
    assert rbx.CONTRACTS.member(row) is published
    if situation in "EGS" and situation:
        assert rbx.CONTRACTS.words["access"].read(situation, "") == "unknown"
        assert rbx.CONTRACTS.words["status"].read(situation) == "unknown"
