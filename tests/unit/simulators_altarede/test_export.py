from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from xml.etree.ElementTree import ParseError

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deploy.simulators.altarede.export import PIECE, frozen, write
from deploy.simulators.altarede.sheets import Form
from deploy.simulators.ixc.columns import MARK
from deploy.simulators.ixc.simulator import Simulator
from deploy.simulators.ixc.store import Edit
from tests.unit.simulators_altarede.reading import READ, facts, spreadsheet

Maker = Callable[[int], Simulator]
FORMS: tuple[Form, ...] = ("xls", "csv")
NAMES = ("Clientes", "Logins", "Planos", "Financeiro", "Carnes", "OS")


def digest(folder: Path) -> dict[str, str]:
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


@pytest.mark.parametrize("form", FORMS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=10)
@given(seed=st.integers(0, 10**6), changes=st.integers(0, 80))
def test_files_read_back_are_the_truth(
    simulator_of: Maker, tmp_path: Path, now: datetime, form: Form, seed: int, changes: int
) -> None:
    simulator = simulator_of(seed)
    simulator.change(changes, now)

    write(tmp_path, simulator, form)

    assert facts(tmp_path, form) == simulator.facts()


@pytest.mark.parametrize("form", FORMS)
def test_both_forms_of_a_sheet_hold_the_same(simulator_of: Maker, tmp_path: Path, form: Form) -> None:
    paths = write(tmp_path, simulator_of(1), form)
    write(tmp_path, simulator_of(1), "csv")

    assert [path.name for path in paths] == [f"{name}.{form}" for name in NAMES]
    for name in NAMES:
        assert READ[form](tmp_path / f"{name}.{form}") == READ["csv"](tmp_path / f"{name}.csv") != []


@pytest.mark.parametrize("form", FORMS)
def test_the_same_seed_and_commands_write_the_same_bytes(
    simulator_of: Maker, tmp_path: Path, now: datetime, form: Form
) -> None:
    for folder, seed in (("one", 7), ("two", 7), ("other", 8)):
        simulator = simulator_of(seed)
        simulator.change(30, now)
        write(tmp_path / folder, simulator, form)

    assert digest(tmp_path / "one") == digest(tmp_path / "two") != digest(tmp_path / "other")


def test_a_spreadsheet_is_typed_and_leaves_cells_out(simulator_of: Maker, tmp_path: Path) -> None:
    write(tmp_path, simulator_of(1))
    text = {name: (tmp_path / f"{name}.xls").read_text() for name in NAMES}

    assert all(each.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<?mso-application progid="Excel.Sheet"?>')
               for each in text.values())  # fmt: skip
    assert 'ss:Index="' in text["Clientes"]
    assert "<Cell/>" in text["Clientes"]
    assert '<Data ss:Type="Number">' in text["Financeiro"]
    assert 'ss:Type="DateTime"' not in text["Financeiro"]
    assert '<Data ss:Type="DateTime">2026-' in text["Carnes"]
    assert '<Data ss:Type="String">0000-00-00</Data>' in text["Carnes"]


def test_what_xml_and_csv_would_take_for_their_own_signs_survives(
    simulator_of: Maker, tmp_path: Path, now: datetime
) -> None:
    simulator = simulator_of(1)
    name = 'CONCEIÇÃO & "FILHOS"; <LTDA>'
    code = min(simulator.provider["cliente"].rows)
    simulator.provider.apply(Edit("cliente", code, {"razao": name}), now)
    for form in FORMS:
        write(tmp_path, simulator, form)

        assert READ[form](tmp_path / f"Clientes.{form}")[0]["NOME"] == name


def test_a_csv_is_latin_1_with_nulls_and_with_names_that_come_twice(simulator_of: Maker, tmp_path: Path) -> None:
    write(tmp_path, simulator_of(1), "csv")
    head, *rows = (tmp_path / "Clientes.csv").read_bytes().decode("latin-1").split("\r\n")[:-1]
    second = {row.split(";")[-1] for row in rows}

    assert [head.split(";").count(name) for name in ("NOME", "CIDADE", "BAIRRO")] == [2, 2, 1]
    assert r"\N" in second
    assert "Maceió" in second
    assert r";\N;" in rows[0]


@pytest.mark.parametrize("form", FORMS)
def test_the_password_column_is_there_to_be_left_out(simulator_of: Maker, tmp_path: Path, form: Form) -> None:
    write(tmp_path, simulator_of(1), form)

    assert {row["SENHA"] for row in READ[form](tmp_path / f"Logins.{form}")} == {MARK}


def test_a_file_gets_its_name_only_when_it_is_complete(simulator_of: Maker, tmp_path: Path) -> None:
    write(tmp_path, simulator_of(1))

    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(f"{name}.xls" for name in NAMES)


def test_an_export_that_fails_leaves_the_old_file(simulator_of: Maker, tmp_path: Path) -> None:
    write(tmp_path, simulator_of(1))
    before = digest(tmp_path)
    broken = simulator_of(2)
    broken.provider["cliente"].rows[10**6] = {"id": "not a number"}

    with pytest.raises(ValueError, match="not a number"):
        write(tmp_path, broken)

    assert {name: text for name, text in digest(tmp_path).items() if name in before} == before


@pytest.mark.parametrize("form", FORMS)
def test_a_slow_export_shows_itself_incomplete_and_ends_as_the_quick_one(
    simulator_of: Maker, tmp_path: Path, form: Form
) -> None:
    quick, slow = tmp_path / "quick", tmp_path / "slow"
    write(quick, simulator_of(1), form)
    seen: dict[str, list[int]] = {}

    def look(seconds: float) -> None:
        assert seconds == 0.5
        for path in slow.iterdir():
            seen.setdefault(path.name, []).append(path.stat().st_size)

    write(slow, simulator_of(1), form, 0.5, look)

    assert digest(slow) == digest(quick)
    assert all(sizes[0] == min(PIECE, sizes[-1]) for sizes in seen.values())
    assert seen[f"Clientes.{form}"][0] < seen[f"Clientes.{form}"][1] < (slow / f"Clientes.{form}").stat().st_size


def test_an_incomplete_spreadsheet_is_no_xml(simulator_of: Maker, tmp_path: Path) -> None:
    broken = 0

    def look(_: float) -> None:
        nonlocal broken
        try:
            spreadsheet(tmp_path / "Clientes.xls")
        except ParseError:
            broken += 1

    write(tmp_path, simulator_of(1), "xls", 1, look)

    size = (tmp_path / "Clientes.xls").stat().st_size
    assert broken == size // PIECE


def test_a_frozen_provider_stays_as_it_was(simulator_of: Maker, now: datetime) -> None:
    simulator = simulator_of(1)
    still, before = frozen(simulator.provider), simulator.facts()

    simulator.change(50, now)

    assert simulator_of(1).facts() == before != simulator.facts()
    assert {name: table.rows for name, table in still.tables.items()} == {
        name: table.rows for name, table in simulator_of(1).provider.tables.items()
    }
