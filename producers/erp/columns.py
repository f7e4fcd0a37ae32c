"""Whether a table's answers have the columns on which a debt depends: else it is not the ERP that was declared. Pure."""

from collections.abc import Iterable, Sequence

from schemas.erp.declaration import Erp, Row, Table
from schemas.errors import StopWorker


class Columns:
    """What one table's answers showed while it is swept once."""

    def __init__(self, erp: Erp, table: Table) -> None:
        self._erp = erp
        self._table = table
        self._unseen = {*table.required, *table.decorative}

    def check(self, rows: Sequence[Row]) -> None:
        """Raises StopWorker where no row of an answer has a column that must be there.

        One row alone that lacks what others have shown is that row's own fault, and a dead letter.
        """
        if not rows:
            return
        lacking = [name for name in self._table.required if not _shown(name, rows)]
        if wrong := [name for name in lacking if len(rows) > 1 or name in self._unseen]:
            raise StopWorker(missing(self._erp, self._table, wrong))
        self._unseen = {name for name in self._unseen if not _shown(name, rows)}

    def notes(self) -> tuple[str, ...]:
        """The columns that only decorate and that no row had, where there was any row."""
        bare = sorted(self._unseen & self._table.decorative)
        if not bare or self._unseen.intersection(self._table.required):
            return ()
        return (f"{self._table.name} has no {', '.join(bare)} in this version of {self._erp.label}: no debt depends on it",)


def missing(erp: Erp, table: Table, columns: Iterable[str]) -> str:
    """What an operator reads of columns that are in no row, with the next step."""
    names = ", ".join(sorted(columns))
    return (
        f"no row of {table.name} has the column {names}, on which debts depend: this {erp.label} is not the version that we"
        f" know, or the token's user may not see it. Nothing was concluded. Let that user see all of {table.name}, or ask"
        f" {erp.label}'s support since which version it is without the column, and tell us"
    )


def _shown(column: str, rows: Sequence[Row]) -> bool:
    return any(column in row for row in rows)
