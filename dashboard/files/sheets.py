"""Any list of columns and rows as a file for a spreadsheet, which runs nothing that a name holds (pure).

CSV as a Brazilian Excel opens it by double click: `;` between cells, decimal comma, UTF-8 with its mark, CRLF. XLSX with
amounts, numbers and days as such. Names come from the ERP, and anybody can sign up as `=HYPERLINK(…)`.
"""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from dashboard.parts.rows import Cell, Kind
from dashboard.words.language import Language

MARK = "\ufeff"
FORMULA = ("=", "+", "-", "@", "\t", "\r")
MOST_LETTERS = 32_767
"""Of one cell of an XLSX."""
WIDTHS: Final[Mapping[Kind, int]] = {"text": 28, "code": 14, "money": 16, "number": 12, "day": 12, "share": 10, "moment": 17}
"""In letters."""
FORMATS: Final[Mapping[Kind, str]] = {
    "text": "@",
    "code": "@",
    "money": "#,##0.00",
    "number": "#,##0",
    "day": "dd/mm/yyyy",
    "share": "0.0%",
    "moment": "dd/mm/yyyy hh:mm",
}
SEEN_FIRST = datetime(2026, 1, 1, tzinfo=UTC)
"""When every file says that it was made: the same list is the same file."""


class Titled(Protocol):
    """A column of a table, or of a file."""

    @property
    def title(self) -> str:
        """As people read it."""

    @property
    def kind(self) -> Kind:
        """What its cells are."""


@dataclass(frozen=True, slots=True)
class Head:
    """A column of a file alone."""

    title: str
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Sheet:
    """`rows`: a cell for each of `columns`. `zone`: where moments are told."""

    columns: Sequence[Titled]
    rows: Iterable[Sequence[Cell]]
    zone: str = "America/Sao_Paulo"


def cell(text: str) -> str:
    """`text` that no spreadsheet executes; it then begins with an apostrophe."""
    return f"'{text}" if text.startswith(FORMULA) else text


def amount(cents: int) -> str:
    """`1234,56`: no symbol and no grouping, so that a spreadsheet can add it up."""
    sign, whole = ("-", -cents) if cents < 0 else ("", cents)
    return f"{sign}{whole // 100},{whole % 100:02d}"


def as_csv(sheet: Sheet, say: Language) -> bytes:
    """The whole list; days as the reader of `say` writes them."""
    told = [_written(column.kind, say, ZoneInfo(sheet.zone)) for column in sheet.columns]
    text = io.StringIO()
    text.write(MARK)
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([cell(column.title) for column in sheet.columns])
    writer.writerows(
        ["" if value is None else write(value) for write, value in zip(told, row, strict=True)] for row in sheet.rows
    )
    return text.getvalue().encode()


def _written(kind: Kind, say: Language, zone: ZoneInfo) -> Callable[[Any], str]:
    """How the cells of a column are written. A number that is negative is one, and no formula."""
    match kind:
        case "money":
            return amount
        case "number":
            return str
        case "day":
            return say.day
        case "share":
            return lambda value: f"{value * 100:.1f}".replace(".", ",")
        case "moment":
            return lambda value: f"{say.day(value.astimezone(zone))} {value.astimezone(zone):%H:%M}"
        case _:
            return lambda value: cell(str(value))


def as_xlsx(sheet: Sheet) -> bytes:
    """The whole list under a header that stays in sight. Text is text, also where somebody edits its cell."""
    content = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(content, options) as book:
        book.set_properties({"created": SEEN_FIRST.replace(tzinfo=None)})
        page = book.add_worksheet()
        page.freeze_panes(1, 0)
        put = _Put(page, book, ZoneInfo(sheet.zone))
        bold = book.add_format({"bold": True, "text_wrap": True})
        for at, column in enumerate(sheet.columns):
            page.set_column(at, at, WIDTHS[column.kind])
            page.write_string(0, at, column.title, bold)
        last = 0
        for last, row in enumerate(sheet.rows, start=1):
            for at, (column, value) in enumerate(zip(sheet.columns, row, strict=True)):
                if value is not None:
                    put((last, at), column.kind, value)
        page.autofilter(0, 0, last, max(len(sheet.columns) - 1, 0))
    return content.getvalue()


class _Put:
    """Writes cells as what they are."""

    def __init__(self, page: Worksheet, book: Workbook, zone: ZoneInfo) -> None:
        self._page = page
        self._zone = zone
        self._formats = {kind: book.add_format({"num_format": number}) for kind, number in FORMATS.items()}
        self._quoted = book.add_format({"num_format": "@", "quote_prefix": True})

    def __call__(self, at: tuple[int, int], kind: Kind, value: Any) -> None:  # noqa: ANN401 - a Cell of that kind
        shown = self._formats[kind]
        match kind:
            case "text" | "code":
                text = str(value)[:MOST_LETTERS]
                self._page.write_string(*at, text, self._quoted if text.startswith(FORMULA) else shown)
            case "day":
                self._page.write_datetime(*at, value, shown)
            case "moment":
                self._page.write_datetime(*at, value.astimezone(self._zone).replace(tzinfo=None), shown)
            case _:
                self._page.write_number(*at, value / 100 if kind == "money" else value, shown)
