"""XML Spreadsheet 2003, which Altarede names `.xls`: its cells row by row, in constant memory."""

import re
from collections.abc import Generator, Iterator, Sequence
from typing import BinaryIO, NamedTuple
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from producers.erp.exports.cells import EMPTY, Cell, Line
from producers.erp.exports.spelling import Mended, errors
from schemas.errors import RetryLater, StopWorker

SPACE = "{urn:schemas-microsoft-com:office:spreadsheet}"
END = re.compile(rb"</(?:[A-Za-z]\w*:)?Workbook\s*>\s*\Z")
COLUMNS_AT_MOST = 16_384
MEND = "export it again as one table, or take that worksheet away"


def is_whole(tail: bytes) -> bool:
    """Whether a file that ends so is complete."""
    return END.search(tail) is not None


ENCODING = re.compile(rb"""<\?xml[^>]*encoding=["']([^"']+)""")
HEAD = 256
"""Bytes within which a file says its encoding."""
UTF_8 = frozenset({b"utf-8", b"utf8"})


class Tags(NamedTuple):
    """The names of elements, with the name space of the workbook at hand: sloppy writers leave it out."""

    sheet: str
    table: str
    row: str
    cell: str
    data: str


def lines(file: BinaryIO, name: str) -> Generator[Line, None, None]:
    """Rows that hold anything, by their number in the sheet; of several with one head it is read once.

    Raises RetryLater for broken XML, StopWorker for other XML and for a worksheet of something else.
    """
    reading = iterparse(_readable(file, name), events=("start", "end"), forbid_dtd=True)
    try:
        _, root = next(reading)
        if not root.tag.endswith("Workbook"):
            raise StopWorker(f"{name} is no XML Spreadsheet 2003: export it again as XML Spreadsheet or as CSV")
        space = root.tag.removesuffix("Workbook")
        tags = Tags(*(space + tag for tag in ("Worksheet", "Table", "Row", "Cell", "Data")))
        yield from _sheets(reading, tags, name)
    except ParseError as exc:
        raise RetryLater(f"{name} is broken at line {exc.position[0]}: export it again") from None
    except DefusedXmlException:
        raise StopWorker(f"{name} declares a document type, which no export does: find out who wrote it") from None
    except (ValueError, LookupError) as exc:  # also an encoding that nobody knows
        raise RetryLater(f"{name} cannot be read ({exc}): export it again") from None


def _readable(file: BinaryIO, name: str) -> BinaryIO | Mended:
    """With the bytes mended that are not what the file says of itself."""
    said = ENCODING.search(file.read(HEAD))
    file.seek(0)
    if said and said[1].lower() not in UTF_8:
        return file
    return Mended(file, errors(file, name))


def _sheets(reading: Iterator[tuple[str, Element]], tags: Tags, name: str) -> Iterator[Line]:
    """The rows of the first worksheet that has any, and of every other one below the same head.

    One that holds a single text is a note.
    """
    table: Element | None = None
    head: list[str] = []
    sheet = ""
    is_begun = is_note = False
    number = 0
    for event, element in reading:
        tag = element.tag
        if event == "start":
            table = element if tag == tags.table else table
            if tag == tags.sheet:
                sheet, is_begun, is_note, number = _attribute(element, "Name"), False, False, 0
        elif tag == tags.row:
            number = _index(element, number + 1)
            if cells := _cells(element, tags):
                if is_begun or not head:
                    yield number, cells
                elif _titles(cells) != head:
                    if is_note or sum(bool(cell.text.strip()) for cell in cells) > 1:
                        raise StopWorker(f"{name} has rows in the worksheet {sheet or '?'} below another head: {MEND}")
                    is_note = True
                    continue
                head = head or _titles(cells)
                is_begun = True
            if table is not None:
                table.clear()  # else the whole sheet would stay in memory


def _titles(cells: Sequence[Cell]) -> list[str]:
    """A head, as it is compared."""
    texts = [cell.text.strip().casefold() for cell in cells]
    while texts and not texts[-1]:
        texts.pop()
    return texts


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
