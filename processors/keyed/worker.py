"""The loop of a keyed stage: take what came, fold it a key at a time, commit states and offsets together.

A crash repeats what was not committed and nothing else. No exception leaves the agent (Faust would go on without it): a bad
record is dead-lettered, anything else ends the process.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AsyncExitStack, ExitStack
from datetime import datetime
from functools import partial
from typing import Any

from faust.streams import Stream
from faust.types import TP

from processors.keyed.batches import BatchConsumer, Fetch
from processors.keyed.partition import Partition
from processors.keyed.stage import Folded, KeyedStage
from schemas.runtime.clock import now
from schemas.runtime.progress import PROCESS, Loop
from schemas.runtime.transactions import Parts

TAKE_BATCHES = 32
TAKE_WITHIN_S = 0.02

Watch = Callable[[int, Collection[bytes]], None]
"""Told a partition's number and the keys whose states have changed in it, once that is committed."""


class Worker:
    """Runs one stage's folds over the partitions it holds.

    Two rounds are under way: while the broker commits one, the next is folded in the partitions that are done with theirs.
    """

    def __init__(self, stage: KeyedStage, servers: str, consumer: Callable[[], BatchConsumer], loop: Loop) -> None:
        self._stage = stage
        self._loop = loop
        self._servers = servers
        self._consumer = consumer
        self._parts: dict[int, Partition] = {}
        self._loops: dict[int, Loop] = {}
        self._watched: dict[int, ExitStack] = {}
        self._opening: dict[int, asyncio.Task[None]] = {}
        self._folding: set[asyncio.Task[None]] = set()
        self._held = False
        self._assignments = 0
        self.watch: Watch = lambda *_: None

    @property
    def assignments(self) -> int:
        """How often partitions were told or taken over: `revisit` may have passed over some, or another held them."""
        return self._assignments

    @property
    def ready(self) -> bool:
        """Whether every partition that is ours is restored."""
        return self._held and not self._opening

    async def take(self, stream: Stream[Any]) -> None:
        """The agent's body. Raises RetryLater where the broker does not commit, or somebody else has taken over."""
        try:
            async for events in stream.noack_take(TAKE_BATCHES, within=TAKE_WITHIN_S):
                self._loop.begin()
                before, self._folding = self._folding, self._round(event.message.value for event in events)
                self._folding |= before  # also what has failed is here, for `failure`
                await asyncio.gather(*before)
                self._folding -= before
                for event in events:
                    await stream.ack(event)
                self._loop.turned()
        finally:
            for task in self._folding:
                task.cancel()
            await asyncio.gather(*self._folding, return_exceptions=True)

    def _round(self, fetches: Iterable[Fetch]) -> set[asyncio.Task[None]]:
        """All partitions at once, each behind its own last round."""
        fetched: defaultdict[int, list[Fetch]] = defaultdict(list)
        for fetch in fetches:
            fetched[fetch.records[0].partition].append(fetch)
        return {asyncio.create_task(self._take(number, found)) for number, found in fetched.items()}

    async def _take(self, number: int, fetches: Iterable[Fetch]) -> None:
        """One partition's round, watched on its own: one that stands still must not hide behind its busy neighbours.

        What was fetched before a rebalance is read again by whoever holds its partition now.
        """
        part = self._parts.get(number)
        if part is None:
            return
        async with part.busy:
            if not self._is_ours(part):
                return
            epoch = self._consumer().epoch
            records = [record for fetch in fetches if fetch.epoch == epoch for record in fetch.records]
            loop = self._loops[number]
            loop.begin()
            self.watch(number, await part.take(records, now()))
            loop.turned()

    def _is_ours(self, part: Partition) -> bool:
        return self._held and self._parts.get(part.number) is part

    async def revoked(self, *_: object, **__: object) -> None:
        """A rebalance begins: the rounds at hand end, then nothing is written until the partitions are told.

        What was handed over and not folded is dropped here, where the flow stands still: Faust seeks and resumes in a task
        of its own, which may come before `assigned`.
        """
        self._held = False
        async with AsyncExitStack() as busy:
            for part in list(self._parts.values()):  # one that is restored meanwhile folds nothing before it is held
                await busy.enter_async_context(part.busy)
            self._rewind()

    def _rewind(self) -> None:
        self._consumer().rewind(
            {tp: offset for part in self._parts.values() for tp, offset in self._positions(part).items()}
        )

    async def assigned(self, _: object, *tps: Iterable[TP], **__: object) -> None:
        """Keep what stays with us, as it is; give back what does not; take over what is new, each on its own."""
        numbers = {tp.partition for some in tps for tp in some}
        for number in self._opening.keys() - numbers:
            self._opening.pop(number).cancel()
        leaving = [self._parts.pop(number) for number in self._parts.keys() - numbers]
        self._consumer().shut([tp for tp in list(self._consumer().expected) if tp.partition not in numbers])
        self._rewind()
        self._held = True
        self._assignments += 1
        for number in numbers - self._parts.keys() - self._opening.keys():
            self._opening[number] = asyncio.create_task(self._open(number))
        for part in leaving:  # last: whatever is awaited gives Faust its turn
            self._watched.pop(part.number).close()
            await part.close()

    async def _open(self, number: int) -> None:
        part = Partition(self._stage, number, self._servers)
        with ExitStack() as watched:
            loop = PROCESS.loop(f"{self._stage.name}'s partition {number}", partial(self._consumer().measured, number))
            watched.enter_context(loop)
            try:
                await part.open(now(), partial(self._read_on, loop))
            except BaseException:
                await part.close()
                raise
            loop.turned()
            self._parts[number], self._loops[number], self._watched[number] = part, loop, watched.pop_all()
        self._assignments += 1
        await self._consumer().open(self._positions(part))
        self._opening.pop(number, None)

    def _read_on(self, loop: Loop) -> None:
        """A stretch of a partition's states was read: the agent waits for good reason, however long it takes."""
        loop.turned()
        self._loop.again()

    @staticmethod
    def _positions(part: Partition) -> Mapping[TP, int]:
        return {TP(topic, part.number): offset for topic, offset in part.read.items()}

    def failure(self) -> BaseException | None:
        """Why a partition could not be opened, or its states not be committed."""
        for task in (*self._opening.values(), *self._folding):
            if task.done() and not task.cancelled() and (failed := task.exception()):
                return failed
        return None

    async def revisit(self, again: Callable[[bytes, bytes, datetime], Folded], *, caught_up: bool = False) -> int:
        """Fold changed rules into every state held; returns how many changed. Raises RetryLater.

        `caught_up`: only where no record is known to wait, which may change a state too.
        """
        changed = 0
        for number in sorted(self._parts):
            if (part := self._parts.get(number)) is None:
                continue
            async with part.busy:
                if not self._is_ours(part):
                    continue  # lost while we waited: its new holder revisits it
                if caught_up and not await self._caught_up(part):
                    continue
                at = now()
                found = {key: again(key, state, at) for key, state in part.states.items()}
                states = {key: folded.state for key, folded in found.items() if folded.changed}
                await part.put(states)
                self.watch(number, states.keys())
                changed += len(states)
        return changed

    @property
    def held(self) -> Mapping[int, Partition]:
        """The partitions that are restored and ours, by number. Another object under the same number was taken over anew."""
        return self._parts if self._held else {}

    async def has_read_all(self, number: int) -> bool:
        """Whether the broker knows of no record that waits for this partition; False where it does not say."""
        return (await self._consumer().measured(number)).lag == 0

    async def send(self, part: Partition, made: Callable[[], Parts]) -> bool:
        """Send what `made` makes of the states as they are now; False where the partition is not ours or records wait here.

        Raises RetryLater.
        """
        async with part.busy:
            if not self._is_ours(part) or not self._folded(part):
                return False
            if parts := made():
                await part.send(parts)
        return True

    async def _caught_up(self, part: Partition) -> bool:
        return self._folded(part) and await self.has_read_all(part.number)

    def _folded(self, part: Partition) -> bool:
        """Whether all that was handed over is in the states."""
        expected = self._consumer().expected
        return all(expected.get(tp) == offset for tp, offset in self._positions(part).items())

    async def close(self) -> None:
        """Give everything back."""
        for task in self._opening.values():
            task.cancel()
        await asyncio.gather(*self._opening.values(), return_exceptions=True)
        for watched in self._watched.values():
            watched.close()
        await asyncio.gather(*(part.close() for part in self._parts.values()))
