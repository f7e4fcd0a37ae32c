"""`python -m deploy.bench.opening DEBTORS ROUNDS RESULT`: the dialer's own parts on the real broker, at a time that is set.

First two quiet hours pass, one with the opening of the hours in it and one with midnight: everybody is decided on anew at
each moment, and asked for where it is his turn. Then the hours open, again and again, before a dialer that has looked at
everybody half a minute earlier. RESULT gets what was measured, as JSON.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TypedDict

import orjson
import uvloop

from deploy.bench.broker import Kafka
from deploy.bench.callees import CALLING, OPENING
from processors.dialer.desk import Desk
from processors.dialer.requests import Asking
from processors.dialer.schedule import allowed
from processors.dialer.stage import again
from processors.dialer.worker import DialerSettings, stage_at
from processors.keyed.process import work
from processors.keyed.stage import Folded
from processors.keyed.worker import Worker
from schemas.codec import decode
from schemas.queue import QueueEntry
from schemas.runtime.mongo import connect
from schemas.runtime.settings import read
from schemas.topics import QUEUE

QUARTERS = tuple(timedelta(minutes=15 * number) for number in range(5))
MIDNIGHT = OPENING.replace(hour=0) + timedelta(days=1)
HALF_AN_HOUR = timedelta(minutes=30)
MOMENTS = tuple(start - HALF_AN_HOUR + later for start in (OPENING, MIDNIGHT) for later in QUARTERS)
BEFORE = timedelta(seconds=30)
POLL_S = 0.1


class Opened(TypedDict):
    """One opening: seconds of the look before it, of `round` at it, and of looking at everybody at it; `cpu` of the last
    two. `asked`: for how many; `best`: of whom looking at everybody says that he may be called.
    """

    looked: float
    round: float
    anew: float
    cpu: tuple[float, float]
    asked: int
    best: int


class Measured(TypedDict):
    """`published`: records of `queue.v1` in the quiet hours."""

    published: int
    openings: list[Opened]


@dataclass
class Clock:
    """Moved by hand."""

    at: datetime = OPENING

    def __call__(self) -> datetime:
        return self.at.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Dialer:
    """The stage in this process, with all of its partitions."""

    worker: Worker
    desk: Desk
    clock: Clock

    async def quiet(self, asking: Asking) -> None:
        """Time passes, and nothing else."""

        def decided(key: bytes, state: bytes, _: datetime) -> Folded:
            return again(self.desk.world, key, state, self.clock())

        for self.clock.at in MOMENTS:
            await self.desk.look()
            await self.worker.revisit(decided)
            await asking.round(self.worker)

    async def open(self) -> Opened:
        """A dialer that was started a while before sees the hours open."""
        asking = Asking(self.desk, self.clock)
        self.clock.at = OPENING - BEFORE
        began = time.perf_counter()
        await asking.round(self.worker)
        looked = time.perf_counter()
        self.clock.at = OPENING
        opened, cpu = time.perf_counter(), time.process_time()
        await asking.round(self.worker)
        ranked, used = time.perf_counter(), time.process_time()
        best = self._anew()
        ended, all_used = time.perf_counter(), time.process_time()
        return Opened(
            looked=looked - began,
            round=ranked - opened,
            anew=ended - ranked,
            cpu=(used - cpu, all_used - used),
            asked=len(asking.live.keys() & set(best)),
            best=len(best),
        )

    def _anew(self) -> list[bytes]:
        """The best of everybody, by reading and asking about each."""
        controls, now = self.desk.world.controls.of(CALLING.name), self.clock()
        ranks = []
        for part in self.worker.held.values():
            for state in part.states.values():
                entry = decode(QueueEntry, state)
                found = allowed(entry, CALLING, controls, now)
                if not found.holds:
                    ranks.append((-found.score, found.due_on or date.max, entry.key))
        return [key for _, _, key in sorted(ranks)]


@asynccontextmanager
async def dialer(settings: DialerSettings, asking: Asking, desk: Desk) -> AsyncIterator[Worker]:
    """For as long as the block."""
    begun: asyncio.Future[Worker] = asyncio.get_running_loop().create_future()

    async def beside(worker: Worker) -> None:
        worker.watch = asking.changed
        begun.set_result(worker)

    task = asyncio.create_task(work(stage_at(desk), settings, beside))
    either: set[asyncio.Future[Any]] = {task, begun}
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    try:
        yield begun.result()
    finally:
        task.cancel()
        await asyncio.wait({task})


async def play(settings: DialerSettings, debtors: int, rounds: int) -> Measured:
    """All of it, once every debtor is in the queue."""
    kafka, clock = Kafka(settings.kafka_bootstrap_servers), Clock()
    database = connect(settings)
    desk = Desk(database, clock)
    await desk.look()
    asking = Asking(desk, clock)
    async with dialer(settings, asking, desk) as worker:
        while sum(len(part.states) for part in worker.held.values()) < debtors:
            await asyncio.sleep(POLL_S)
        playing = Dialer(worker, desk, clock)
        before = await asyncio.to_thread(kafka.ends, [QUEUE])
        await playing.quiet(asking)
        written = await asyncio.to_thread(kafka.read, [QUEUE], before)
        openings = [await playing.open() for _ in range(rounds)]
    await database.client.close()
    return Measured(published=len(written.records), openings=openings)


def main() -> None:
    """On uvloop, as the stage."""
    debtors, rounds, result = sys.argv[1:]
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        measured = runner.run(play(read(DialerSettings), int(debtors), int(rounds)))
    Path(result).write_bytes(orjson.dumps(measured))


if __name__ == "__main__":
    main()
