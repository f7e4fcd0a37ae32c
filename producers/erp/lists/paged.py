"""ERPs that answer lists over HTTP: page by page, the next one asked for while this one is worked on."""

from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing, suppress
from datetime import datetime, timedelta, tzinfo
from functools import partial

import structlog

from producers.erp.lists.asking import Asking
from producers.erp.lists.dates import HELD_AT_MOST, Dates
from producers.erp.lists.marks import Marks, listed
from producers.erp.lists.operators import Query
from producers.erp.lists.understanding import Understanding
from producers.erp.source import Probe, Told
from producers.erp.wire import Wire
from schemas.erp.declaration import Cursor, Protocol, Request, Row, Table
from schemas.errors import RetryLater, StopWorker
from schemas.rows import Kind
from schemas.runtime.clock import now

PROBED = 50
AT_ONCE = 1_000
"""Rows of one answer that are worked on together: one that is very long must not be in memory several times."""
NOBODY = "0"
"""An id that no row has: asking for it shows whether rows that left a sweep may be asked for."""
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
        self._zone = zone
        self._clock = clock
        self._asking = Asking(protocol, wire, secrets, size)
        self._understanding = Understanding(self._asking)
        self._marks: dict[str, Marks] = {}
        self._dates = Dates()
        self._form: str | None = None

    async def pages(self, table: Table) -> AsyncGenerator[Told, None]:
        """See `Source`: first what must be empty, then what marks rows, then every query.

        Rows that wait for the form of their dates are as old as the first of them.
        """
        if self._protocol.check is not None:
            await self._asking.by_filter(table, self._protocol.check)
        await self._read_marks(table)
        self._dates.begin(table)
        held: list[Row] = []
        since: datetime | None = None
        found = False
        for query in table.queries if self._protocol.asks_conditions else table.queries[:1]:
            asked = await self._understanding.asked(table, query)
            read = partial(self._page, asked)
            async with aclosing(self._asking.pages(table, read)) as coming:
                async for asked_at, page in coming:
                    settled = self._dates.settled(table, page.rows)
                    found = found or bool(page.rows)
                    crosses = len(held) <= HELD_AT_MOST < len(held) + len(page.rows)
                    held += page.rows
                    since = since or asked_at
                    if isinstance(page.rows, list):
                        page.rows.clear()  # it may hold all that there is: the parts alone are kept
                    if settled or not held or (crosses and await self._settle(table, held)):
                        for part in _parts(held):
                            yield self._told(table, since, part, asked if self._protocol.asks_conditions else ())
                        since = None
        await self._understanding.check_ranges(table, found=found)
        if held and since:
            if not self._dates.ended(table) and not await self._settle(table, held):
                self._dates.check(table, held)
            for part in _parts(held):
                yield self._told(table, since, part)

    async def reread(self, table: Table, owners: Mapping[str, str]) -> Told:
        """See `Source`. A row that a list of ids does not bring is asked for alone: only then it is not there."""
        begun = self._clock()
        await self._know_marks(table)
        one = len(owners) == 1
        found = await self._asking.by_id(table, owners) if one or self._understanding.lists else {}
        alone: dict[str, Row] = {}
        for code in [code for code in owners if code not in found and not one]:
            alone |= await self._asking.by_id(table, {code: owners[code]})
        if alone:
            await self._understanding.count_lists(table, suspected=True)
        return self._told(table, begun, list({**found, **alone}.values()))

    async def recent(self, table: Table) -> AsyncGenerator[Told, None]:
        """See `Source`: since the hour before last, by the ERP's clock; what it sends beside that is left out here."""
        if self._protocol.recent is None or not table.changed or not (form := await self._recent_form(table)):
            return
        await self._know_marks(table)
        since = (self._clock().astimezone(self._zone) - timedelta(hours=1)).date().isoformat()
        async with aclosing(self._asking.pages(table, partial(self._changed, since, form))) as coming:
            async for asked_at, page in coming:
                changed = [row for row in page.rows if str(row.get(table.changed, "")) >= since]
                yield self._told(table, asked_at, changed)

    async def has_news(self, kind: Kind) -> bool:
        """See `Source`: nobody knows before asking."""
        del kind
        return True

    def swept(self, kind: Kind) -> None:
        """See `Source`: the lists that mark rows were as they are now, in a whole sweep."""
        for marks in self._marks.values():
            if marks.kind == kind:
                marks.swept()

    def notes(self, kind: Kind) -> Sequence[str]:
        """See `Source`."""
        return self._asking.notes(kind)

    async def probe(self, table: Table) -> Probe:
        """See `Source`: one small page of the first query."""
        answer = await self._asking.by_filter(table, partial(self._probing, table.queries[0], ()), once=True)
        if answer is None:
            return Probe((), None)
        page = answer.said
        return Probe(page.rows, page.total if page.total is not None or page.after else len(page.rows))

    async def survey(self, table: Table) -> Probe:
        """See `Source`: what must be empty, what marks rows, a small page of each query, and a row that nobody has."""
        if self._protocol.check is not None:
            await self._asking.by_filter(table, self._protocol.check, once=True)
        await self._read_marks(table)
        rows: dict[str, Row] = {}
        totals: list[int | None] = []
        for query in table.queries if self._protocol.asks_conditions else table.queries[:1]:
            first = await self._first_rows(table, await self._understanding.asked(table, query))
            rows |= {str(row.get(table.key, number)): row for number, row in enumerate(first.rows)}
            totals.append(first.total)
        await self._understanding.check_ranges(table, found=bool(rows))
        await self._understanding.count_lists(table)
        await self._asking.by_id(table, {NOBODY: NOBODY})
        found = list(rows.values())
        self._dates.begin(table)
        if not (self._dates.settled(table, found) or self._dates.ended(table)):
            await self._settle(table, found)
        return Probe(self._told(table, self._clock(), found).rows, _total(table, totals, len(found)))

    async def close(self) -> None:
        """See `Source`."""
        await self._wire.close()

    async def _first_rows(self, table: Table, query: Query) -> Probe:
        """The first page that has any, of an ERP that is asked for ranges; without a second attempt."""
        cursor: Cursor = ()
        while True:
            answer = await self._asking.by_filter(table, partial(self._probing, query, cursor), once=True)
            if answer is None:
                return Probe((), None)
            page = answer.said
            if page.rows or page.after is None:
                is_all = page.after is None and not cursor
                counted = None if page.after is not None and page.total == len(page.rows) else page.total
                return Probe(page.rows[:PROBED], len(page.rows) if counted is None and is_all else counted)
            cursor = page.after

    def _page(self, query: Query, table: Table, cursor: Cursor, size: int) -> Request:
        return self._protocol.read(table, query, cursor, size)

    def _probing(self, query: Query, cursor: Cursor, table: Table) -> Request:
        return self._protocol.read(table, query, cursor, PROBED)

    def _changed(self, since: str, form: str, table: Table, cursor: Cursor, size: int) -> Request:
        if self._protocol.recent is None:
            raise TypeError(f"nobody can tell what changed lately in {table.name}")
        return self._protocol.recent(table, since, form, cursor, size)

    def _told(self, table: Table, asked_at: datetime, rows: Sequence[Row], asked: Query = ()) -> Told:
        """With what the poller adds to them."""
        marked = [self._marks[table.name].on(row) for row in rows] if table.marks else rows
        return Told(asked_at, self._dates.written(table, marked), asked=asked)

    async def _know_marks(self, table: Table) -> None:
        """Between sweeps those of the last one: else the same row would differ."""
        if table.name not in self._marks:
            await self._read_marks(table)

    async def _read_marks(self, table: Table) -> None:
        marks = self._marks.get(table.name) or Marks(table)
        for wanted in table.marks:
            if self._protocol.mark is None:
                raise TypeError(f"{table.name} has marks that its protocol cannot ask for")
            _, page = await self._asking.ask(table, self._protocol.mark(table, wanted))
            if page.after is not None:
                raise RetryLater(f"{wanted.service} is longer than one page: rows of {table.name} would lack what it tells")
            marks.read(wanted.column, listed(table, wanted, page.rows))
        self._marks[table.name] = marks

    async def _settle(self, table: Table, rows: Sequence[Row]) -> bool:
        """Where the dates do not tell their form, ask what shows the same dates otherwise. Whether that told it."""
        ask = self._protocol.settle
        if ask is None or not self._secrets.get("token_v2"):
            return False
        told: list[str] = []
        for row in self._dates.telling(table, rows):
            with suppress(ValueError, KeyError, TypeError):  # a row without the numbers to ask with
                _, page = await self._asking.ask(table, ask(row))
                told.append(self._dates.told(table, row, page.rows))
        return self._dates.learn(table, told)

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
            _, old = await self._asking.ask(table, self._protocol.recent(table, LONG_AGO, form, (), 1), once=True)
            _, new = await self._asking.ask(table, self._protocol.recent(table, FAR_AHEAD, form, (), 1), once=True)
        except StopWorker:  # refused: this form, or reading by what changed at all
            return False
        return bool(old.rows) and not new.rows


def _parts(rows: list[Row]) -> Iterator[list[Row]]:
    """All of them, which `rows` holds no longer; one that is empty where there are none."""
    while True:
        part = rows[:AT_ONCE]
        del rows[:AT_ONCE]
        yield part
        if not rows:
            return


def _total(table: Table, totals: Sequence[int | None], found: int) -> int | None:
    """Of all queries, where it is known: they ask for different rows, or all their rows were shown."""
    known = [total for total in totals if total is not None]
    if len(known) < len(totals):
        return None
    if sum(known) == found or _apart(table):
        return sum(known)
    return found if max(known, default=0) < PROBED else None


def _apart(table: Table) -> bool:
    """Whether no row can meet two of the queries."""
    equal = [{where.column: where.value for where in query if where.operator == "="} for query in table.queries]
    return all(
        any(one[column] != other.get(column, one[column]) for column in one)
        for number, one in enumerate(equal)
        for other in equal[number + 1 :]
    )
