"""Whose each bill is shown to be: one that two clients have in one reading is a debt of which nobody knows whose. Pure."""

from array import array

from producers.erp.changes import as_text
from producers.erp.dense import place
from schemas.erp.declaration import Row, Table
from schemas.errors import StopWorker
from schemas.key_parts import escaped
from schemas.nothing import is_no_code

PAGE = 64
"""Dense codes are kept in runs of so many, and take ten bytes each."""
EMPTY = bytes(PAGE * array("I").itemsize)


class Owners:
    """Of one reading of one table."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._names = [""]
        self._numbers: dict[str, int] = {}
        self._pages: dict[int, array[int]] = {}
        self._others: dict[str, int] = {}

    def check(self, code: str, owner: str) -> None:
        """Raises StopWorker where the same reading has shown the bill as another client's.

        What moves between two readings is one of each; of other kinds of rows no debt depends.
        """
        if self._table.kind != "bill":
            return
        number = self._numbers.get(owner) or self._number(owner)
        if (before := self._put(code, number)) != number:
            raise StopWorker(two_owners(self._table, code, self._names[before], owner))

    def check_row(self, row: Row) -> None:
        """As `check`; of a row that names no bill or no client, which has its letter, nothing is asked."""
        code, owner = as_text(row.get(self._table.key)), as_text(row.get(self._table.owner))
        if not is_no_code(code) and not is_no_code(owner):
            self.check(code, owner)

    def _number(self, owner: str) -> int:
        self._names.append(owner)
        self._numbers[owner] = len(self._names) - 1
        return self._numbers[owner]

    def _put(self, code: str, number: int) -> int:
        """The number that is there now."""
        if not (at := place(code)):
            return self._others.setdefault(code, number)
        if (page := self._pages.get(at // PAGE)) is None:
            page = self._pages[at // PAGE] = array("I", EMPTY)
        if not page[at % PAGE]:
            page[at % PAGE] = number
        return page[at % PAGE]


def moves(table: Table) -> bool:
    """Whether a row with another owner is the same row, which has moved.

    So it is where an id that finds nothing is gone. Elsewhere it may be another row: RBX may number a supplier's documents
    as a customer's, and two files of exports their bills alike.
    """
    return table.lost == "gone"


def is_whose(table: Table, row: Row, owner: str) -> bool:
    """Whether a row that was asked for by its id is still `owner`'s, escaped or not; any other tells nothing of this one.

    One that names nobody has its letter, and where no owner is known ("0") every row is the one.
    """
    told = as_text(row.get(table.owner)) if table.owner else ""
    return moves(table) or is_no_code(told) or is_no_code(owner) or owner in {told, escaped(told)}


def two_owners(table: Table, code: str, *owners: str) -> str:
    """What an operator reads of a bill of two clients, with the next step."""
    return (
        f"{table.name} shows {table.key} {code} in one reading as a bill of two clients ({table.owner}"
        f" {' and '.join(owners)}): whose debt it is nobody knows, and nothing was concluded. If it has just moved, the next"
        f" reading shows one of them; else let whoever keeps the ERP, the workflow or the export give each bill an id and a"
        f" client of its own"
    )
