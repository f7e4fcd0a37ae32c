"""One complete reading of one kind of row, or an error: never a partial truth."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog

from producers.erp.beliefs import NOBODY_SPEAKS, Beliefs
from producers.erp.brake import must_wait, reason, too_much
from producers.erp.changes import Change, Seen, gone, news, remember
from producers.erp.memory import Books, book_of
from producers.erp.outbox import Outbox
from producers.erp.reading import examined
from producers.erp.source import Source
from schemas.dead import DeadLetter
from schemas.erp.declaration import Erp, Table
from schemas.instances import Instance
from schemas.rows import Kind
from schemas.runtime.progress import PROCESS
from schemas.sweeps import Sweep

REREAD_AT_ONCE = 100
TELL_EVERY = timedelta(seconds=5)
log = structlog.get_logger()


class Missing(NamedTuple):
    """A row that the ERP no longer shows at all, when it was asked for it."""

    table: Table
    code: str
    asked_at: datetime


@dataclass(slots=True)
class Sweeper:
    """Sweeps one instance. `person` hashes a document; `clock` gives aware instants.

    `buried`: marks of the rows that have their letter; `held`: the kinds whose last sweep was held back; `swept`: those of
    which a sweep was completed in this life.
    """

    instance: Instance
    erp: Erp
    source: Source
    outbox: Outbox
    books: Books
    person: Callable[[str], str]
    clock: Callable[[], datetime]
    beliefs: Beliefs = NOBODY_SPEAKS
    buried: set[bytes] = field(default_factory=set)
    held: set[Kind] = field(default_factory=set)
    swept: set[Kind] = field(default_factory=set)

    async def run(self, kind: Kind, name: str) -> Sweep:
        """Read every table of `kind` whole, publish what changed, re-read what is absent; the sweep is completed, or held.

        Raises RetryLater or StopWorker and then concludes nothing; what had been published before stays published.
        UnpublishedError: see `Outbox`.
        """
        done = Sweep(instance=self.instance.name, erp=self.erp.name, kind=kind, sweep=name, phase="started", at=self.clock())
        await self.outbox.sweep(done)
        missing: list[Missing] = []
        for table in self.erp.of_kind(kind):
            done = _counted(done, known=len(self._seen(table)))
            done = await self._table(table, done, missing)
        belief = None
        if too_much(self.instance.brake, done.known, done.missing) or kind in self.held:
            belief = await self.beliefs.about(self.instance.name, kind)
        if must_wait(self.instance.brake, done, belief, self.clock()):
            return await self._hold(done)
        done = await self._close(done, missing)
        done = done.model_copy(update={"phase": "completed", "at": self.clock()})
        await self.outbox.sweep(done)
        self.source.swept(kind)
        self.swept.add(kind)
        self.held.discard(kind)
        if belief:
            await self.beliefs.used(belief)
        return done

    async def recent(self, kind: Kind, name: str) -> int:
        """Publish what changed lately among what is swept; nothing is concluded about anything else."""
        published = 0
        for table in self.erp.of_kind(kind):
            seen = self._seen(table)
            async with aclosing(self.source.recent(table)) as coming:
                async for told in coming:
                    page = await examined(self.instance, table, told, self.person)
                    changes = news(seen, self._concerned(seen, page.found))
                    published += await self._publish(table, name, told.asked_at, changes, page.letters)
        return published

    async def believed(self, kind: Kind) -> bool:
        """Whether somebody has spoken of a kind whose last sweep was held back."""
        return kind in self.held and await self.beliefs.about(self.instance.name, kind) is not None

    async def _hold(self, done: Sweep) -> Sweep:
        """What is missing stays what it was. All has been read all the same: the next sweep may find something new."""
        why = reason(done)
        held = done.model_copy(update={"phase": "held", "at": self.clock(), "error": why})
        await self.outbox.sweep(held)
        self.source.swept(done.kind)
        self.held.add(done.kind)
        return held

    async def _close(self, done: Sweep, missing: list[Missing]) -> Sweep:
        for start in range(0, len(missing), REREAD_AT_ONCE):
            for table in self.erp.of_kind(done.kind):
                part = [one for one in missing[start : start + REREAD_AT_ONCE] if one.table is table]
                seen, lost = self._seen(table), table.lost == "unknown"
                closing = [gone(one.code, seen[one.code], lost=lost) for one in part if one.code in seen]
                if closing:
                    published = await self._publish(table, done.sweep, min(one.asked_at for one in part), closing)
                    done = _counted(done, published=published)
        return done

    def _seen(self, table: Table) -> Seen:
        return self.books[self.instance.name, book_of(table.kind, table.name)]

    @staticmethod
    def _concerned(seen: Seen, found: Mapping[str, Change]) -> list[Change]:
        """Members, and what was one: an export shows a bill as paid where a query no longer shows it."""
        return [change for change in found.values() if change.member or change.code in seen]

    async def _table(self, table: Table, done: Sweep, missing: list[Missing]) -> Sweep:
        """Adds to `missing` what is neither shown nor found by its id."""
        seen = self._seen(table)
        present: set[str] = set()
        said = done
        async with aclosing(self.source.pages(table)) as coming:
            async for told in coming:
                page = await examined(self.instance, table, told, self.person)
                present.update(page.unreadable, (change.code for change in page.found.values() if change.member))
                changes = news(seen, self._concerned(seen, page.found))
                published = await self._publish(table, done.sweep, told.asked_at, changes, page.letters)
                done = _counted(done, pages=1, published=published)
                said = await self._tell(said, _counted(done, rows=len(present)))
        absent = {code: known.owner for code, known in seen.items() if code not in present}
        done = _counted(done, rows=len(present), absent=len(absent))
        codes = list(absent)
        for start in range(0, len(codes), REREAD_AT_ONCE):
            owners = {code: absent[code] for code in codes[start : start + REREAD_AT_ONCE]}
            told = await self.source.reread(table, owners)
            page = await examined(self.instance, table, told, self.person)
            changes = news(seen, (page.found[code] for code in owners if code in page.found))
            published = await self._publish(table, done.sweep, told.asked_at, changes, page.letters)
            there = page.found.keys() | page.unreadable  # one that is there but unreadable stays what it was
            not_found = [Missing(table, code, told.asked_at) for code in owners if code not in there]
            missing += not_found
            done = _counted(done, published=published, missing=len(not_found))
            said = await self._tell(said, done)
        return done

    async def _tell(self, said: Sweep, now: Sweep) -> Sweep:
        """Every few seconds how far a long sweep is: the event that was sent last."""
        at = self.clock()
        if abs(at - said.at) < TELL_EVERY:  # a clock that was set back must not silence it
            return said
        told = now.model_copy(update={"phase": "reading", "at": at})
        await self.outbox.sweep(told)
        log.info("sweep_reading", **told.model_dump(mode="json", exclude={"phase", "at", "error"}))
        return told

    async def _publish(
        self,
        table: Table,
        sweep: str,
        asked_at: datetime,
        changes: Iterable[Change],
        letters: Mapping[bytes, DeadLetter] | None = None,
    ) -> int:
        """In one transaction: a row that moves leaves its old client and comes to the new one at once."""
        todo = [self._entered(table, change) for change in changes]
        new = {mark: letter for mark, letter in (letters or {}).items() if mark not in self.buried}
        if todo or new:
            with PROCESS.working(f"publishing {self.instance.name} {table.kind}"):
                await self.outbox.page(self.instance, table, sweep, asked_at, todo, new.values())
            remember(self._seen(table), todo)
            self.buried.update(new)
        return len(todo)

    def _entered(self, table: Table, change: Change) -> Change:
        """Where all members were known, one that was none has just become one."""
        is_new = change.member and table.kind in self.swept and change.code not in self._seen(table)
        return replace(change, entered=True) if is_new else change


def _counted(done: Sweep, **more: int) -> Sweep:
    return done.model_copy(update={name: getattr(done, name) + count for name, count in more.items()})
