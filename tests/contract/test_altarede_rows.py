"""Altarede's files and answers become our events, and its errors the right action. Unverified against the vendor."""

import shutil
from pathlib import Path

import pytest

from schemas.erp import ERPS
from schemas.erp.declaration import Erp
from tests.contract.altarede_rows import answer_faults, row_faults
from tests.contract.spoiling import Change, move, remove, spoil
from tests.strategies import EXAMPLES

FOLDER = EXAMPLES / "erp"
UNPAGED = [erp for erp in ERPS.values() if erp.protocol is None]
HIDDEN = "SEGREDO"


@pytest.mark.parametrize("erp", UNPAGED, ids=lambda erp: erp.name)
def test_every_table_has_rows_that_become_the_events_beside_them(erp: Erp) -> None:
    assert list(row_faults(FOLDER / erp.name, erp)) == []


@pytest.mark.parametrize("erp", UNPAGED, ids=lambda erp: erp.name)
def test_every_answer_leads_to_the_action_of_its_folder(erp: Erp) -> None:
    assert list(answer_faults(FOLDER / erp.name, erp)) == []


@pytest.mark.parametrize("erp", UNPAGED, ids=lambda erp: erp.name)
def test_what_must_not_be_published_is_there_and_is_left_behind(erp: Erp) -> None:
    """Else the whitelist would be tested against nothing."""
    files = [path for path in (FOLDER / erp.name).iterdir() if path.is_file()]
    events = [path for path in files if path.name.endswith(".events.json")]

    assert any(HIDDEN in path.read_text() for path in files)
    assert not any(HIDDEN in path.read_text() or "111.444.777-35" in path.read_text() for path in events)


# --- each check can fail


@pytest.mark.parametrize(
    ("erp", "change", "complaint"),
    [
        ("altarede-export", remove("Planos.csv"), "altarede-export has no rows of Planos"),
        ("altarede-export", remove("Planos.events.json"), "altarede-export has no Planos.events.json"),
        ("altarede-export", spoil("Financeiro.csv", "99.90", "99.91"), "the rows of Financeiro do not become"),
        (
            "altarede-export",
            move("answers/stop/page.xls", "answers/retry/page.xls"),
            "retry/page.xls is taken for StopWorker",
        ),
        ("altarede-webhooks", remove("Logins.json"), "altarede-webhooks has no rows of Logins"),
        ("altarede-webhooks", spoil("Logins.json", "SEMIBLOQUEIO", "BLOQUEIO"), "the rows of Logins do not become"),
        ("altarede-webhooks", move("answers/page/none.txt", "answers/stop/none.txt"), "stop/none.txt is taken for a page"),
        (
            "altarede-webhooks",
            lambda folder: shutil.rmtree(folder / "answers/stop"),
            "altarede-webhooks has no example of stop",
        ),
    ],
)
def test_each_check_can_fail(tmp_path: Path, erp: str, change: Change, complaint: str) -> None:
    folder = tmp_path / erp
    shutil.copytree(FOLDER / erp, folder)
    change(folder)
    said = [*row_faults(folder, ERPS[erp]), *answer_faults(folder, ERPS[erp])]

    assert any(line.startswith(complaint) for line in said), said
