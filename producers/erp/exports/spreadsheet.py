"""XML Spreadsheet 2003, which Altarede names `.xls`: the cells of its first worksheet, row by row, in constant memory."""

import re
from collections.abc import Generator, Iterator
from typing import BinaryIO, NamedTuple
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from producers.erp.exports.cells import EMPTY, Cell, Line
from schemas.errors import RetryLater, StopWorker

SPACE = "{urn:schemas-microsoft-com:office:spreadsheet}"
END = re.compile(rb"</(?:[A-Za-z]\w*:)?Workbook\s*>\s*\Z")
COLUMNS_AT_MOST = 16_384


def is_whole(tail: bytes) -> bool:
    """Whether a file that ends so is complete."""
    return END.search(tail) is not None


class Tags(NamedTuple):
    """The names of elements, with the name space of the workbook at hand: sloppy writers leave it out."""

    sheet: str
    table: str
    row: str
    cell: str
    data: str


def lines(file: BinaryIO, name: str) -> Generator[Line, None, None]:
    """Rows that hold anything, by their number in the sheet. Raises RetryLater for broken XML, StopWorker for other XML."""
    reading = iterparse(file, events=("start", "end"), forbid_dtd=True)
    try:
        _, root = next(reading)
        if not root.tag.endswith("Workbook"):
            raise StopWorker(f"{name} is no XML Spreadsheet 2003: export it again as XML Spreadsheet or as CSV")
        space = root.tag.removesuffix("Workbook")
        yield from _first_sheet(reading, Tags(*(space + tag for tag in ("Worksheet", "Table", "Row", "Cell", "Data"))))
    except ParseError as exc:
        raise RetryLater(f"{name} is broken at line {exc.position[0]}: export it again") from None
    except DefusedXmlException:
        raise StopWorker(f"{name} declares a document type, which no export does: find out who wrote it") from None
    except (ValueError, LookupError) as exc:  # also an encoding that nobody knows
        raise RetryLater(f"{name} cannot be read ({exc}): export it again") from None


def _first_sheet(reading: Iterator[tuple[str, Element]], tags: Tags) -> Iterator[Line]:
    table: Element | None = None
    is_first = True
    number = 0
    for event, element in reading:
        tag = element.tag
        if event == "start":
            table = element if tag == tags.table else table
        elif tag == tags.row:
            number = _index(element, number + 1)
            if is_first and (cells := _cells(element, tags)):
                yield number, cells
            if table is not None:
                table.clear()  # else the whole sheet would stay in memory
        elif tag == tags.sheet:
            is_first = False


def _cells(row: Element, tags: Tags) -> list[Cell]:
    cells: list[Cell] = []
    for element in row:
        if element.tag != tags.cell:
            continue
        gap = _index(element, len(cells) + 1) - 1 - len(cells)
        spanned = int(_attribute(element, "MergeAcross") or 0)
        if gap < 0 or len(cells) + gap + spanned > COLUMNS_AT_MOST:
            raise ValueError("a cell is numbered as none can be")
        cells.extend([EMPTY] * gap)
        cells.append(_cell(element, tags))
        cells.extend([EMPTY] * spanned)
    return cells if any(cell.text for cell in cells) else []


def _cell(element: Element, tags: Tags) -> Cell:
    for data in element:
        if data.tag == tags.data:
            return Cell("".join(data.itertext()), _attribute(data, "Type"))
    return EMPTY


def _index(element: Element, otherwise: int) -> int:
    return int(_attribute(element, "Index") or otherwise)


def _attribute(element: Element, name: str) -> str:
    return element.get(SPACE + name) or element.get(name) or ""
