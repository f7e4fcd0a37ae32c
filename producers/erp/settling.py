"""A source whose rows come once amounts and days are settled: those with two readings wait for the end of the table."""

from collections.abc import AsyncGenerator, Collection, Iterator, Mapping, Sequence
from contextlib import aclosing
from datetime import datetime

import orjson

from producers.erp.amounts import Amounts, Shown, needs_point
from producers.erp.day_orders import DayOrders, Days
from producers.erp.source import Probe, Source, Told
from schemas.erp.declaration import Row, Table
from schemas.errors import RetryLater
from schemas.rows import Kind

AT_ONCE = 1_000


class _Held:
    """Rows that wait, packed. One of which a later row of its id was let through has been overtaken: it is left out."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._packed: list[bytes] = []
        self._codes: set[object] = set()
        self._overtaken: dict[object, int] = {}
        """Of an id, how many rows had waited when one was let through."""

    def without(self, rows: Sequence[Row], waiting: Collection[Row]) -> Sequence[Row]:
        """The others; those of `waiting` are kept."""
        key = self._table.key
        if not waiting and not self._codes:
            return rows
        left = {id(row) for row in waiting}
        through: list[Row] = []
        for row in rows:
            if id(row) in left:
                self._packed.append(orjson.dumps({column: row[column] for column in self._table.columns if column in row}))
                self._codes.add(row.get(key))
                continue
            through.append(row)
            if row.get(key) in self._codes:
                self._overtaken[row[key]] = len(self._packed)
        return through

    def rows(self) -> Iterator[list[Row]]:
        """So many at once."""
        for start in range(0, len(self._packed), AT_ONCE):
            some = enumerate(map(orjson.loads, self._packed[start : start + AT_ONCE]), start)
            yield [row for place, row in some if place >= self._overtaken.get(row.get(self._table.key), 0)]


class SettlingSource:
    """Another source, behind it."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._amounts = Amounts()
        self._orders = DayOrders()

    async def pages(self, table: Table) -> AsyncGenerator[Told, None]:
        """See `Source`. What waits is as old as the first of it, and kept packed: a table may be all of it."""
        held = _Held(table)
        since: datetime | None = None
        shown, days = Shown(), Days()
        before, were_let_go = self._orders.is_usual(table), False
        async with aclosing(self._source.pages(table)) as coming:
            async for told in coming:
                waiting = [row for row in shown.learn(table, told.rows) if needs_point(table, row)]
                if with_days := days.learn(table, told.rows):
                    if days.settled if before is None else before:
                        were_let_go = True
                    else:
                        waiting += (row for row in with_days if not needs_point(table, row))
                since = since or (told.asked_at if waiting else None)
                yield told._replace(rows=held.without(told.rows, waiting))
        self._amounts.keep(table, shown)
        self._orders.keep(table, days)
        if were_let_go and days.order:
            raise RetryLater(f"{table.name} writes some days month first: it is read once more before anything is concluded")
        if since is not None:
            for rows in held.rows():
                yield Told(since, self._settled(table, rows))

    async def reread(self, table: Table, owners: Mapping[str, str]) -> Told:
        """See `Source`."""
        told = await self._source.reread(table, owners)
        return told._replace(rows=self._settled(table, told.rows))

    async def recent(self, table: Table) -> AsyncGenerator[Told, None]:
        """See `Source`: until a sweep has settled them, rows that need it are left to that sweep."""
        async with aclosing(self._source.recent(table)) as coming:
            async for told in coming:
                rows = [row for row in told.rows if self._orders.ready(table, row)]
                if not self._amounts.point(table):
                    rows = [row for row in rows if not needs_point(table, row)]
                yield Told(told.asked_at, self._settled(table, rows))

    async def has_news(self, kind: Kind) -> bool:
        """See `Source`."""
        return await self._source.has_news(kind)

    def swept(self, kind: Kind) -> None:
        """See `Source`."""
        self._source.swept(kind)

    def notes(self, kind: Kind) -> Sequence[str]:
        """See `Source`."""
        ours = self._orders.notes() if kind == "bill" else ()
        return (*self._source.notes(kind), *ours) if ours else self._source.notes(kind)

    async def survey(self, table: Table) -> Probe:
        """See `Source`."""
        return self._written(table, await self._source.survey(table))

    async def probe(self, table: Table) -> Probe:
        """See `Source`."""
        return self._written(table, await self._source.probe(table))

    async def close(self) -> None:
        """See `Source`."""
        await self._source.close()

    def _written(self, table: Table, found: Probe) -> Probe:
        shown, days = Shown(), Days()
        shown.learn(table, found.rows)
        days.learn(table, found.rows)
        self._amounts.suppose(table, shown)
        self._orders.suppose(table, days)
        return found._replace(rows=self._settled(table, found.rows))

    def _settled(self, table: Table, rows: Sequence[Row]) -> list[Row]:
        return self._amounts.written(table, self._orders.written(table, rows))
