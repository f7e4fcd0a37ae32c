"""Which columns the rows of a list fill and which they leave blank, and the pages that wait until that is known.

A flag, a state, a day or an amount that is blank in every row says nothing of any debt, yet the first rows that come may
all be older than the column. So nothing is published of pages before which no row has filled it.
"""

import zlib
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from contextlib import aclosing

import orjson

from producers.erp.changes import as_text
from producers.erp.legible import MANY
from producers.erp.source import Told
from schemas.erp.conditions import ORDER
from schemas.erp.days import is_day
from schemas.erp.declaration import POINT, UNSURE, Row, Table
from schemas.erp.money import is_amount
from schemas.errors import RejectRecord
from schemas.nothing import FIRST_DIGITS, is_no_day, is_nothing

QUICK = 1
"""zlib's level: rows of one table are so alike that it makes them a tenth."""


class Fills:
    """What the rows of one table's lists showed of the columns that must be filled (`Table.filled`)."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._days = table.words["due_on"].columns if "due_on" in table.words else ()
        self._rows = 0
        self._never = set(table.filled)
        """Columns that no row has filled."""
        self._always = set(table.filled)
        """Columns that no row has left blank; of days and amounts nobody looks for it: they are too many different ones."""
        self._various = {*self._days, *table.amounts}

    def learn(self, rows: Sequence[Row]) -> None:
        """Look at every row, whose different values are few: of each row of a first sync this is asked."""
        self._rows += len(rows)
        for name in (self._never | self._always - self._various) if rows else ():
            texts = {as_text(row.get(name)) for row in rows}
            if name in self._various:
                if any(self._is_told(name, text) for text in texts):
                    self._never.discard(name)
                continue
            blank = {self._is_blank(name, text) for text in texts}
            if False in blank:
                self._never.discard(name)
            if True in blank:
                self._always.discard(name)

    @property
    def is_open(self) -> bool:
        """Whether no row has filled some column yet."""
        return bool(self._never)

    @property
    def missing(self) -> AbstractSet[str]:
        """Columns that none of many rows has filled."""
        return self._never if self._rows >= MANY else frozenset()

    def doubts(self, row: Row) -> bool:
        """Whether it leaves a column blank that not some rows, as far as is known, fill and others leave blank."""
        return any(self._is_blank(name, as_text(row.get(name))) for name in self._never | self._always)

    def _is_told(self, name: str, text: str) -> bool:
        """Whether a day or an amount says something that can be read: an amount that is zero in all rows says nothing."""
        if name in self._days:
            return not is_no_day(text) and is_day(text)
        return not FIRST_DIGITS.isdisjoint(text) and is_amount(text)

    def _is_blank(self, name: str, text: str) -> bool:
        return is_no_day(text) if name in self._days else "0" not in text and is_nothing(text)


async def once_filled(
    pages: AsyncGenerator[Told, None], table: Table, fills: Fills, check: Callable[[Told], None], end: Callable[[], None]
) -> AsyncGenerator[Told, None]:
    """The pages, in their order; those before the one by which each column is filled wait for it, packed.

    `check` is asked about each page as it comes, `end` after the last one, and both may raise: what waits then is lost.
    """
    waiting: list[tuple[Told, bytes]] = []
    async with aclosing(pages) as coming:
        async for told in coming:
            check(told)
            if fills.is_open and told.rows:
                waiting.append((told._replace(rows=()), packed(table, told.rows)))
                continue
            if not fills.is_open:
                for one in released(waiting):
                    yield one
            yield told
    end()
    for one in released(waiting):
        yield one


def lately(table: Table, rows: Iterable[Row], known: AbstractSet[str], fills: Fills) -> list[Row]:
    """Of rows that changed lately those that tell something. The others are left to the sweep, which sees all of a table.

    A row that is none of ours and of which nothing is `known` closes nothing, whatever it leaves unsaid.
    """
    return [
        row
        for row in rows
        if (not fills.doubts(row) if _may_be_member(table, row) else as_text(row.get(table.key)) in known)
    ]


def _may_be_member(table: Table, row: Row) -> bool:
    try:
        return table.member({column: as_text(value) for column, value in row.items()})
    except RejectRecord:  # a row's own fault, and its letter
        return True


def packed(table: Table, rows: Sequence[Row]) -> bytes:
    """Only what can be published of them."""
    kept = (*table.columns, *table.document, POINT, ORDER, UNSURE)
    return zlib.compress(orjson.dumps([{name: row[name] for name in kept if name in row} for row in rows]), QUICK)


def released(waiting: list[tuple[Told, bytes]]) -> Iterable[Told]:
    """One page after the other, and then none waits any longer."""
    for told, rows in waiting:
        yield told._replace(rows=orjson.loads(zlib.decompress(rows)))
    waiting.clear()
