"""What second resources of an ERP say of a table's rows: what is listed is so; what is not, where two sweeps agree.

A list that is empty for once, though nothing fails, would else make every blocked or slowed contract an ordinary one. Pure.
"""

from collections.abc import Mapping, Sequence

from schemas.erp.declaration import UNSURE, Mark, Row, Table
from schemas.erp.values import first_of
from schemas.errors import StopWorker
from schemas.rows import Kind

Listed = Mapping[str, str]
"""The mark of each listed row by what rows are compared with."""


def listed(table: Table, mark: Mark, rows: Sequence[Row]) -> Listed:
    """The list that was answered. Raises StopWorker where none of its rows has the column that tells whom it is about."""
    for column in (mark.key, *(() if mark.otherwise else (mark.value,))):
        if rows and not any(column in row for row in rows):
            raise StopWorker(
                f"no row of {mark.service} has the column {column}, by which rows of {table.name} are marked: this is not"
                f" the version of the ERP that we know. Nothing was concluded. Ask the ERP's support what became of it"
            )
    return {str(row.get(mark.key, "")): str(row.get(mark.value) or mark.otherwise) for row in rows}


class Marks:
    """Of one table. Between sweeps those of the last one count: else the same row would differ."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._newest: dict[str, Listed] = {}
        self._believed: dict[str, dict[str, str]] = {}
        self._fading: dict[str, frozenset[str]] = {}

    @property
    def kind(self) -> Kind:
        """Of the rows that are marked."""
        return self._table.kind

    def read(self, column: str, newest: Listed) -> None:
        """The list of one mark as it is now."""
        self._newest[column] = newest

    def swept(self) -> None:
        """A sweep has ended with these lists: whoever was missed in them for the second time is marked no longer."""
        for column, newest in self._newest.items():
            fading = self._fading.get(column, frozenset())
            kept = {
                code: value
                for code, value in self._believed.get(column, {}).items()
                if code not in newest and code not in fading
            }
            self._fading[column] = frozenset(kept)
            self._believed[column] = {**kept, **newest}

    def on(self, row: Row) -> Row:
        """The row with its marks; UNSURE where they are.

        Until one sweep has ended, a row that is not listed may have been before we were there: only the next list tells.
        """
        found: dict[str, str] = {}
        sure = True
        for mark in self._table.marks:
            code = str(row.get(mark.by or self._table.key) or "")
            value = self._newest[mark.column].get(code)
            if value is None and first_of(code) and not (mark.over and mark.over.holds(row)):
                sure = sure and mark.column in self._believed
                if code not in self._fading.get(mark.column, ()):
                    value = self._believed.get(mark.column, {}).get(code)
            found[mark.column] = value or ""
        return {**row, **found} if sure else {**row, **found, UNSURE: "S"}
