"""What an instance sets before its decimals: found out from amounts that allow one reading only, never guessed. Pure.

Where it writes three decimals, `99.900` may be ninety-nine or ninety-nine thousand; `1299.050` beside it settles that.
Amounts that contradict one another settle nothing, be it `99.90` beside `1.234,56`.
"""

from collections import Counter
from collections.abc import Sequence

from producers.erp.learnt import Learnt
from schemas.erp.declaration import POINT, Row, Table
from schemas.erp.money import OTHER, USUAL, Point, is_telling, point_of, thousands_at
from schemas.erp.money import needs_point as needs


class Shown:
    """What the amounts of one table show by themselves."""

    def __init__(self) -> None:
        self._points: Counter[str | None] = Counter()
        """Amounts of one reading by what stands before their decimals, "" or None where they have none."""
        self._doubtful: Counter[Point] = Counter()
        """Amounts of two readings by what stands before their last three digits."""
        self._telling = False

    def learn(self, table: Table, rows: Sequence[Row]) -> list[Row]:
        """Look at every amount. Those rows of which one is unusual: of a first sync's nearly none.

        Loops, and a match of its own: of each row of a first sync this is asked.
        """
        read = USUAL.fullmatch
        usual: list[str | None] = []
        unusual: list[Row] = []
        for row in rows:
            strange = False
            for column in table.amounts:
                if (found := read(str(row.get(column) or ""))) is not None:
                    usual.append(found[1])
                else:
                    strange = True
                    self._look_at(str(row[column]))
            if strange:
                unusual.append(row)
        self._points.update(usual)
        return unusual

    def _look_at(self, amount: str) -> None:
        self._points[point_of(amount)] += 1
        self._doubtful[thousands_at(amount)] += 1
        self._telling = self._telling or is_telling(amount)

    @property
    def point(self) -> Point:
        """Where decimals begin; "" while nothing has settled it.

        Few amounts do not make many others thousands: who writes thousands shows more amounts that have none.
        """
        if not self._telling or (self._points["."] > 0) is (self._points[","] > 0):
            return ""
        here: Point = "." if self._points["."] else ","
        there = OTHER[here]
        return here if not self._doubtful[there] or self._points[here] > self._doubtful[there] else ""


class Amounts(Learnt[Shown]):
    """What the amounts of each table showed."""

    def point(self, table: Table) -> Point:
        """Where its decimals begin; "" while nothing has settled it."""
        return self._of[table.name].point if table.name in self._of else ""

    def written(self, table: Table, rows: Sequence[Row]) -> list[Row]:
        """The rows, with the point beside an amount that needs it: a mapping needs nothing else, also in a replay."""
        point = self.point(table)
        return [{**row, POINT: point} if needs_point(table, row) else row for row in rows]


def needs_point(table: Table, row: Row) -> bool:
    """Whether one of the row's amounts needs it to be read."""
    return any(needs(str(row.get(column) or "")) for column in table.amounts)
