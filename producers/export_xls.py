"""XML Spreadsheet 2003, which Altarede names `.xls`: the cells of its first worksheet, row by row, in constant memory."""

import re
from collections.abc import Generator, Iterator
from typing import BinaryIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]  # it ships no types
from defusedxml.ElementTree import iterparse  # type: ignore[import-untyped]  # as above

from producers.export_cells import EMPTY, Cell, Line
from schemas.errors import RetryLater, StopWorker

SPACE = "{urn:schemas-microsoft-com:office:spreadsheet}"
END = re.compile(rb"</(?:[A-Za-z]\w*:)?Workbook\s*>\s*\Z")
COLUMNS_AT_MOST = 16_384


def is_whole(tail: bytes) -> bool:
    """Whether a file that ends so is complete."""
    return END.search(tail) is not None


def lines(file: BinaryIO, name: str) -> Generator[Line, None, None]:
    """Rows that hold anything, by their number in the sheet. Raises RetryLater for broken XML, StopWorker for other XML."""
    reading = iterparse(file, events=("start", "end"), forbid_dtd=True)
    try:
        _, root = next(reading)
        if _bare(root.tag) != "Workbook":
            raise StopWorker(f"{name} is no XML Spreadsheet 2003: export it again as XML Spreadsheet or as CSV")
        yield from _first_sheet(reading, name)
    except ParseError as exc:
        raise RetryLater(f"{name} is broken at line {exc.position[0]}: export it again") from None
    except DefusedXmlException:
        raise StopWorker(f"{name} declares a document type, which no export does: find out who wrote it") from None
    except ValueError as exc:  # an encoding that Python does not know
        raise RetryLater(f"{name} cannot be read ({type(exc).__name__}): export it again") from None


def _first_sheet(reading: Iterator[tuple[str, Element]], name: str) -> Iterator[Line]:
    table: Element | None = None
    sheets = number = 0
    for event, element in reading:
        tag = _bare(element.tag)
        if event == "start":
            table = element if tag == "Table" else table
            continue
        if tag == "Worksheet":
            sheets += 1
        if tag == "Row":
            number = _index(element, number + 1, name)
            if not sheets and (cells := _cells(element, name)):
                yield number, cells
            if table is not None:
                table.clear()  # else the whole sheet would stay in memory


def _cells(row: Element, name: str) -> list[Cell]:
    cells: list[Cell] = []
    for element in row:
        if _bare(element.tag) != "Cell":
            continue
        at = _index(element, len(cells) + 1, name)
        if not len(cells) < at <= COLUMNS_AT_MOST:
            raise RetryLater(f"{name} puts a cell where none can be: export it again")
        cells.extend([EMPTY] * (at - 1 - len(cells)))
        cells.append(_cell(element))
        cells.extend([EMPTY] * min(COLUMNS_AT_MOST, int(_attribute(element, "MergeAcross") or 0)))
    return cells if any(cell.text for cell in cells) else []


def _cell(element: Element) -> Cell:
    for data in element:
        if _bare(data.tag) == "Data":
            return Cell("".join(data.itertext()), _attribute(data, "Type"))
    return EMPTY


def _index(element: Element, otherwise: int, name: str) -> int:
    text = _attribute(element, "Index")
    if not text:
        return otherwise
    if not text.isdecimal():
        raise RetryLater(f"{name} numbers a row or a cell with no number: export it again")
    return int(text)


def _attribute(element: Element, name: str) -> str:
    return element.get(SPACE + name) or element.get(name) or ""


def _bare(tag: str) -> str:
    return tag.rpartition("}")[2]
