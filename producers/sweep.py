"""One complete reading of one kind of row, or an error: never a partial truth (`design.md`, decision 2)."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from datetime import datetime

import orjson

from producers.changes import Change, Seen, doubt, examine, fingerprint, gone, news, remember
from producers.erp_client import ErpClient
from producers.outbox import Books, Outbox, book_of
from schemas.dead import DeadLetter, Why
from schemas.erp.declaration import Erp, Page, Row, Table, Where
from schemas.errors import RejectRecord
from schemas.instances import Instance
from schemas.rows import Kind
from schemas.sweeps import Sweep

REREAD_AT_ONCE = 100


@dataclass(slots=True)
class Sweeper:
    """Sweeps one instance. `person` hashes a document; `clock` gives aware instants."""

    instance: Instance
    erp: Erp
    client: ErpClient
    outbox: Outbox
    books: Books
    person: Callable[[str], str]
    clock: Callable[[], datetime]
    buried: set[bytes] = field(default_factory=set)

    async def run(self, kind: Kind, name: str) -> Sweep:
        """Read every table of `kind` whole, publish what changed, re-read what is absent; return the completed sweep.

        Raises RetryLater or StopWorker and then concludes nothing; what had been published before stays published.
        """
        done = Sweep(instance=self.instance.name, erp=self.erp.name, kind=kind, sweep=name, phase="started", at=self.clock())
        await self.outbox.sweep(done)
        for table in self.erp.of_kind(kind):
            done = await self._table(table, done)
        done = done.model_copy(update={"phase": "completed", "at": self.clock()})
        await self.outbox.sweep(done)
        return done

    async def _table(self, table: Table, done: Sweep) -> Sweep:
        seen = self.books[self.instance.name, book_of(table.kind, table.name)]
        present: set[str] = set()
        pages = published = 0
        for query in table.queries:
            async with aclosing(self._pages(table, query)) as coming:
                async for page in coming:
                    found, unreadable = await self._examine(table, page.rows)
                    members = [change for change in found.values() if change.member]
                    present.update(unreadable, (change.code for change in members))
                    published += await self._publish(table, seen, done.sweep, news(seen, members))
                    pages += 1
        absent = [code for code in seen if code not in present]
        for start in range(0, len(absent), REREAD_AT_ONCE):
            changes = await self._reread(table, seen, absent[start : start + REREAD_AT_ONCE])
            published += await self._publish(table, seen, done.sweep, news(seen, changes))
        return done.model_copy(
            update={
                "pages": done.pages + pages,
                "rows": done.rows + len(present),
                "published": done.published + published,
                "absent": done.absent + len(absent),
            }
        )

    async def _pages(self, table: Table, query: tuple[Where, ...]) -> AsyncGenerator[Page, None]:
        """All pages in order; the next one is asked for while this one is worked on."""
        coming = asyncio.create_task(self.client.page(table, query, 0))
        try:
            while True:
                page = await coming
                if page.last:
                    yield page
                    return
                coming = asyncio.create_task(self.client.page(table, query, page.after))
                yield page
        finally:
            coming.cancel()
            with suppress(asyncio.CancelledError, Exception):  # its error was raised above, or nobody waits for it
                await coming

    async def _reread(self, table: Table, seen: Seen, codes: Sequence[str]) -> list[Change]:
        """What became of rows that left the sweep. One that a list of ids does not bring is asked for alone.

        Only a row that is then not there is gone; one that is there but unreadable stays what it was.
        """
        found, unreadable = await self._examine(table, (await self.client.rows(table, codes)).rows)
        for code in codes:
            if code not in found and code not in unreadable:
                alone, bad = await self._examine(table, (await self.client.rows(table, [code])).rows)
                found |= alone
                unreadable |= bad
        return [found[code] if code in found else gone(code, seen[code]) for code in codes if code not in unreadable]

    async def _examine(self, table: Table, rows: Sequence[Row]) -> tuple[dict[str, Change], set[str]]:
        """The readable rows by id, and the ids of those that are not; each of these is dead-lettered once."""
        changes: dict[str, Change] = {}
        letters: dict[bytes, DeadLetter] = {}
        unreadable: set[str] = set()
        for row in rows:
            try:
                change = examine(self.erp, table, row, self.person)
                changes[change.code] = change
            except RejectRecord as exc:
                unreadable.add(row.get("id", ""))
                letter = self._letter(table, row, exc)
                letters[fingerprint({"place": letter.why.place, "value": str(letter.value)})] = letter
        if new := {mark: letter for mark, letter in letters.items() if mark not in self.buried}:
            await self.outbox.bury(new.values())
            self.buried.update(new)
        return changes, unreadable

    def _letter(self, table: Table, row: Row, exc: RejectRecord) -> DeadLetter:
        kept = {column: row[column] for column in table.columns if column in row}
        place = f"{self.erp.name}/{table.name}[{self.instance.name}]@{row.get('id', '?')}"
        why = Why(stage="erp-poller", place=place, field=exc.field, reason=str(exc))
        return DeadLetter(None, orjson.dumps(kept), why)

    async def _publish(self, table: Table, seen: Seen, sweep: str, changes: Iterable[Change]) -> int:
        todo = list(changes)
        leaving = [change for change in todo if change.row is None]
        coming = [change for change in todo if change.row is not None]
        for part in (leaving, coming):  # a row that moves must have left its old client before it comes to the new one
            if part:
                doubt(seen, part)
                await self.outbox.rows(self.instance, table, sweep, self.clock(), part)
                remember(seen, part)
        return len(todo)
