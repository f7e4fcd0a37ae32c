r"""From the cells of an exported sheet to rows of one table. Pure.

Nothing was verified against the vendor: what follows is what importers of such files met (`schemas/erp/ALTAREDE.md`).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, DecimalException
from typing import NamedTuple

from schemas.erp.altarede import CODES
from schemas.erp.declaration import Table
from schemas.erp.numbers import code_of
from schemas.erp.values import plain_code
from schemas.errors import RetryLater, StopWorker

NULL = r"\N"
OF_EXPORTS = frozenset({"VALOR_PAGO", "DATA_PAGAMENTO"})
"""Optional only where an ISP's webhook has a status instead: without them an export would show every paid bill as open."""
DECIMALS = re.compile(r"[0-9]+\.[0-9]+")
AMOUNT = re.compile(r"[0-9]+(?:\.[0-9]{2})?")
MIDNIGHT = re.compile(r"T00:00:00(?:\.0+)?$")
FIFTEEN_DIGITS = Context(prec=15, Emax=30, Emin=-30)
"""As many as a spreadsheet program means: it writes 99.9 as 99.900000000000006."""


class Cell(NamedTuple):
    """`form`: what a spreadsheet says of it (`String`, `Number`, `DateTime`); "" in a CSV."""

    text: str
    form: str = ""


EMPTY = Cell("")
Line = tuple[int, Sequence[Cell]]
"""A row's number, as an operator finds it in the file, and its cells."""


def value(cell: Cell) -> str:
    """Without surrounding blanks; a typed number without its tail of binary digits, a typed day without its midnight.

    Else as it is, so that the same export in another form is no change.
    """
    bare = cell.text.strip()
    match cell.form:
        case "Number":
            return bare if AMOUNT.fullmatch(bare) else number(bare)
        case "DateTime":
            return MIDNIGHT.sub("", bare)
    return "" if bare == NULL else bare


def number(text: str) -> str:
    """`1152.0` and `1.152E3` as `1152`; what is no number stays as it is."""
    try:
        read = FIFTEEN_DIGITS.create_decimal(text).normalize(FIFTEEN_DIGITS)
    except DecimalException:
        return text
    return format(read, "f") if read.is_finite() else text


def code_as_it_is(cell: Cell) -> str:
    """A code of whose text dots are a part. Raises ValueError as `code` does."""
    bare = cell.text.strip()
    if cell.form == "Number":
        return code(cell)
    return "" if bare == NULL else code_of(bare) if "," in bare else bare


def code(cell: Cell) -> str:
    """A code without the dots behind its thousands. Raises ValueError where a program took it for a number with decimals."""
    bare = plain_code(cell.text.strip())
    if cell.form == "Number" or DECIMALS.fullmatch(bare):
        bare = number(bare)
    if DECIMALS.fullmatch(bare):
        raise ValueError("is no whole number, as if a spreadsheet program had saved it")
    return "" if bare == NULL else code_of(bare)


class Place(NamedTuple):
    """Where a column stands; several places where its name comes again."""

    column: str
    at: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """The first row of a sheet, as far as one table needs it: all other columns are left behind here.

    `dots_kept`: dots are a part of its codes, and do not stand behind thousands.
    """

    file: str
    width: int
    places: tuple[Place, ...]
    dots_kept: bool = False

    def row(self, line: Line) -> dict[str, str]:
        """One row; of columns with one name the first that is filled counts. Raises RetryLater that names file and line."""
        number_, cells = line
        if any(cell.text.strip() for cell in cells[self.width :]):
            raise RetryLater(f"{self.file}, line {number_}: more cells than columns: export it again")
        found = {}
        for column, places in self.places:
            read = value if column not in CODES else code_as_it_is if self.dots_kept else code
            try:
                texts = (read(cells[at]) for at in places if at < len(cells))
                found[column] = next((text for text in texts if text), "")
            except ValueError as exc:
                raise RetryLater(f"{self.file}, line {number_}: {column} {exc}: export it again from the ERP") from None
        return found


def layout(file: str, header: Sequence[Cell], table: Table, *, dots_kept: bool = False) -> Layout:
    """Raises StopWorker where a column that the table needs is not there."""
    names = [cell.text.strip().casefold() for cell in header]
    wanted = wanted_columns(table)
    places = [Place(column, tuple(at for at, name in enumerate(names) if name == column.casefold())) for column in wanted]
    for column, at in places:
        if not at and (column not in table.optional or column in OF_EXPORTS):
            raise StopWorker(f"{file} has no column {column} in its first line: export {table.name} again with all columns")
    return Layout(file, len(header), tuple(place for place in places if place.at), dots_kept)


def wanted_columns(table: Table) -> tuple[str, ...]:
    """What is read of a table: its whitelist, and the documents from which the poller makes a person."""
    return (*table.columns, *table.document)
