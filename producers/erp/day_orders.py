"""In which order an instance writes day and month where the year comes last: found out from its days above 12. Pure.

Brazilians write the day first, and so it is read while nothing else shows. A program of another country writes 11/25/2026:
then 11/05/2026 beside it is of November, or nobody knows.
"""

from collections import Counter
from collections.abc import Sequence

from producers.erp.learnt import Learnt
from schemas.erp.conditions import ORDER
from schemas.erp.days import Order, order_of
from schemas.erp.declaration import Row, Table

ENOUGH = 3
"""So many days tell in which order days are written: one alone is a typing error, and its row's dead letter."""
ODD_ONES = 100
"""Among so many that agree one that does not is a row's own fault, and its dead letter."""


class Days:
    """What the days of one table show of their order."""

    def __init__(self) -> None:
        self._shown: Counter[str] = Counter()

    def learn(self, table: Table, rows: Sequence[Row]) -> list[Row]:
        """Look at every day. Those rows of which one has its year last.

        Loops: of each row of a first sync this is asked.
        """
        orders: list[str] = []
        found: list[Row] = []
        for row in rows:
            is_found = False
            for column in table.days:
                if (order := order_of(str(row.get(column) or ""))) is not None:
                    orders.append(order)
                    is_found = True
            if is_found:
                found.append(row)
        self._shown.update(orders)
        return found

    @property
    def order(self) -> Order:
        """What is to be known beside such a day; "" where it is as Brazilians write it."""
        day_first, month_first = self._shown["dmy"], self._shown["mdy"]
        if not day_first and month_first < ENOUGH and self._shown["bare"]:
            return "doubtful"
        if month_first < ENOUGH or month_first * ODD_ONES <= day_first:
            return ""
        return "mdy" if day_first * ODD_ONES <= month_first else "doubtful"

    @property
    def settled(self) -> bool:
        """Whether such rows need not wait for the end of the table."""
        return self._shown["dmy"] >= ENOUGH and not self.order


class DayOrders(Learnt[Days]):
    """What the days of each table showed."""

    def is_usual(self, table: Table) -> bool | None:
        """Whether all of the table was as Brazilians write it; None where it was not read yet."""
        return not self._of[table.name].order if table.name in self._of else None

    def notes(self) -> tuple[str, ...]:
        """What an operator reads of tables that are written otherwise."""
        said = {"mdy": "the month first", "doubtful": "now the day and now the month first: what may be both is refused"}
        orders = {name: days.order for name, days in self._of.items()}
        return tuple(f"{name}: days before their year are written {said[order]}" for name, order in orders.items() if order)

    def ready(self, table: Table, row: Row) -> bool:
        """Whether the row can be read by what is known."""
        return table.name in self._of or not year_last(table, row)

    def written(self, table: Table, rows: Sequence[Row]) -> Sequence[Row]:
        """The rows, with the order beside a day that needs it: a mapping needs nothing else, also in a replay."""
        order = self._of[table.name].order if table.name in self._of else ""
        return [{**row, ORDER: order} if year_last(table, row) else row for row in rows] if order else rows


def year_last(table: Table, row: Row) -> bool:
    """Whether one of the row's days is written so."""
    return any(order_of(str(row.get(column) or "")) is not None for column in table.days)
