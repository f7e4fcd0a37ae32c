"""A source whose rows come once their amounts are settled: those with two readings wait for the end of the table."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from datetime import datetime

import orjson

from producers.erp.amounts import Amounts, needs_point, unusual
from producers.erp.source import Probe, Source, Told
from schemas.erp.declaration import Table
from schemas.rows import Kind

AT_ONCE = 1_000


class SettlingSource:
    """Another source, behind it."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._amounts = Amounts()

    async def pages(self, table: Table) -> AsyncGenerator[Told, None]:
        """See `Source`. What waits is as old as the first of it, and kept packed: a table may be all of it."""
        held: list[bytes] = []
        since: datetime | None = None
        async with aclosing(self._source.pages(table)) as coming:
            async for told in coming:
                telling = unusual(table, told.rows)
                self._amounts.learn(table, telling)
                waiting = [row for row in telling if needs_point(table, row)]
                if waiting:
                    held += (
                        orjson.dumps({column: row[column] for column in table.columns if column in row}) for row in waiting
                    )
                    since = since or told.asked_at
                    yield Told(told.asked_at, [row for row in told.rows if not needs_point(table, row)])
                else:
                    yield told
        if since is not None:
            for start in range(0, len(held), AT_ONCE):
                rows = [orjson.loads(row) for row in held[start : start + AT_ONCE]]
                yield Told(since, self._amounts.written(table, rows))

    async def reread(self, table: Table, owners: Mapping[str, str]) -> Told:
        """See `Source`."""
        told = await self._source.reread(table, owners)
        return told._replace(rows=self._amounts.written(table, told.rows))

    async def recent(self, table: Table) -> AsyncGenerator[Told, None]:
        """See `Source`: until a sweep has settled it, rows with two readings are left to that sweep."""
        async with aclosing(self._source.recent(table)) as coming:
            async for told in coming:
                rows = told.rows
                if not self._amounts.point(table):
                    rows = [row for row in rows if not needs_point(table, row)]
                yield Told(told.asked_at, self._amounts.written(table, rows))

    async def has_news(self, kind: Kind) -> bool:
        """See `Source`."""
        return await self._source.has_news(kind)

    def swept(self, kind: Kind) -> None:
        """See `Source`."""
        self._source.swept(kind)

    def notes(self, kind: Kind) -> Sequence[str]:
        """See `Source`."""
        return self._source.notes(kind)

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
        self._amounts.learn(table, found.rows)
        return found._replace(rows=self._amounts.written(table, found.rows))
