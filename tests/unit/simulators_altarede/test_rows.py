import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.simulators.altarede import rows
from deploy.simulators.altarede.desk import Desk
from deploy.simulators.altarede.sheets import SHEETS, Sheet
from deploy.simulators.ixc.columns import MARK

SAMPLE = json.loads(Path(__file__).parent.joinpath("samples/altarede_export_rows.json").read_text())


def test_there_is_a_file_for_each_sheet_of_the_reference() -> None:
    assert [sheet.name for sheet in SHEETS] == ["Clientes", "Logins", "Planos", "Financeiro", "Carnes", "OS"]


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_a_sheet_has_the_columns_of_the_sample_and_only_a_password_more(crowd: Desk, sheet: Sheet) -> None:
    sample = SAMPLE["Financeiro.xls" if sheet.name == "Carnes" else f"{sheet.name}.xls"]
    found = list(sheet.rows(crowd.provider))

    assert found
    assert [column for column in sheet.columns if column != "SENHA"] == list(sample)
    assert all(tuple(row) == sheet.columns for row in found)
    assert all(isinstance(value, str) for row in found for value in row.values())


def test_codes_come_with_thousand_dots_and_passwords_are_marked(crowd: Desk) -> None:
    clients, logins = list(rows.clients(crowd.provider)), list(rows.logins(crowd.provider))

    assert clients[-1]["COD_CLIENTE"] == f"{max(crowd.provider['cliente'].rows):,}".replace(",", ".")
    assert "." in clients[-1]["COD_CLIENTE"]
    assert {row["SENHA"] for row in clients + logins} == {MARK}


@given(st.integers(0, 10**9))
def test_a_dotted_code_is_the_same_number_in_groups_of_three(number: int) -> None:
    first, *others = rows.dotted(str(number)).split(".")

    assert int(first + "".join(others)) == number
    assert len(first) <= 3
    assert all(len(group) == 3 for group in others)


def test_a_client_has_a_cpf_or_a_cnpj_as_its_type_says_or_neither(crowd: Desk) -> None:
    found = list(rows.clients(crowd.provider))

    assert {(row["TIPO_CLIENTE"], bool(row["CPF"]), bool(row["CNPJ"])) for row in found} == {
        ("F", True, False),
        ("F", False, False),
        ("J", False, True),
    }


def test_the_names_of_city_and_state_stand_where_ixc_has_ids(crowd: Desk) -> None:
    found = {(row["CIDADE"], row["ESTADO"]) for row in rows.clients(crowd.provider)}

    assert ("Maceió", "AL") in found
    assert all(city and len(state) == 2 for city, state in found)


def test_a_bill_is_in_one_of_the_two_files_about_a_fifth_in_the_booklets_and_hidden_ones_in_none(crowd: Desk) -> None:
    single = {row["COD_ARECEBER"] for row in rows.bills(crowd.provider, booklets=False)}
    booklets = {row["COD_ARECEBER"] for row in rows.bills(crowd.provider, booklets=True)}
    shown = {
        rows.dotted(row["id"])
        for row in crowd.provider["fn_areceber"].each()
        if row["liberado"] == "S" and row["status"] != "C"
    }

    assert not single & booklets
    assert single | booklets == shown
    assert len(booklets) / len(shown) == pytest.approx(0.2, abs=0.03)


@pytest.mark.parametrize(
    ("columns", "paid", "on"),
    [
        ({"valor_aberto": "99.90"}, "", "0000-00-00"),
        ({"valor_aberto": "49.95", "status": "P"}, "49.95", "0000-00-00"),
        ({"valor_aberto": "0.00"}, "99.90", "0000-00-00"),
        ({"valor_aberto": "0.00", "status": "R", "pagamento_data": "2026-11-20"}, "99.90", "2026-11-20"),
    ],
)
def test_only_a_bill_that_is_wholly_paid_has_a_payment_date(columns: dict[str, str], paid: str, on: str) -> None:
    row = {"id": "88031", "id_cliente": "1042", "data_vencimento": "2026-01-05", "valor": "99.90", "status": "A"}

    assert rows.bill(row | columns) == {
        "COD_ARECEBER": "88.031",
        "COD_CLIENTE": "1.042",
        "DATA_VENCIMENTO": "2026-01-05",
        "VALOR": "99.90",
        "VALOR_PAGO": paid,
        "DATA_PAGAMENTO": on,
    }


@pytest.mark.parametrize(
    ("plan", "kbps"), [("FIBRA 100 MEGA", 102_400), ("EMPRESARIAL 1 GIGA", 1_048_576), ("PLANO ANTIGO", 0)]
)
def test_a_plans_name_tells_its_speed(plan: str, kbps: int) -> None:
    assert rows.speed(plan) == kbps
