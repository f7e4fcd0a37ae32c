"""A folder of exports as a source: each set of complete files is read once."""

import asyncio
import time
from array import array
from bisect import bisect_left
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from producers.erp.exports.dots import Dots
from producers.erp.exports.ended import Ended
from producers.erp.exports.files import REST, File, NotReadError, listed, rows
from producers.erp.exports.names import Files, is_not_older, newest, passed_over, payable
from producers.erp.last_told import LastTold, nothing_told
from producers.erp.source import Probe, Told
from schemas.erp.altarede import EXPORT, TABLES
from schemas.erp.altarede_options import AltaredeExport
from schemas.erp.declaration import Row, Table
from schemas.errors import PipelineError, StopWorker
from schemas.rows import Kind

BATCH = 1_000
NS = 1e-9


class ExportSource:
    """One instance. `clock`: seconds since 1970, to compare with the files' times of change.

    `told`: how old the files were that were read last, before this source was opened.
    """

    def __init__(
        self, options: AltaredeExport, clock: Callable[[], float] = time.time, told: LastTold = nothing_told
    ) -> None:
        self._folder = Path(options.folder)
        self._quiet = options.quiet
        self._clock = clock
        self._told = told
        self._first_seen: dict[File, float] = {}
        self._tried: dict[str, Files] = {}
        self._read: dict[str, Files] = {}
        self._swept: dict[str, Files] = {}
        self._ids: dict[str, array[int]] = {}
        self._notes: dict[Kind, tuple[str, ...]] = {}
        self._dots = Dots()
        self._found: list[File] = []
        self._dots_kept: dict[str, bool] = {}

    async def has_news(self, kind: Kind) -> bool:
        """See `Source`: whether there are complete files that were not tried yet, and no older ones than were read."""
        (table,) = EXPORT.of_kind(kind)
        files = await self._newest(table)
        if not files:
            self._check_payable(table)
            return False
        fresh = files != self._tried.get(table.name) and await self._is_not_older(table, files)
        misread = self._dots_kept.get(table.name, self._dots.kept) != self._dots.kept  # another table has told since
        return (fresh or misread) and not self._busy(files)

    async def pages(self, table: Table) -> AsyncGenerator[Told, None]:
        """See `Source`. Files count as tried once their content failed or their sweep has completed.

        What they say is as old as their opening: a file that changes meanwhile ends the sweep.
        """
        files = await self._complete(table)
        opened_at = self._now()
        as_of = min(opened_at, *map(_changed_at, files.values()))
        others = passed_over(self._found, files)
        ids = array("q")
        dots_kept = self._dots_kept[table.name] = await self._learn_dots()
        ended = Ended(table, opened_at.date())
        try:
            async with aclosing(_batches(files, table, ended, dots_kept=dots_kept)) as coming:
                async for batch in coming:
                    ids.extend(hash(row[table.key]) for row in batch)
                    yield Told(opened_at, batch, as_of=as_of)
            if not ids:
                yield Told(opened_at, (), as_of=as_of)  # a table without a row is as old as any
        except NotReadError:
            raise
        except PipelineError:
            self._tried[table.name] = files
            raise
        self._ids[table.name] = array("q", sorted(ids))
        self._notes[table.kind] = (*ended.notes, *([f"{table.name}: {others}"] if others else []))
        self._read[table.name] = files

    def swept(self, kind: Kind) -> None:
        """See `Source`: until then the files are news, as what they say may not have been published."""
        for table in EXPORT.of_kind(kind):
            self._tried[table.name] = self._swept[table.name] = self._read[table.name]

    async def latest(self, table: Table) -> AsyncGenerator[Told, None]:
        """As `pages`, for another purpose than a sweep: the files stay news."""
        files = await self._complete(table)
        opened_at = self._now()
        ended = Ended(table, opened_at.date())
        async with aclosing(_batches(files, table, ended, dots_kept=await self._learn_dots())) as coming:
            async for batch in coming:
                yield Told(opened_at, batch)

    async def reread(self, table: Table, owners: Mapping[str, str]) -> Told:
        """See `Source`. An export cannot be asked, but the one read last shows what became of a bill that it still has."""
        opened_at = self._now()
        wanted = {code for code in owners if self._was_there(table, code)}
        found: dict[str, Row] = {}
        if wanted:
            dots_kept = self._dots_kept[table.name]
            ended = Ended(table, opened_at.date())
            async with aclosing(_batches(self._read[table.name], table, ended, dots_kept=dots_kept)) as coming:
                async for batch in coming:
                    found |= {row[table.key]: row for row in batch if row[table.key] in wanted}
        return Told(opened_at, list(found.values()))

    async def recent(self, table: Table) -> AsyncGenerator[Told, None]:
        """See `Source`: nothing is known of the time between two exports."""
        del table
        nothing: Sequence[Told] = ()
        for told in nothing:
            yield told

    def notes(self, kind: Kind) -> Sequence[str]:
        """See `Source`."""
        return self._notes.get(kind, ())

    async def probe(self, table: Table) -> Probe:
        """See `Source`: the first rows; the files stay news."""
        async with aclosing(self.latest(table)) as coming:
            async for told in coming:
                return Probe(told.rows, len(told.rows) if len(told.rows) < BATCH else None)
        return Probe((), 0)

    async def survey(self, table: Table) -> Probe:
        """See `Source`: the first rows, and how many there are; the files stay news."""
        first: Sequence[Row] | None = None
        total = 0
        async with aclosing(self.latest(table)) as coming:
            async for told in coming:
                first = told.rows if first is None else first
                total += len(told.rows)
        return Probe(first or (), total)

    async def close(self) -> None:
        """See `Source`: between two readings no file is open."""

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), UTC)

    async def _learn_dots(self) -> bool:
        """From the files of every table: a client's code is in all of them."""
        files = [(table, tuple(newest(self._found, table).values())) for table in TABLES]
        return await asyncio.to_thread(self._dots.learn, files)

    async def _is_not_older(self, table: Table, files: Files) -> bool:
        """Than what was swept. Raises StopWorker where another source swept that: here it looks as if it were news."""
        if swept := self._swept.get(table.name):
            return is_not_older(files, swept)
        told = await self._told(table.kind)
        file = min(files.values(), key=_changed_at)
        if told is not None and _changed_at(file) < told:
            raise StopWorker(
                f"{file.name} is older than the export of {table.name} that was read last, of {told:%Y-%m-%d %H:%M} UTC:"
                f" export it again; if it is the newest all the same, give it today's time"
            )
        return True

    def _check_payable(self, table: Table) -> None:
        if name := payable(self._found, table):
            raise StopWorker(
                f"erp.folder has {name}, whose name says that it is what the provider itself owes, and no other export of"
                f" {table.name}: export {table.name} there, or name it otherwise"
            )

    async def _newest(self, table: Table) -> Files:
        found = self._found = await asyncio.to_thread(listed, self._folder)  # it may be another machine's
        now = self._clock()
        # never later than now: a clock that was set back must not make a file rest for as long as it was set back
        self._first_seen = {file: min(self._first_seen.get(file, now), now) for file in found}
        return newest(found, table)

    async def _complete(self, table: Table) -> Files:
        files = await self._newest(table)
        if not files:
            self._check_payable(table)
            raise StopWorker(f"erp.folder {self._folder} has no {table.name}*.xls, .xml or .csv: export {table.name} there")
        if busy := self._busy(files):
            raise NotReadError(f"{busy} is still being written", after=REST)
        return files

    def _busy(self, files: Files) -> str:
        """A file that may still grow. Its time of change is its own machine's, whose clock may be ahead of ours."""
        now = self._clock()
        for file in files.values():
            if now - self._first_seen[file] < self._quiet and now - file.mtime_ns * NS < self._quiet:
                return file.name
        return ""

    def _was_there(self, table: Table, code: str) -> bool:
        """Whether the files read last may hold the row: only then they are worth another reading."""
        ids, mark = self._ids.get(table.name, array("q")), hash(code)
        at = bisect_left(ids, mark)
        return at < len(ids) and ids[at] == mark


def _changed_at(file: File) -> datetime:
    return datetime.fromtimestamp(file.mtime_ns * NS, UTC)


async def _batches(
    files: Files, table: Table, ended: Ended, *, dots_kept: bool
) -> AsyncGenerator[list[dict[str, str]], None]:
    """The next batch is read in a thread while this one is worked on, so that other instances go on."""
    reading = rows(files.values(), table, ended, dots_kept=dots_kept)

    def ahead() -> asyncio.Task[list[dict[str, str]]]:
        return asyncio.create_task(asyncio.to_thread(lambda: list(islice(reading, BATCH))))

    coming = ahead()
    try:
        while batch := await asyncio.shield(coming):
            coming = ahead()
            yield batch
    finally:
        await asyncio.gather(coming, return_exceptions=True)  # a thread cannot be stopped, and it has the file open
        reading.close()
