"""Each ERP's own pages become our events, and its errors the right action."""

import shutil
from pathlib import Path

import pytest

from schemas.erp import ERPS
from schemas.erp.declaration import Erp
from tests.contract.erp_pages import SECRETS, answer_faults, columns, page_faults
from tests.contract.spoiling import Change, move, remove, spoil
from tests.strategies import EXAMPLES

FOLDER = EXAMPLES / "erp"
PAGED = [erp for erp in ERPS.values() if erp.protocol is not None]
"""The others' examples are files and webhooks: `test_altarede_rows.py`."""


def test_every_erp_has_examples_and_no_folder_is_of_none() -> None:
    assert {entry.name for entry in FOLDER.iterdir()} == set(ERPS)


@pytest.mark.parametrize("erp", PAGED, ids=lambda erp: erp.name)
def test_every_table_has_a_page_that_becomes_the_events_beside_it(erp: Erp) -> None:
    assert list(page_faults(FOLDER / erp.name, erp)) == []


@pytest.mark.parametrize("erp", PAGED, ids=lambda erp: erp.name)
def test_every_answer_leads_to_the_action_of_its_folder(erp: Erp) -> None:
    assert list(answer_faults(FOLDER / erp.name / "answers", erp)) == []


@pytest.mark.parametrize(("table", "count"), [("cliente", 157), ("cliente_contrato", 113), ("fn_areceber", 72)])
def test_ixc_pages_have_every_column_of_the_official_samples(table: str, count: int) -> None:
    """Also those that must never be published: else the whitelist would be tested against nothing."""
    declared = next(one for one in ERPS["ixc"].tables if one.name == table)
    found = columns(ERPS["ixc"], declared, (FOLDER / f"ixc/{table}.json").read_bytes())
    secret = {name for name in found if SECRETS.search(name)}

    assert len(found) >= count
    assert secret
    assert not secret & set(declared.columns)


# --- each check can fail


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (remove("uf.json"), "ixc has no uf.json"),
        (remove("uf.events.json"), "ixc has no uf.events.json"),
        (move("uf.json", "estado.json"), "estado.json belongs to no table of ixc"),
        (spoil("fn_areceber.json", '"99.90"', '"99.91"'), "fn_areceber.json does not become fn_areceber.events.json"),
        (spoil("cliente.events.json", "FULANO", "SICRANO"), "cliente.json does not become cliente.events.json"),
        (
            spoil("cliente_contrato.events.json", '"member": true', '"member": false'),
            "cliente_contrato.json does not become",
        ),
        (move("answers/retry/cut.txt", "answers/page/cut.txt"), "page/cut.txt is taken for RetryLater"),
        (move("answers/page/empty.json", "answers/stop/empty.json"), "stop/empty.json is taken for a page"),
        (move("answers/retry/cut.txt", "answers/ignore/cut.txt"), "ignore is no outcome"),
        (lambda folder: shutil.rmtree(folder / "answers/stop"), "ixc has no example of stop"),
    ],
)
def test_each_check_of_the_pages_can_fail(tmp_path: Path, change: Change, complaint: str) -> None:
    folder = tmp_path / "ixc"
    shutil.copytree(FOLDER / "ixc", folder)
    change(folder)
    erp = ERPS["ixc"]
    said = [*page_faults(folder, erp), *answer_faults(folder / "answers", erp)]

    assert any(line.startswith(complaint) for line in said), said
