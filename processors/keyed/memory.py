"""The states of a worker's partitions, in memory, restored by Faust from the stage's own output topic.

Differs from Faust's memory store in two ways: states are kept apart by partition, so that what was revoked is forgotten and
what is owned can be listed; and a state never gives way to one of a lower version, so that a late record of a worker that
lost the partition, or a recovery that reads what we wrote meanwhile, cannot set it back.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any, cast

import faust
import orjson
from faust.stores.memory import Store
from faust.types import TP, EventT


class StateStore(Store[bytes, bytes]):
    """Key → state as bytes, by partition. `held`: the partitions that are ours and `restored`; none during a rebalance."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.parts: defaultdict[int, dict[bytes, bytes]] = defaultdict(dict)
        self.held: frozenset[int] = frozenset()
        self.restored = False
        self.takeovers = 0

    def apply_changelog_batch(
        self, batch: Iterable[EventT[bytes]], to_key: Callable[[Any], Any], to_value: Callable[[Any], Any]
    ) -> None:
        """Called by Faust in recovery."""
        del to_key, to_value  # keys and values are raw bytes
        for event in batch:
            message = event.message
            if message.key is not None:
                restore(self.parts[message.partition], message.key, message.value)

    async def on_recovery_completed(self, active_tps: set[TP], standby_tps: set[TP]) -> None:
        """Forget the partitions that this worker no longer holds.

        Not before: Faust restores a partition that stays with us only from where it last ended.
        """
        del standby_tps  # none are kept: table_standby_replicas is 0
        self.held = frozenset(tp.partition for tp in active_tps)
        self.restored = True
        self.takeovers += 1
        for partition in self.parts.keys() - self.held:
            del self.parts[partition]

    def get_state(self, partition: int, key: bytes) -> bytes | None:
        """The state of one key."""
        return self.parts[partition].get(key)

    def set_state(self, partition: int, key: bytes, state: bytes | None) -> None:
        """After the broker has acknowledged the same record."""
        if state is None:
            self.parts[partition].pop(key, None)
        else:
            self.parts[partition][key] = state

    def items_of(self, partition: int) -> Iterator[tuple[bytes, bytes]]:
        """A copy of the partition's states, safe against changes while it is walked."""
        return iter(list(self.parts[partition].items()))


def restore(states: dict[bytes, bytes], key: bytes, value: bytes | None) -> None:
    """One record of the output topic into `states`; unreadable ones are left to whoever reads the topic downstream."""
    if value is None:
        states.pop(key, None)
        return
    version = version_of(value)
    before = states.get(key)
    if version is not None and (before is None or version >= (version_of(before) or 0)):
        states[key] = value


def version_of(state: bytes) -> int | None:
    """The hybrid clock in a state; None where there is none."""
    try:
        version = orjson.loads(state)["version"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return None
    return version if isinstance(version, int) else None


class StateTable(faust.Table[bytes, bytes]):
    """A table that Faust assigns and recovers; reading and writing go to its `StateStore` directly."""

    @property
    def states(self) -> StateStore:
        """The store, as what it is."""
        return cast(StateStore, self.data)

    def _new_store(self) -> StateStore:
        return StateStore("states://", self.app, self)
