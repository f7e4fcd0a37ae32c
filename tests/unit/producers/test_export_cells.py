"""Cells become the texts that the ERP meant, or the file is refused; nothing is guessed."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.erp.exports.cells import Cell, Layout, amount, code, layout, number, value
from schemas.erp.altarede import BILLS, CLIENTS, CONTRACTS, PLANS
from schemas.erp.days import local_day
from schemas.erp.money import cents
from schemas.errors import RetryLater, StopWorker
from tests.unit.producers.sheets import HEADERS


@given(st.integers(0, 10**12))
def test_a_code_is_the_same_with_dots_without_and_as_a_number(number: int) -> None:
    dotted = f"{number:,}".replace(",", ".")
    cells = [Cell(str(number)), Cell(dotted), Cell(dotted, "Number"), Cell(f"{number}.0", "Number"), Cell(f" {number} ")]

    assert {code(cell) for cell in cells} == {str(number)}


@pytest.mark.parametrize("text", ["fulano.teste", "12.34.5", "0", "1.15a"])
def test_a_code_that_is_no_number_stays_as_it_is(text: str) -> None:
    assert code(Cell(text)) == text


@pytest.mark.parametrize("cell", [Cell("1.15"), Cell("1.15", "Number"), Cell("1.1", "Number")])
def test_a_code_that_a_program_saved_as_a_number_is_refused(cell: Cell) -> None:
    """1.150 became 1.15: which of 1.15, 115 and 1150 it was, nobody can tell."""
    with pytest.raises(ValueError, match="is no whole number") as caught:
        code(cell)
    assert cell.text not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("1152.0", "1152"),
        ("99.900000000000006", "99.9"),
        ("109.90000000000001", "109.9"),
        ("1.152E3", "1152"),
        ("1E+2", "100"),
        ("0.1", "0.1"),
        ("-5", "-5"),
        ("", ""),
        ("NaN", "NaN"),
        ("1E999999", "1E999999"),
        ("1E-999999", "0"),
        ("12/2026", "12/2026"),
    ],
)
def test_a_typed_number_loses_what_the_program_added(text: str, plain: str) -> None:
    assert number(text) == plain


@given(st.decimals(0, 10**9, places=2))
def test_no_cent_is_lost_however_the_program_writes_it(amount: object) -> None:
    assert number(repr(float(str(amount)))) == number(str(amount))


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (Cell("2026-01-05T00:00:00.000", "DateTime"), "2026-01-05"),
        (Cell("2026-01-05T00:00:00", "DateTime"), "2026-01-05"),
        (Cell("2026-01-05T10:20:30.000", "DateTime"), "2026-01-05T10:20:30.000"),
        (Cell("0000-00-00", "String"), "0000-00-00"),
        (Cell("2026-01-05T00:00:00.000", "String"), "2026-01-05T00:00:00.000"),
        (Cell(r"\N"), ""),
        (Cell(r" \N "), ""),
        (Cell(r"\N\N"), r"\N\N"),
        (Cell("\xa0 AL \n"), "AL"),
        (Cell("1.152", "Number"), "1.152"),
        (Cell("59.90", "Number"), "59.90"),
        (Cell("59.9", "Number"), "59.9"),
        (Cell("59.900000000000006", "Number"), "59.9"),
        (Cell("59.900000000000006"), "59.900000000000006"),
    ],
)
def test_a_value_is_what_was_written(cell: Cell, text: str) -> None:
    assert value(cell) == text


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        *((Cell("33.333", "Number"), "33.33"), (Cell("99.8765", "Number"), "99.88"), (Cell("3.3333E1", "Number"), "33.33")),
        *((Cell("33.3", "Number"), "33.3"), (Cell("33", "Number"), "33"), (Cell("33.333"), "33.333"), (Cell(""), "")),
    ],
)
def test_a_typed_amount_has_no_thousands(cell: Cell, text: str) -> None:
    assert amount(cell) == text


@given(st.decimals(0, 10**7, places=5))
def test_every_typed_amount_is_the_cents_nearest_to_it(typed: Decimal) -> None:
    cents = typed.quantize(Decimal("0.01"), ROUND_HALF_UP)

    assert Decimal(amount(Cell(str(typed), "Number"))) in {typed, cents}
    assert len(amount(Cell(str(typed), "Number")).partition(".")[2]) <= 2


@pytest.mark.parametrize("text", ["1234567890123456", "1234567890123450", "1.234567890123456E15", "1E20"])
def test_a_typed_code_of_more_digits_than_a_spreadsheet_keeps_is_refused(text: str) -> None:
    """Else two of them are one."""
    with pytest.raises(ValueError, match="more digits than a spreadsheet"):
        code(Cell(text, "Number"))
    assert code(Cell("123456789012345", "Number")) == "123456789012345"
    assert code(Cell("1234567890123456")) == "1234567890123456"


# --- layouts


def twice(column: str, *texts: str) -> str:
    """What is read of a bill in whose file a column stands so many times more."""
    names = [name for name in HEADERS["Financeiro"] if name != column] + [column] * len(texts)
    cells = ["1", *("" for _ in names[1 : -len(texts)]), *texts]
    return layout("Financeiro.csv", [Cell(name) for name in names], BILLS).row((2, [Cell(text) for text in cells]))[column]


@pytest.mark.parametrize(
    ("column", "none", "told"),
    [
        *(("DATA_PAGAMENTO", none, "2026-01-09") for none in ("0000-00-00", "00/00/0000", "-", "1899-12-30", "", "NULL")),
        *(("VALOR_PAGO", none, "50,00") for none in ("0,00", "0", "-", "")),
        *(("COD_CLIENTE", none, "7") for none in ("0", "-", "")),
    ],
)
def test_of_two_columns_with_one_name_what_says_none_hides_no_value(column: str, none: str, told: str) -> None:
    assert twice(column, none, told) == twice(column, told, none) == twice(column, told, told) == told
    assert twice(column, none, none) == none


def test_a_day_or_an_amount_that_is_told_in_two_ways_is_neither() -> None:
    with pytest.raises(ValueError, match="not a date"):
        local_day(twice("DATA_PAGAMENTO", "2026-01-09", "2026-01-10"), "UTC")
    with pytest.raises(ValueError, match="not an amount"):
        cents(twice("VALOR_PAGO", "49,90", "99,90"))


def test_a_code_that_is_told_in_two_ways_names_its_line() -> None:
    with pytest.raises(RetryLater, match=r"Financeiro.csv, line 2: COD_CLIENTE stands in two columns with two values"):
        twice("COD_CLIENTE", "1", "2")


def laid_out(*names: str) -> Layout:
    return layout("Planos.csv", [Cell(name) for name in names], PLANS)


def test_of_columns_with_one_name_the_first_that_is_filled_counts() -> None:
    here = laid_out("NOME", "COD_PLANO", "VALOR_MENSAL", "NOME", "nome ")
    rows = [[r"\N", "1", "5.00", " ", "c"], ["a", "2", "", "b", ""], ["", "3", r"\N", "", ""]]

    found = [here.row((2, [Cell(text) for text in row])) for row in rows]
    assert [(row["COD_PLANO"], row["NOME"], row["VALOR_MENSAL"]) for row in found] == [
        ("1", "c", "5.00"),
        ("2", "a", ""),
        ("3", "", ""),
    ]


def test_what_a_table_does_not_need_is_left_behind() -> None:
    here = layout("Clientes.xls", [Cell(name) for name in HEADERS["Clientes"]], CLIENTS)
    row = here.row((2, [Cell(name.lower()) for name in HEADERS["Clientes"]]))

    assert "SENHA" not in row
    assert {"CPF", "CNPJ", "NOME"} <= set(row)


@pytest.mark.parametrize("column", [name for name in HEADERS["Clientes"] if name != "SENHA"])
def test_a_column_that_is_not_there_is_named(column: str) -> None:
    there = [Cell(name) for name in HEADERS["Clientes"] if name != column]

    with pytest.raises(StopWorker, match=f"Clientes.xls has no column {column} in its first line: export Clientes again"):
        layout("Clientes.xls", there, CLIENTS)


def test_an_export_may_lack_what_only_webhooks_tell_but_not_what_shows_a_bill_as_paid() -> None:
    without = [Cell(name) for name in HEADERS["Logins"] if name != "COD_PLANO"]

    assert layout("Logins.xls", without, CONTRACTS).row((2, [Cell("1"), Cell("7")]))["CODIGO"] == "7"
    for column in ("DATA_PAGAMENTO", "VALOR_PAGO"):
        with pytest.raises(StopWorker, match=f"no column {column}"):
            layout("Financeiro.xls", [Cell(name) for name in HEADERS["Financeiro"] if name != column], BILLS)


def test_cells_beyond_the_columns_name_the_line_unless_they_are_blank() -> None:
    here = laid_out("COD_PLANO", "NOME", "VALOR_MENSAL")
    row = [Cell("1"), Cell("a"), Cell("5.00")]

    assert here.row((9, [*row, Cell(" ")]))["NOME"] == "a"
    assert here.row((9, row[:1])) == {"COD_PLANO": "1", "NOME": "", "VALOR_MENSAL": ""}
    with pytest.raises(RetryLater, match=r"Planos.csv, line 9: more cells than columns"):
        here.row((9, [*row, Cell("b")]))


def test_a_spoiled_code_names_its_line_and_column() -> None:
    with pytest.raises(RetryLater, match=r"Planos.csv, line 9: COD_PLANO is no whole number"):
        laid_out("COD_PLANO", "NOME", "VALOR_MENSAL").row((9, [Cell("1.5")]))
