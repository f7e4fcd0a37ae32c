"""The loop of a keyed stage: take what came, fold it a key at a time, publish, wait for the broker, remember, acknowledge.

Everything before the acknowledgement is repeated after a crash and gives the same states. No exception leaves the agent
(Faust would go on without it, `reference/stack.md`): a bad record is dead-lettered, anything else ends the process.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from aiokafka import AIOKafkaProducer
from faust.streams import Stream

from processors.keyed.memory import StateStore
from processors.keyed.stage import Folded, KeyedStage, Record, letter
from schemas.dead import DeadLetter
from schemas.errors import RejectRecord
from schemas.runtime.clock import now
from schemas.runtime.kafka import Message, bury, publish

TAKE_BATCHES = 32
TAKE_WITHIN_S = 0.02


class Worker:
    """Runs one stage's folds. `busy` is held while a batch is between its first read and its acknowledgement."""

    def __init__(self, stage: KeyedStage, store: StateStore, sender: AIOKafkaProducer) -> None:
        self._stage = stage
        self._store = store
        self._sender = sender
        self.busy = asyncio.Lock()

    async def take(self, stream: Stream[Any]) -> None:
        """The agent's body."""
        async for events in stream.noack_take(TAKE_BATCHES, within=TAKE_WITHIN_S):
            async with self.busy:
                # What was taken before a rebalance may be another worker's by now: it is read again by whoever holds it.
                ours = [event for event in events if self._is_ours(event, stream)]
                await self.batch(record for event in ours for record in event.message.value)
                for event in ours:
                    await stream.ack(event)

    def _is_ours(self, event: Any, stream: Stream[Any]) -> bool:  # noqa: ANN401 - Faust's own event
        return self._store.restored and event.message.generation_id == stream.app.consumer_generation_id

    async def batch(self, records: Iterable[Record]) -> None:
        """All records of some fetches: one state a key and batch."""
        keys: dict[int, dict[bytes, list[Record]]] = defaultdict(lambda: defaultdict(list))
        letters: list[DeadLetter] = []
        for record in records:
            try:
                keys[record.partition][self._stage.key_of(record)].append(record)
            except RejectRecord as exc:
                letters.append(letter(self._stage.name, record, exc))
        at = now()
        states: dict[int, dict[bytes, bytes | None]] = defaultdict(dict)
        for partition, by_key in keys.items():
            for key, found in by_key.items():
                folded = self._stage.fold(key, self._store.get_state(partition, key), found, at)
                letters.extend(folded.letters)
                if folded.changed:
                    states[partition][key] = folded.state
            await asyncio.sleep(0)  # heartbeats and commits have their turn between partitions
        if letters:
            await bury(self._sender, letters)
        await self.keep(states)

    async def keep(self, states: dict[int, dict[bytes, bytes | None]]) -> None:
        """Publish states, and only when the broker has them remember them."""
        topic = self._stage.output.name
        await asyncio.gather(
            *(
                publish(self._sender, topic, partition, (Message(key, state, []) for key, state in part.items()))
                for partition, part in states.items()
            )
        )
        for partition, part in states.items():
            for key, state in part.items():
                self._store.set_state(partition, key, state)

    async def release(self, *_: object, **__: object) -> None:
        """A rebalance begins: finish the batch at hand, then touch nothing until the states are restored."""
        self._store.held = frozenset()
        self._store.restored = False
        async with self.busy:
            pass

    async def revisit(self, again: Callable[[bytes, bytes, datetime], Folded]) -> int:
        """Fold time itself into every state of the partitions held; returns how many changed."""
        changed = 0
        for partition in sorted(self._store.held):
            async with self.busy:
                if partition not in self._store.held:
                    continue  # lost while we waited: its new holder revisits it
                at = now()
                states: dict[bytes, bytes | None] = {}
                for key, state in self._store.items_of(partition):
                    folded = again(key, state, at)
                    if folded.changed:
                        states[key] = folded.state
                await self.keep({partition: states})
                changed += len(states)
        return changed
