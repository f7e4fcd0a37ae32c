"""What an instance sets before its decimals: found out from amounts that allow one reading only, never guessed. Pure.

Where it writes three decimals, `99.900` may be ninety-nine or ninety-nine thousand; `1299.050` beside it settles that.
Amounts that contradict one another settle nothing.
"""

from collections import defaultdict
from collections.abc import Sequence

from schemas.erp.declaration import POINT, Row, Table
from schemas.erp.money import Point, is_doubtful, is_usual, points_of


class Amounts:
    """What the amounts of each table have shown so far."""

    def __init__(self) -> None:
        self._shown: defaultdict[str, set[Point]] = defaultdict(set)

    def learn(self, table: Table, rows: Sequence[Row]) -> None:
        """Look at every amount of these rows."""
        for column in table.amounts:
            self._shown[table.name] |= points_of(str(row.get(column) or "") for row in rows)

    def point(self, table: Table) -> Point:
        """Where its decimals begin; "" while nothing has settled it."""
        shown = self._shown[table.name]
        return next(iter(shown)) if len(shown) == 1 else ""

    def written(self, table: Table, rows: Sequence[Row]) -> list[Row]:
        """The rows, with the point beside an amount that needs it: a mapping needs nothing else, also in a replay."""
        point = self.point(table)
        return [{**row, POINT: point} if needs_point(table, row) else row for row in rows]


def unusual(table: Table, rows: Sequence[Row]) -> list[Row]:
    """Those of which an amount tells something, or has two readings: of a first sync's rows nearly none."""
    return [row for row in rows if not all(is_usual(str(row.get(column) or "")) for column in table.amounts)]


def needs_point(table: Table, row: Row) -> bool:
    """Whether one of the row's amounts has two readings."""
    return any(is_doubtful(str(row.get(column) or "")) for column in table.amounts)
