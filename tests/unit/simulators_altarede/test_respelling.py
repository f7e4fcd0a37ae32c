"""However an ERP spells its rows, the poller's readers find the same texts; and each spelling is not what JSON is."""

from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from deploy.simulators.altarede import delimited, spreadsheet
from deploy.simulators.altarede.sheets import SHEETS, Sheet
from deploy.simulators.ixc.simulator import Simulator
from deploy.simulators.respelling import ACCENTS, respelt
from producers.erp.exports.files import rows
from schemas.erp.altarede import EXPORT
from schemas.erp.json_text import read_json
from schemas.erp.values import text
from tests.unit.producers.sheets import listed_as, put

NAMES = ["CONCEIÇÃO DA SILVA", "JOSÉ ÁTILA", "São João", "ÓTICA & CIA", "FULANA DE TESTE"]
HABITS = [*ACCENTS, "raw-tab", "byte-order-mark"]


@pytest.mark.parametrize("habit", HABITS)
def test_the_same_names_in_other_bytes(habit: str) -> None:
    good = orjson.dumps([{"id": str(code), "nome": name} for code, name in enumerate(NAMES)])
    spelt = respelt(good, "clientes", frozenset({habit}))

    assert spelt != good
    assert [text(row["nome"]) for row in read_json(spelt)] == NAMES


def test_all_habits_together_are_read_too() -> None:
    good = orjson.dumps(NAMES)
    for name in ("cliente", "fn_areceber", "ConsultaClientes", "consulta_boleto", "listar-clientes"):
        assert [text(one) for one in read_json(respelt(good, name, frozenset(HABITS)))] == NAMES


READ = [sheet for sheet in SHEETS if sheet.name != "OS"]


@pytest.mark.parametrize("sheet", READ, ids=lambda sheet: sheet.name)
def test_every_form_of_an_export_has_the_same_rows(
    simulator_of: Callable[[int], Simulator], tmp_path: Path, sheet: Sheet
) -> None:
    provider = simulator_of(1).provider
    table = next(one for one in EXPORT.tables if one.name == {"Carnes": "Financeiro"}.get(sheet.name, sheet.name))
    forms = [
        "".join(spreadsheet.lines(sheet, provider)).encode(),
        "".join(spreadsheet.lines(sheet, provider, 2)).encode(),
        "".join(delimited.lines(sheet, provider)).encode("latin-1", "replace"),
        "".join(delimited.in_one_line(sheet, provider)).encode("windows-1252", "replace"),
    ]
    found = [list(rows([listed_as(put(tmp_path, f"{number}.xls", form, 0))], table)) for number, form in enumerate(forms)]

    assert found[0]
    assert forms[1].count(b"<Worksheet") > 1
    assert found == [found[0]] * 4
