"""Lists in files."""

import csv
import json
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.cli import tables
from schemas.errors import StopWorker
from schemas.spreadsheet import FORMULA, cell

AT = datetime(2026, 3, 1, 12, 30, 15, 999, tzinfo=UTC)
ROWS = [{"name": "São José", "rows": 3, "at": AT}, {"name": 'a "b", c\nd', "rows": 0, "at": AT}]
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from('\n,";'))


def test_csv_json_and_json_lines_say_the_same(tmp_path: Path) -> None:
    written = {}
    for suffix in tables.WRITERS:
        tables.write(tmp_path / f"list{suffix}", ROWS)
        written[suffix] = (tmp_path / f"list{suffix}").read_text(encoding="utf-8")
    plain = [{**row, "at": AT.isoformat()} for row in ROWS]
    assert json.loads(written[".json"]) == plain
    assert [json.loads(line) for line in written[".jsonl"].splitlines()] == plain
    with (tmp_path / "list.csv").open(newline="", encoding="utf-8") as file:
        assert list(csv.DictReader(file)) == [{name: str(value) for name, value in row.items()} for row in plain]


@given(st.lists(st.fixed_dictionaries({"key": TEXTS, "value": TEXTS})))
def test_any_text_survives_csv_and_none_is_a_formula(rows: list[dict[str, str]]) -> None:
    found = list(csv.DictReader("".join(tables.WRITERS[".csv"](rows)).splitlines(keepends=True)))
    assert found == [{name: cell(text) for name, text in row.items()} for row in rows]
    assert not any(text.startswith(FORMULA) for row in found for text in row.values())


def test_what_is_no_text_is_not_escaped() -> None:
    """A number below zero stays one."""
    rows = [{"n": -5, "share": -0.5, "sure": True, "none": None, "at": AT}]
    assert list(csv.DictReader(tables.WRITERS[".csv"](rows))) == [
        {"n": "-5", "share": "-0.5", "sure": "True", "none": "", "at": AT.isoformat()}
    ]


def test_a_list_is_its_owners_only(tmp_path: Path) -> None:
    tables.write(tmp_path / "list.csv", ROWS)
    assert stat.S_IMODE((tmp_path / "list.csv").stat().st_mode) == 0o600


def test_a_folder_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(StopWorker, match=r"--output .*: No such file"):
        tables.write(tmp_path / "missing" / "list.csv", ROWS)


def test_a_cell_is_what_a_person_reads() -> None:
    assert [tables.cell(value) for value in (None, True, False, 7, "x")] == ["", "yes", "no", "7", "x"]
    assert tables.cell(AT) == AT.astimezone().isoformat(" ", "seconds")
