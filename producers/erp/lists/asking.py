"""Questions to an ERP that answers lists over HTTP: signed, by the columns that it filters by, page after page."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

import structlog

from producers.erp.limits import TooLongError
from producers.erp.owners import is_whose
from producers.erp.wire import Answer, Wire
from schemas.erp.declaration import Cursor, NotAFilterError, Page, Protocol, Request, Row, Table
from schemas.rows import Kind

Read = Callable[[Table, Cursor, int], Request]
log = structlog.get_logger()


class Asking:
    """One instance. `secrets`: by the name of the option that holds them; `size`: rows that a page should have."""

    def __init__(self, protocol: Protocol, wire: Wire, secrets: Mapping[str, str], size: int) -> None:
        self.protocol = protocol
        self._wire = wire
        self._secrets = secrets
        self._size = size
        self._filtered: dict[str, Table] = {}
        self._spans: dict[tuple[str, str], list[tuple[int, int]]] = {}
        self._notes: defaultdict[Kind, dict[str, str]] = defaultdict(dict)

    def note(self, table: Table, what: str, sentence: str) -> None:
        """Something had to be worked around; `what` is said once, by its last sentence."""
        if self._notes[table.kind].get(what) != sentence:
            log.warning("erp_worked_around", table=table.name, reason=sentence)
        self._notes[table.kind][what] = sentence

    def notes(self, kind: Kind) -> tuple[str, ...]:
        """What had to be worked around of this kind."""
        return tuple(self._notes[kind].values())

    async def ask(self, table: Table, request: Request, *, once: bool = False) -> Answer[Page]:
        """`once`: without a second attempt."""
        signed = self.protocol.sign(request, self._secrets)
        ask = self._wire.once if once else self._wire.ask
        return await ask(request.service, signed, partial(self.protocol.page, table, request))

    async def by_filter(
        self, table: Table, make: Callable[[Table], Request | None], service: str = "", *, once: bool = False
    ) -> Answer[Page] | None:
        """The answer of `service`; where it does not filter by the best column, to the next question that `make` gives.

        None where there is nothing to ask. Raises NotAFilterError where no column is left.
        """
        service = service or table.name
        while True:
            by = self._filtered.get(service, table)
            if (request := make(by)) is None:
                return None
            try:
                return await self.ask(by, request, once=once)
            except NotAFilterError as exc:
                if len(by.filters) <= 1:
                    raise
                self._filtered[service] = other = replace(by, filters=by.filters[1:])
                name = other.filters[0].name
                self.note(table, service, f"{service} is asked for {f'ranges of {name}' if name else 'everything'}: {exc}")

    async def pages(self, table: Table, read: Read) -> AsyncGenerator[Answer[Page], None]:
        """All pages in order, the next one asked for while this one is worked on."""
        name = self._place(table)
        spans: list[tuple[int, int]] = []
        first = self._follow(name, None)
        coming = asyncio.create_task(self._page(table, read, first))
        try:
            while True:
                answer = await coming
                if answer.said.span is not None:
                    spans.append(answer.said.span)
                if answer.said.after is None:
                    self._spans[self._place(table)] = spans
                    yield answer
                    return
                coming = asyncio.create_task(self._page(table, read, self._follow(name, answer.said.after)))
                yield answer
        finally:
            coming.cancel()
            with suppress(asyncio.CancelledError, Exception):  # its error was raised above, or nobody waits for it
                await coming

    async def by_id(self, table: Table, owners: Mapping[str, str]) -> dict[str, Row]:
        """By id, the first answer that has it; of rows that were not asked for, or are another's, none."""
        found: dict[str, Row] = {}
        for turn, named in enumerate(self.protocol.reread(table, owners)):
            left = {code: owner for code, owner in owners.items() if code not in found}
            if left:
                answer = await self.by_filter(table, partial(self._turn, left, turn), named.service)
                rows: Sequence[Row] = answer.said.rows if answer else ()
                asked_for = ((str(row.get(table.key, "")), row) for row in rows)
                found = {code: row for code, row in asked_for if code in left and is_whose(table, row, left[code])} | found
        return found

    def _turn(self, owners: Mapping[str, str], turn: int, table: Table) -> Request:
        return self.protocol.reread(table, owners)[turn]

    async def _page(self, table: Table, read: Read, cursor: Cursor) -> Answer[Page]:
        while True:
            try:
                answer = await self.by_filter(table, partial(self._read, read, cursor))
            except TooLongError:
                less = self.protocol.narrow(cursor, self._size) if self.protocol.narrow else None
                if less is None or not self._place(table)[1]:
                    raise
                cursor = less
                continue
            if answer is None:
                raise TypeError(f"nothing can be asked of {table.name}")
            return answer

    def _read(self, read: Read, cursor: Cursor, table: Table) -> Request:
        return read(table, cursor, self._size)

    def _place(self, table: Table) -> tuple[str, str]:
        by = self._filtered.get(table.name, table)
        return table.name, by.filters[0].name if by.filters else ""

    def _follow(self, name: tuple[str, str], coming: Cursor | None) -> Cursor:
        spans = self._spans.get(name, [])
        if self.protocol.follow is None or not spans:
            return coming or ()
        return self.protocol.follow(coming or (0, self._size), spans, self._size)
