"""One complete reading of one kind of row, or an error: never a partial truth (`ARCHITECTURE.md`)."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import orjson
import structlog

from producers.erp.changes import Change, Seen, doubt, examine, fingerprint, gone, news, remember
from producers.erp.outbox import Books, Outbox, book_of
from producers.erp.source import Source
from schemas.dead import DeadLetter, Why
from schemas.erp.declaration import Erp, Row, Table
from schemas.errors import RejectRecord
from schemas.instances import Instance
from schemas.rows import Kind
from schemas.runtime.progress import PROCESS
from schemas.sweeps import Sweep

REREAD_AT_ONCE = 100
ROWS_AT_A_STRETCH = 50
"""About 2 ms of work."""
TELL_EVERY = timedelta(seconds=5)
log = structlog.get_logger()


@dataclass(slots=True)
class Sweeper:
    """Sweeps one instance. `person` hashes a document; `clock` gives aware instants."""

    instance: Instance
    erp: Erp
    source: Source
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
        self.source.swept(kind)
        return done

    async def recent(self, kind: Kind, name: str) -> int:
        """Publish what changed lately among what is swept; nothing is concluded about anything else."""
        published = 0
        for table in self.erp.of_kind(kind):
            seen = self._seen(table)
            async with aclosing(self.source.recent(table)) as coming:
                async for rows in coming:
                    found, _ = await self._examine(table, rows)
                    published += await self._publish(table, seen, name, news(seen, self._concerned(seen, found)))
        return published

    def _seen(self, table: Table) -> Seen:
        return self.books[self.instance.name, book_of(table.kind, table.name)]

    @staticmethod
    def _concerned(seen: Seen, found: Mapping[str, Change]) -> list[Change]:
        """Members, and what was one: an export shows a bill as paid where a query no longer shows it."""
        return [change for change in found.values() if change.member or change.code in seen]

    async def _table(self, table: Table, done: Sweep) -> Sweep:
        seen = self._seen(table)
        present: set[str] = set()
        said = done
        async with aclosing(self.source.pages(table)) as coming:
            async for rows in coming:
                found, unreadable = await self._examine(table, rows)
                present.update(unreadable, (change.code for change in found.values() if change.member))
                published = await self._publish(table, seen, done.sweep, news(seen, self._concerned(seen, found)))
                done = _counted(done, pages=1, published=published)
                said = await self._tell(said, _counted(done, rows=len(present)))
        absent = {code: known.owner for code, known in seen.items() if code not in present}
        done = _counted(done, rows=len(present), absent=len(absent))
        codes = list(absent)
        for start in range(0, len(codes), REREAD_AT_ONCE):
            owners = {code: absent[code] for code in codes[start : start + REREAD_AT_ONCE]}
            published = await self._publish(table, seen, done.sweep, news(seen, await self._reread(table, seen, owners)))
            done = _counted(done, published=published)
            said = await self._tell(said, done)
        return done

    async def _tell(self, said: Sweep, now: Sweep) -> Sweep:
        """Every few seconds how far a long sweep is: the event that was sent last."""
        at = self.clock()
        if at - said.at < TELL_EVERY:
            return said
        told = now.model_copy(update={"phase": "reading", "at": at})
        await self.outbox.sweep(told)
        log.info("sweep_reading", **told.model_dump(mode="json", exclude={"phase", "at", "error"}))
        return told

    async def _reread(self, table: Table, seen: Seen, owners: Mapping[str, str]) -> list[Change]:
        """What became of rows that left the sweep. One that is there but unreadable stays what it was."""
        found, unreadable = await self._examine(table, await self.source.reread(table, owners))
        lost = table.lost == "unknown"
        return [
            found[code] if code in found else gone(code, seen[code], lost=lost) for code in owners if code not in unreadable
        ]

    async def _examine(self, table: Table, rows: Sequence[Row]) -> tuple[dict[str, Change], set[str]]:
        """The readable rows by id, and the ids of those that are not; each of these is dead-lettered once."""
        changes: dict[str, Change] = {}
        letters: dict[bytes, DeadLetter] = {}
        unreadable: set[str] = set()
        for number, row in enumerate(rows, 1):
            if number % ROWS_AT_A_STRETCH == 0:
                await asyncio.sleep(0)  # let the next page's request go out, and other instances have their turn
            try:
                change = examine(table, row, self.person)
                changes[change.code] = change
            except RejectRecord as exc:
                unreadable.add(str(row.get(table.key, "")))
                letter = self._letter(table, row, exc)
                letters[fingerprint(letter.why.place.encode() + (letter.value or b""))] = letter
        if new := {mark: letter for mark, letter in letters.items() if mark not in self.buried}:
            await self.outbox.bury(new.values())
            self.buried.update(new)
        return changes, unreadable

    def _letter(self, table: Table, row: Row, exc: RejectRecord) -> DeadLetter:
        kept = {column: row[column] for column in table.columns if column in row}
        place = f"{self.erp.name}/{table.name}[{self.instance.name}]@{row.get(table.key, '?')}"
        why = Why(stage="erp-poller", place=place, field=exc.field, reason=str(exc))
        return DeadLetter(None, orjson.dumps(kept), why)

    async def _publish(self, table: Table, seen: Seen, sweep: str, changes: Iterable[Change]) -> int:
        todo = list(changes)
        leaving = [change for change in todo if change.row is None]
        coming = [change for change in todo if change.row is not None]
        for part in (leaving, coming):  # a row that moves must have left its old client before it comes to the new one
            if part:
                doubt(seen, part)
                with PROCESS.working(f"publishing {self.instance.name} {table.kind}"):
                    await self.outbox.rows(self.instance, table, sweep, self.clock(), part)
                remember(seen, part)
        return len(todo)


def _counted(done: Sweep, **more: int) -> Sweep:
    return done.model_copy(update={name: getattr(done, name) + count for name, count in more.items()})
