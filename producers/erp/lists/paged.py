"""ERPs that answer lists over HTTP: page by page, the next one asked for while this one is worked on."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing, suppress
from datetime import datetime, timedelta, tzinfo
from functools import partial
from typing import Any

import structlog

from producers.erp.lists.dates import Dates
from producers.erp.source import Probe, Told
from producers.erp.wire import Answer, Wire
from schemas.erp.declaration import Page, Protocol, Request, Row, Table
from schemas.errors import RetryLater, StopWorker
from schemas.rows import Kind
from schemas.runtime.clock import now

PROBED = 50
LONG_AGO, FAR_AHEAD = "1900-01-01", "2999-01-01"
log = structlog.get_logger()


class PagedSource:
    """One instance. `secrets`: by the name of the option that holds them; `zone`: the ERP's own, for what is recent."""

    def __init__(  # noqa: PLR0917 - made in one place
        self,
        protocol: Protocol,
        wire: Wire,
        secrets: Mapping[str, str],
        size: int,
        zone: tzinfo,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self._protocol = protocol
        self._wire = wire
        self._secrets = secrets
        self._size = size
        self._zone = zone
        self._clock = clock
        self._marks: dict[str, dict[str, dict[str, str]]] = {}
        self._dates = Dates()
        self._form: str | None = None

    async def pages(self, table: Table) -> AsyncGenerator[Told, None]:
        """See `Source`: first what must be empty, then what marks rows, then every query.

        Rows that wait for the form of their dates are as old as the first of them.
        """
        if self._protocol.check is not None:
            await self._ask(table, self._protocol.check(table))
        await self._read_marks(table)
        held: list[Row] = []
        since: datetime | None = None
        for query in table.queries if self._protocol.asks_conditions else table.queries[:1]:
            async with aclosing(self._run(table, partial(self._protocol.read, table, query))) as coming:
                async for asked_at, page in coming:
                    held += self._marked(table, page.rows)
                    since = since or asked_at
                    if self._dates.settled(table, held):
                        yield Told(since, self._dates.written(table, held))
                        held, since = [], None
        if held and since:
            await self._settle(table, held)
            yield Told(since, self._dates.written(table, held))

    async def reread(self, table: Table, owners: Mapping[str, str]) -> Told:
        """See `Source`. A row that a list of ids does not bring is asked for alone: only then it is not there."""
        begun = self._clock()
        await self._know_marks(table)
        found = await self._turns(table, list(owners))
        for code in [code for code in owners if code not in found and len(owners) > 1]:
            found |= await self._turns(table, [code])
        return Told(begun, self._dates.written(table, self._marked(table, list(found.values()))))

    async def recent(self, table: Table) -> AsyncGenerator[Told, None]:
        """See `Source`: since the hour before last, by the ERP's clock; what it sends beside that is left out here."""
        ask = self._protocol.recent
        if ask is None or not table.changed or not (form := await self._recent_form(table)):
            return
        await self._know_marks(table)
        since = (self._clock().astimezone(self._zone) - timedelta(hours=1)).date().isoformat()
        async with aclosing(self._run(table, partial(ask, table, since, form))) as coming:
            async for asked_at, page in coming:
                changed = [row for row in page.rows if str(row.get(table.changed, "")) >= since]
                yield Told(asked_at, self._marked(table, changed))

    async def has_news(self, kind: Kind) -> bool:
        """See `Source`: nobody knows before asking."""
        del kind
        return True

    def swept(self, kind: Kind) -> None:
        """See `Source`: nothing is kept back between sweeps."""

    async def probe(self, table: Table) -> Probe:
        """See `Source`: one small page of the first query."""
        request = self._protocol.read(table, table.queries[0], (), PROBED)
        _, page = await self._ask(table, request, once=True)
        return Probe(page.rows, page.total if page.total is not None or page.after else len(page.rows))

    async def close(self) -> None:
        """See `Source`."""
        await self._wire.close()

    async def _ask(self, table: Table, request: Request, *, once: bool = False) -> Answer[Page]:
        signed = self._protocol.sign(request, self._secrets)
        ask = self._wire.once if once else self._wire.ask
        return await ask(request.service, signed, partial(self._protocol.page, table, request))

    async def _run(self, table: Table, read: Any) -> AsyncGenerator[Answer[Page], None]:  # noqa: ANN401 - a partial of two functions
        """All pages in order."""
        coming = asyncio.create_task(self._ask(table, read((), self._size)))
        try:
            while True:
                answer = await coming
                if answer.said.after is None:
                    yield answer
                    return
                coming = asyncio.create_task(self._ask(table, read(answer.said.after, self._size)))
                yield answer
        finally:
            coming.cancel()
            with suppress(asyncio.CancelledError, Exception):  # its error was raised above, or nobody waits for it
                await coming

    async def _turns(self, table: Table, ids: list[str]) -> dict[str, Row]:
        """By id, the first answer that has it."""
        found: dict[str, Row] = {}
        for turn in range(len(self._protocol.reread(table, ids))):
            missing = [code for code in ids if code not in found]
            if missing:
                _, page = await self._ask(table, self._protocol.reread(table, missing)[turn])
                found = {str(row.get(table.key, "")): row for row in page.rows} | found
        return found

    async def _know_marks(self, table: Table) -> None:
        """Between sweeps those of the last one: else the same row would differ."""
        if table.name not in self._marks:
            await self._read_marks(table)

    async def _read_marks(self, table: Table) -> None:
        marks: dict[str, dict[str, str]] = {}
        for wanted in table.marks:
            if self._protocol.mark is None:
                raise TypeError(f"{table.name} has marks that its protocol cannot ask for")
            _, page = await self._ask(table, self._protocol.mark(table, wanted))
            if page.after is not None:
                raise RetryLater(f"{wanted.service} is longer than one page: rows of {table.name} would lack what it tells")
            marks[wanted.column] = {
                str(row.get(wanted.key, "")): str(row.get(wanted.value) or wanted.otherwise) for row in page.rows
            }
        self._marks[table.name] = marks

    def _marked(self, table: Table, rows: Sequence[Row]) -> list[Row]:
        if not table.marks:
            return list(rows)
        known = self._marks[table.name]
        return [
            {**row, **{one.column: known[one.column].get(str(row.get(one.by or table.key, "")), "") for one in table.marks}}
            for row in rows
        ]

    async def _settle(self, table: Table, rows: Sequence[Row]) -> None:
        """Where no date of the whole sweep told its form, ask what shows the same dates otherwise."""
        ask = self._protocol.settle
        if ask is None or not self._secrets.get("token_v2"):
            return
        for row in self._dates.telling(table, rows):
            with suppress(ValueError, KeyError, TypeError):  # a row without the numbers to ask with
                _, page = await self._ask(table, ask(row))
                if self._dates.learn(table, row, page.rows):
                    return

    async def _recent_form(self, table: Table) -> str:
        """The way of writing a date that this ERP understands: it finds rows since long ago and none of the future."""
        if self._form is None:
            found = ""
            for form in self._protocol.recent_forms:
                if await self._understands(table, form):
                    found = form
                    break
            self._form = found  # not before: an ERP that does not answer now is asked again at the next look
            log.info("date_filter_probed", table=table.name, form=self._form or "none")
        return self._form

    async def _understands(self, table: Table, form: str) -> bool:
        if self._protocol.recent is None:
            return False
        try:
            _, old = await self._ask(table, self._protocol.recent(table, LONG_AGO, form, (), 1), once=True)
            _, new = await self._ask(table, self._protocol.recent(table, FAR_AHEAD, form, (), 1), once=True)
        except StopWorker:  # refused: this form, or reading by what changed at all
            return False
        return bool(old.rows) and not new.rows
