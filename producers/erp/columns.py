"""Whether a table's answers have, and fill, the columns on which a debt depends: else it is not the ERP that was declared.

Pure.
"""

from collections.abc import Iterable, Sequence

from producers.erp.changes import as_text
from producers.erp.fills import Fills
from producers.erp.legible import MANY, Legible
from producers.erp.source import Told
from schemas.erp.declaration import Erp, Row, Table
from schemas.errors import RejectRecord, StopWorker


class Columns:
    """What one table's answers showed while it is swept once."""

    def __init__(self, erp: Erp, table: Table) -> None:
        self._erp = erp
        self._table = table
        self._unseen = {*table.required, *table.decorative}
        self.fills = Fills(table)
        self._legible = Legible(table)
        self._strangers: list[Row] = []
        """Rows that are not what was asked for, until there is one that is."""
        self._held = False

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

    def check_list(self, told: Told) -> None:
        """All that a page of a list must stand. Raises StopWorker.

        What is read by its id may come from another list, which has not everything to fill.
        """
        self.check(told.rows)
        self.fills.learn(told.rows)
        self._legible.learn(told.rows)
        self._check_asked(told)

    def _check_asked(self, told: Told) -> None:
        """Raises StopWorker where of many rows of a list none is what was asked for. (One among others has its letter.)"""
        if any(self._is_asked(told, row) for row in told.rows):
            self._held = True
            self._strangers = []
            return
        strangers = [*self._strangers, *told.rows[:MANY]]
        if len(strangers) >= MANY:
            raise StopWorker(self._contrary(strangers))
        self._strangers = [] if self._held else strangers

    def check_any(self) -> None:
        """Raises StopWorker where all has been read, and no row was what had been asked for, or filled what must be.

        Also where most of many rows hold a day or an amount that cannot be read.
        """
        if problem := self._legible.problem:
            raise StopWorker(unread(self._erp, self._table, problem))
        if blank := self.fills.missing:
            zeros = ", other than with zeros," if blank & {*self._table.amounts} else ""
            raise StopWorker(missing(self._erp, self._table, blank, f"fills{zeros}"))
        if self._strangers:
            raise StopWorker(self._contrary(self._strangers))

    def _contrary(self, strangers: Sequence[Row]) -> str:
        if blank := self.fills.missing & asked_by(self._table):
            return missing(self._erp, self._table, blank, "fills")
        return contrary(self._erp, self._table, strangers)

    def notes(self) -> tuple[str, ...]:
        """The columns that only decorate and that no row had, where there was any row."""
        bare = sorted(self._unseen & self._table.decorative)
        if not bare or self._unseen.intersection(self._table.required):
            return ()
        return (f"{self._table.name} has no {', '.join(bare)} in this version of {self._erp.label}: no debt depends on it",)

    def _is_asked(self, told: Told, row: Row) -> bool:
        """Whether it meets what the ERP was asked; where that were no conditions, whether it is in or out."""
        texts = {column: as_text(value) for column, value in row.items()}
        try:
            if told.asked:
                return all(where.holds(texts) for where in told.asked)
            return self._table.member(texts) or not self._table.unsaid(texts)
        except RejectRecord:  # a row's own fault
            return True


def missing(erp: Erp, table: Table, columns: Iterable[str], has: str = "has") -> str:
    """What an operator reads of columns that no row `has`, or fills, with the next step."""
    names = ", ".join(sorted(columns))
    return (
        f"no row of {table.name} {has} the column {names}, on which debts depend: this {erp.label} is not the version that"
        f" we know, or the token's user may not see it. Nothing was concluded. Let that user see all of {table.name}, or ask"
        f" {erp.label}'s support since which version it is without the column, and tell us"
    )


def unread(erp: Erp, table: Table, problem: str) -> str:
    """What an operator reads of columns whose days or amounts cannot be read, with the next step."""
    return (
        f"{table.name}: {problem}. This {erp.label} writes there what we do not know, or a spreadsheet program has changed"
        f" it. Nothing was concluded. Mend it there, or ask {erp.label}'s support since which version it writes so, and tell"
        " us"
    )


def contrary(erp: Erp, table: Table, rows: Sequence[Row]) -> str:
    """What an operator reads of rows of which none is what was asked for, with the next step."""
    names = asked_by(table)
    odd = sorted(name for name in names if not any(_fits(table, name, as_text(row.get(name))) for row in rows))
    return (
        f"no row of {table.name} is one that was asked for, by {', '.join(odd or sorted(names))}: this {erp.label} shows"
        f" there what we do not know, or filters by something else. Nothing was concluded. Look there in {erp.label}, ask"
        f" its support since which version it says something else, and tell us"
    )


def asked_by(table: Table) -> set[str]:
    """The columns by which its rows are asked for."""
    return {where.column for query in table.queries for where in query}


def _fits(table: Table, column: str, text: str) -> bool:
    """Whether some query may have asked for it."""
    return any(where.column == column and where.holds({column: text}) for query in table.queries for where in query)


def _shown(column: str, rows: Sequence[Row]) -> bool:
    return any(column in row for row in rows)
