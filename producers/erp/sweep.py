"""One complete reading of one kind of row, or an error: never a partial truth."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

import structlog

from producers.erp.beliefs import NOBODY_SPEAKS, Beliefs
from producers.erp.brake import must_wait, reason, too_much
from producers.erp.changes import Change, Seen, concerned, living, news, remember
from producers.erp.columns import Columns
from producers.erp.doubt import judged
from producers.erp.fills import Fills, lately, once_filled
from producers.erp.guard import Guard
from producers.erp.memory import Books, book_of
from producers.erp.missing import REREAD_AT_ONCE, Missing, parts
from producers.erp.outbox import Outbox
from producers.erp.owners import Owners
from producers.erp.reading import Examined, examined
from producers.erp.shown import Shown, unclear
from producers.erp.source import Source, Told
from producers.erp.suppressed import departed
from producers.erp.under_way import ToldOf, UnderWay
from producers.erp.zeros import Zeros
from schemas.dead import DeadLetter
from schemas.erp.declaration import Erp, Table
from schemas.instances import Instance
from schemas.rows import Kind
from schemas.runtime.progress import PROCESS
from schemas.sweeps import Sweep

LOST_ASKED_AT_MOST = 200
"""Of the rows that were lost, which are asked for again in each sweep, those whose turn is longest ago."""
TELL_EVERY = timedelta(seconds=5)
log = structlog.get_logger()


@dataclass(slots=True)
class Sweeper:
    """Sweeps one instance. `person` hashes a document; `clock` gives aware instants.

    `buried`: marks of the rows that have their letter; `held`: the kinds whose last sweep was held back; `swept`: how many
    members each kind had after its last completed sweep in this life; `closed`: how many were closed since then; `waiting`:
    of each table, see `doubt`; `fills`: what each table filled when all of it was read last; `guard`: whose rows are not
    published.
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
    swept: dict[Kind, int] = field(default_factory=dict)
    closed: defaultdict[Kind, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    waiting: dict[str, frozenset[str]] = field(default_factory=dict)
    fills: dict[str, Fills] = field(default_factory=dict)
    guard: Guard = field(default_factory=Guard)

    async def run(self, kind: Kind, name: str) -> Sweep:
        """Read every table of `kind` whole, publish what changed, re-read what is absent; the sweep is completed, or held.

        Raises RetryLater or StopWorker and then concludes nothing; what had been published before stays published.
        UnpublishedError: see `Outbox`.
        """
        done = Sweep(instance=self.instance.name, erp=self.erp.name, kind=kind, sweep=name, phase="started", at=self.clock())
        missing: list[Missing] = []
        async with UnderWay() as under_way:
            await under_way.add(frozenset(), self._begin(done))
            await self._let_go(kind)
            for table in self.erp.of_kind(kind):
                done = _counted(done, known=living(self._seen(table)))
                done = await self._table(table, done, missing, under_way)
        done = done.model_copy(update={"notes": (*done.notes, *self.source.notes(kind))})
        belief = None
        if too_much(self.instance.brake, done.known, done.missing) or kind in self.held:
            belief = await self.beliefs.about(self.instance.name, kind)
        if must_wait(self.instance.brake, done, belief, self.clock()):
            return await self._hold(done, missing)
        done = self._came_to(await self._close(done, missing))
        done = done.model_copy(update={"phase": "completed", "at": self.clock()})
        await self.outbox.sweep(done)
        self.source.swept(kind)
        self.swept[kind] = self._members(kind)
        self.closed.pop(kind, None)
        self.held.discard(kind)
        if belief:
            await self.beliefs.used(belief)
        return done

    async def recent(self, kind: Kind, name: str) -> int:
        """Publish what changed lately among what is swept; nothing is concluded about anything else."""
        published = 0
        await self._let_go(kind)
        done = Sweep(instance=self.instance.name, erp=self.erp.name, kind=kind, sweep=name, phase="reading", at=self.clock())
        for table in self.erp.of_kind(kind):
            seen, columns = self._seen(table), Columns(self.erp, table)
            fills = self.fills.get(table.name, columns.fills)
            async with aclosing(self.source.recent(table)) as coming:
                async for told in coming:
                    page = await self._read(table, told._replace(rows=lately(table, told.rows, seen.keys(), fills)))
                    changes = self._changes(table, page)
                    published += (await self._publish(table, name, told.asked_at, changes, page.letters)).published
                    left = {
                        code: seen[code].owner for code, change in page.found.items() if code in seen and not change.member
                    }
                    for owners in parts(left):
                        done, _ = await self._again(table, done, columns, owners)
        return published + done.published

    async def believed(self, kind: Kind) -> bool:
        """Whether somebody has spoken of a kind whose last sweep was held back."""
        return kind in self.held and await self.beliefs.about(self.instance.name, kind) is not None

    async def _begin(self, done: Sweep) -> ToldOf:
        """Before all else of the sweep, though the ERP is asked meanwhile: the first write of a life takes long."""
        await self.outbox.sweep(done)
        return ToldOf(0, 0)

    async def _hold(self, done: Sweep, missing: list[Missing]) -> Sweep:
        """What is missing stays what it was. All has been read all the same: the next sweep may find something new."""
        why = reason(done, missing)
        held = self._came_to(done).model_copy(update={"phase": "held", "at": self.clock(), "error": why})
        await self.outbox.sweep(held)
        self.source.swept(done.kind)
        self.held.add(done.kind)
        return held

    async def _close(self, done: Sweep, missing: list[Missing]) -> Sweep:
        for start in range(0, len(missing), REREAD_AT_ONCE):
            for table in self.erp.of_kind(done.kind):
                part = [one for one in missing[start : start + REREAD_AT_ONCE] if one.table is table]
                seen = self._seen(table)
                closing = [change for one in part if one.code in seen for change in one.changes(seen)]
                if closing:
                    told_of = await self._publish(table, done.sweep, min(one.asked_at for one in part), closing)
                    done = _counted(done, published=told_of.published)
        return done

    async def _read(
        self, table: Table, told: Told, under_way: UnderWay | None = None, owners: Owners | None = None
    ) -> Examined:
        page = await examined(self.instance, table, told, self.person, self.guard.hidden, owners=owners)
        if under_way:
            await under_way.settle(page.codes)
        page = unclear(table, page.beside(self._seen(table)), told)
        await self.guard.learn(self.instance.name, page.people)
        await self.guard.forget(self.instance.name, table, self._seen(table), page.hidden, self.outbox)
        return page

    async def _let_go(self, kind: Kind) -> None:
        books = [(table, self._seen(table)) for table in self.erp.of_kind(kind)]
        gone = await self.guard.begin(self.instance.name, kind, books, self.outbox)
        if kind in self.swept:
            self.swept[kind] -= gone

    def _seen(self, table: Table) -> Seen:
        return self.books[self.instance.name, book_of(table.kind, table.name)]

    def _members(self, kind: Kind) -> int:
        return sum(living(self._seen(table)) for table in self.erp.of_kind(kind))

    def _came_to(self, done: Sweep) -> Sweep:
        """With what became of the rows, and how many more there are than before."""
        told = self.closed[done.kind]
        change = self._members(done.kind) - self.swept.get(done.kind, done.known)
        return done.model_copy(update={"closed": told["closed"], "lost": told["lost"], "change": change})

    def _changes(self, table: Table, page: Examined) -> list[Change]:
        """What a page of a list changes, in the order of publishing."""
        seen = self._seen(table)
        return [
            *news(seen, concerned(seen, page.found.values(), listed=self.erp.protocol is not None)),
            *departed(seen, page.hidden - page.found.keys(), self.guard.hidden),
        ]

    async def _table(self, table: Table, done: Sweep, missing: list[Missing], under_way: UnderWay) -> Sweep:
        """Adds to `missing` what is neither shown nor found by its id, or is shown and cannot be read."""
        seen = self._seen(table)
        columns, whose = Columns(self.erp, table), Owners(table)
        shown = Shown(table, seen)
        zeros = Zeros(self.erp, table, seen, self.books[self.instance.name, "client"])
        said = done
        pages = once_filled(self.source.pages(table), table, columns.fills, columns.check_list, columns.check_any)
        async with aclosing(pages) as coming:
            async for told in coming:
                page = await self._read(table, told, under_way, whose)
                zeros.check(page.found)
                shown.learn(page, told)
                changes = self._changes(table, page)
                await under_way.add(page.codes, self._publish(table, done.sweep, told.asked_at, changes, page.letters))
                done = _counted(done, pages=1).as_old_as(told.as_of)
                said = await self._tell(said, _counted(done, rows=shown.rows, published=under_way.told.published))
        self.fills[table.name] = columns.fills
        published, entered = await under_way.all()
        absent = shown.absent()
        kept = living(seen) - len(absent) - entered
        done = _counted(done, published=published, rows=shown.rows, absent=len(absent), kept=kept)
        done = _counted(done, refused=len(shown.refused), suppressed=len(shown.hidden))
        doubt = self.erp.protocol is None and not shown.refused.keys() <= seen.keys()
        waited, self.waiting[table.name] = self.waiting.get(table.name, frozenset()), frozenset()
        if self.erp.protocol is None:  # no row of theirs stands elsewhere
            unread = [shown.refused[code] for code in absent if code in shown.refused]
            absent = {code: owner for code, owner in absent.items() if code not in shown.refused}
            missing += unread
            done = _counted(done, missing=len(unread))
        for owners in parts(absent):
            done, not_found = await self._again(table, done, columns, owners)
            found = judged(map(shown.of, not_found), waited, doubt=doubt)
            self.waiting[table.name] |= found.waiting
            missing += found.gone
            done = _counted(done, missing=len(found.gone), kept=len(found.waiting))
            said = await self._tell(said, done)
        for owners in parts(dict(islice(shown.lost().items(), LOST_ASKED_AT_MOST))):
            done, not_found = await self._again(table, done, columns, owners)
            missing += [one for one in not_found if not one.lost]  # the others stay lost, and have their next turn last
            seen.update({one.code: seen.pop(one.code) for one in not_found})
        return done.model_copy(update={"notes": (*done.notes, *columns.notes())})

    async def _again(
        self, table: Table, done: Sweep, columns: Columns, owners: Mapping[str, str]
    ) -> tuple[Sweep, list[Missing]]:
        """Asks for rows by their ids and publishes what they are now.

        What is not found, cannot be read, or left without being paid or cancelled, is told back.
        """
        seen = self._seen(table)
        told = await self.source.reread(table, owners)
        columns.check(told.rows)
        page = await self._read(table, told)
        shown = {code: page.found[code] for code in owners if code in page.found}
        withdrawn = {code: one for code, one in shown.items() if not one.member and table.withdraws(one.row or {})}
        found = [one for code, one in shown.items() if code not in withdrawn]
        kept = len(page.unsure) + sum(change.member and not seen[change.code].lost for change in found)
        changes = [*news(seen, found), *departed(seen, page.hidden - page.found.keys(), self.guard.hidden)]
        told_of = await self._publish(table, done.sweep, told.asked_at, changes, page.letters)
        missing = [
            Missing(table, code, told.asked_at, code in page.unreadable, code in told.unasked)
            for code in owners.keys() - page.found.keys() - page.unsure - page.hidden
        ]
        missing += [Missing(table, code, told.asked_at, withdrawn=one) for code, one in withdrawn.items()]
        return _counted(done, published=told_of.published, kept=kept), missing

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
    ) -> ToldOf:
        """In one transaction: a row that moves leaves its old client and comes to the new one at once."""
        seen = self._seen(table)
        todo = [_entered(seen, change) for change in changes] if table.kind in self.swept else [*changes]
        new = {mark: letter for mark, letter in (letters or {}).items() if mark not in self.buried}
        if not todo and not new:
            return ToldOf(0, 0)
        with PROCESS.working(f"publishing {self.instance.name} {table.kind}"):
            await self.outbox.page(self.instance, table, sweep, asked_at, todo, new.values())
        known = {change.code for change in todo if change.code in seen}
        before = {code for code in known if not seen[code].lost}
        after = {change.code for change in todo if change.member}
        lost = {change.code for change in todo if change.lost}
        self.closed[table.kind].update(closed=len(known - after - lost), lost=len(lost))
        remember(seen, todo)
        self.buried.update(new)
        return ToldOf(len(todo), len(after - before))


def _entered(seen: Seen, change: Change) -> Change:
    """Where all members are known, one that was none has just become one."""
    return change._replace(entered=True) if change.member and change.code not in seen else change


def _counted(done: Sweep, **more: int) -> Sweep:
    return done.model_copy(update={name: getattr(done, name) + count for name, count in more.items()})
