r"""From the cells of an exported sheet to rows of one table. Pure.

Nothing was verified against the vendor: what follows is what importers of such files met (`schemas/erp/ALTAREDE.md`).
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, DecimalException
from typing import NamedTuple

from schemas.erp.altarede import CODES
from schemas.erp.declaration import Table
from schemas.erp.numbers import code_of
from schemas.erp.values import plain_code
from schemas.errors import RetryLater, StopWorker
from schemas.nothing import is_no_amount, is_no_code, is_no_day

NULL = r"\N"
OF_EXPORTS = frozenset({"VALOR_PAGO", "DATA_PAGAMENTO"})
"""Optional only where an ISP's webhook has a status instead: without them an export would show every paid bill as open."""
DECIMALS = re.compile(r"[0-9]+\.[0-9]+")
AMOUNT = re.compile(r"[0-9]+(?:\.[0-9]{2})?")
MIDNIGHT = re.compile(r"T00:00:00(?:\.0+)?$")
KEPT = 15
FIFTEEN_DIGITS = Context(prec=KEPT, Emax=30, Emin=-30)
"""As many as a spreadsheet program means: it writes 99.9 as 99.900000000000006."""
CENT = Decimal("0.01")
THREE_DECIMALS = re.compile(r"-?[0-9]+\.[0-9]{3,}")
CONTRARY = " / "
"""Between values of which nobody knows which is meant: no day and no amount reads so."""


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


def amount(cell: Cell) -> str:
    """As `value`. What stands before a typed number's decimals is no matter of the texts beside it: 33.333 is 33.33."""
    read = value(cell)
    if cell.form != "Number" or not THREE_DECIMALS.fullmatch(read):
        return read
    return format(Decimal(read).quantize(CENT, ROUND_HALF_UP), "f")


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
    if cell.form == "Number" and _places(bare) > KEPT:
        raise ValueError("has more digits than a spreadsheet program keeps: two codes may be one there")
    if cell.form == "Number" or DECIMALS.fullmatch(bare):
        bare = number(bare)
    if DECIMALS.fullmatch(bare):
        raise ValueError("is no whole number, as if a spreadsheet program had saved it")
    return "" if bare == NULL else code_of(bare)


def _places(text: str) -> int:
    """Of a number, those before its decimals."""
    try:
        return Decimal(text).adjusted() + 1
    except DecimalException:
        return 0


class Place(NamedTuple):
    """Where a column stands; several places where its name comes again. `read`: its cells; `is_none`: what is no value."""

    column: str
    at: tuple[int, ...]
    read: Callable[[Cell], str]
    is_none: Callable[[str], bool]

    def text(self, cells: Sequence[Cell]) -> str:
        """The value. Of several the first; but a day or an amount that is told in two ways is neither, and the row's letter.

        Raises ValueError for a code that nobody knows.
        """
        if len(self.at) == 1:
            return self.read(cells[self.at[0]]) if self.at[0] < len(cells) else ""
        texts = [self.read(cells[at]) for at in self.at if at < len(cells)]
        told = list(dict.fromkeys(text for text in texts if not self.is_none(text)))
        if len(told) > 1 and self.is_none is not _is_blank:
            if self.column in CODES:
                raise ValueError("stands in two columns with two values")
            return CONTRARY.join(told)
        return next(iter(told), next((text for text in texts if text), ""))


@dataclass(frozen=True, slots=True)
class Layout:
    """The first row of a sheet, as far as one table needs it: all other columns are left behind here.

    `names`: of all columns, without capitals.
    """

    file: str
    names: Sequence[str]
    places: tuple[Place, ...]

    def row(self, line: Line) -> dict[str, str]:
        """One row. Raises RetryLater that names file and line."""
        at, cells = line
        if any(cell.text.strip() for cell in cells[len(self.names) :]):
            raise RetryLater(f"{self.file}, line {at}: more cells than columns: export it again")
        found = {}
        for place in self.places:
            try:
                found[place.column] = place.text(cells)
            except ValueError as exc:
                raise RetryLater(f"{self.file}, line {at}: {place.column} {exc}: export it again from the ERP") from None
        return found

    def repeats(self, line: Line) -> bool:
        """Whether a row is the head once more, as a program writes it above each page."""
        cells, at = line[1], self.places[0].at[0]
        if at >= len(cells) or cells[at].text.strip().casefold() != self.names[at]:
            return False
        return [*filter(None, titles(cells))] == [*filter(None, self.names)]


def layout(file: str, header: Sequence[Cell], table: Table, *, dots_kept: bool = False) -> Layout:
    """`dots_kept`: dots are a part of the codes, and do not stand behind thousands.

    Raises StopWorker where a column that the table needs is not there.
    """
    names = titles(header)
    places: list[Place] = []
    for column in wanted_columns(table):
        if at := tuple(at for at, name in enumerate(names) if name == column.casefold()):
            places.append(_place(table, column, at, dots_kept=dots_kept))
        elif column not in table.optional or column in OF_EXPORTS:
            raise StopWorker(f"{file} has no column {column} in its first line: export {table.name} again with all columns")
    return Layout(file, names, tuple(places))


def titles(cells: Sequence[Cell]) -> list[str]:
    """A head, as it is compared."""
    return [cell.text.strip().casefold() for cell in cells]


def _place(table: Table, column: str, at: tuple[int, ...], *, dots_kept: bool) -> Place:
    if column in CODES:
        return Place(column, at, code_as_it_is if dots_kept else code, is_no_code)
    if column in table.amounts:
        return Place(column, at, amount, is_no_amount)
    return Place(column, at, value, is_no_day if column in table.days else _is_blank)


def _is_blank(text: str) -> bool:
    return not text


def wanted_columns(table: Table) -> tuple[str, ...]:
    """What is read of a table: its whitelist, and the documents from which the poller makes a person."""
    return (*table.columns, *table.document)
