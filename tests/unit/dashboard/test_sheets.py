"""A list as a file: what is in it is what was in the list, and nothing in it runs."""

import csv
import io
import zipfile
from datetime import UTC, date, datetime, timedelta

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given
from hypothesis import strategies as st

from dashboard.files.sheets import FORMULA, Head, Sheet, amount, as_csv, as_xlsx, cell
from dashboard.words.language import Language

SAY = Language("pt_BR")
HEADS = (
    Head("Cliente"),
    Head("Código", "code"),
    Head("Valor", "money"),
    Head("Dias", "number"),
    Head("Vencimento", "day"),
    Head("Parte", "share"),
    Head("Visto", "moment"),
)
NOON = datetime(2026, 11, 23, 12, 5, tzinfo=UTC)
ROW = ("Ana", "007", 123_456, 3, date(2026, 11, 20), 0.125, NOON)
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1)


def lines(sheet: Sheet) -> list[list[str]]:
    return list(csv.reader(io.StringIO(as_csv(sheet, SAY).decode("utf-8-sig")), delimiter=";"))


def cells(sheet: Sheet) -> list[list[str | None]]:
    """What an XLSX holds, row after row; days and moments are Excel's numbers."""
    with zipfile.ZipFile(io.BytesIO(as_xlsx(sheet))) as book:
        page = fromstring(book.read("xl/worksheets/sheet1.xml"))
    return [
        [(one.findtext(f"{MAIN}is/{MAIN}t") or one.findtext(f"{MAIN}v")) for one in row.iter(f"{MAIN}c")]
        for row in page.iter(f"{MAIN}row")
    ]


def excel(moment: datetime) -> float:
    return (moment - datetime(1899, 12, 30)) / timedelta(days=1)  # noqa: DTZ001 - Excel knows no zones


def test_a_csv_is_what_a_brazilian_excel_opens() -> None:
    """Its mark, `;`, decimal commas, local days and times, CRLF."""
    text = as_csv(Sheet(HEADS, [ROW, (None,) * 7]), SAY).decode()

    assert text.startswith("\ufeffCliente;Código;Valor;Dias;Vencimento;Parte;Visto\r\n")
    assert text.splitlines()[1:] == ["Ana;007;1234,56;3;20/11/2026;12,5;23/11/2026 09:05", ";;;;;;"]


def test_an_xlsx_holds_numbers_and_days_as_such() -> None:
    """A code stays text, an amount can be added up, a moment is the provider's own."""
    sheet = Sheet(HEADS, [ROW, ("Bia", "8", None, -1, None, None, None)])
    header, first, second = cells(sheet)

    assert header == [one.title for one in HEADS]
    assert first[:2] == ["Ana", "007"]
    assert [float(each or 0) for each in first[2:]] == pytest.approx(
        [1234.56, 3, excel(datetime(2026, 11, 20)), 0.125, excel(datetime(2026, 11, 23, 9, 5))]  # noqa: DTZ001 - as above
    )
    assert second == ["Bia", "8", "-1"]


@pytest.mark.parametrize("sign", FORMULA)
def test_no_cell_runs(sign: str) -> None:
    """Escaped in a CSV; text in an XLSX, also where somebody edits the cell. A title is no exception."""
    name = f"{sign}HYPERLINK(1)"
    sheet = Sheet([Head(name)], [[name]])
    with zipfile.ZipFile(io.BytesIO(as_xlsx(sheet))) as book:
        page, styles = book.read("xl/worksheets/sheet1.xml").decode(), book.read("xl/styles.xml").decode()

    assert lines(sheet) == [[f"'{name}"], [f"'{name}"]]
    assert "<f>" not in page
    assert 'quotePrefix="1"' in styles


@given(TEXT, TEXT)
def test_any_text_stays_in_its_own_cell(name: str, other: str) -> None:
    """Separators, quotes and marks of any script move nothing."""
    sheet = Sheet([Head("a"), Head("b")], [[name, other]])

    assert lines(sheet)[1] == [cell(name), cell(other)]
    assert cells(sheet)[1] == [name, other]


@given(st.integers(-(10**12), 10**12))
def test_amounts_lose_nothing(cents: int) -> None:
    """Two decimals after a comma; the sign stands once, in front."""
    whole, decimals = amount(cents).split(",")

    assert len(decimals) == 2
    assert int(f"{whole}{decimals}") == cents


def test_the_same_list_is_the_same_file() -> None:
    """No clock goes into it."""
    sheet = Sheet(HEADS, [ROW])

    assert as_xlsx(sheet) == as_xlsx(sheet)


def test_five_thousand_rows_and_none() -> None:
    """Each of them; an empty list still says what its columns are."""
    assert len(cells(Sheet([Head("a")], ((str(n),) for n in range(5_000))))) == 5_001
    assert cells(Sheet([Head("a")], [])) == [["a"]]
