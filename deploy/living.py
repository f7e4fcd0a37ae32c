"""What of an instance, or of some of its clients, is alive in the topics that its rows pass through. Pure.

A key is alive whose last record is no tombstone.
"""

from collections import Counter, defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Protocol, get_args

import orjson
from pydantic import ValidationError

from schemas.calls import CallRequest
from schemas.rows import Kind
from schemas.runtime.kafka import Message
from schemas.runtime.transactions import Parts, Place
from schemas.sweeps import Phase
from schemas.topics import CALLS, DEBTORS, EVIDENCE, PLACED, QUEUE, REQUESTS, ROW_TOPICS, SWEEPS

FIRST = (*ROW_TOPICS.values(), SWEEPS)
"""What the poller writes, and a removal erases."""
CALLED = (PLACED, EVIDENCE)
"""What was placed and heard, and a removal erases once no call is going on."""
FOLLOWING = (DEBTORS, QUEUE, CALLS)
"""What stages make of it, and empty by themselves."""
OF_NOBODY = frozenset({ROW_TOPICS["reference"].name, SWEEPS.name})
"""What no client has a part in."""
WATCHED = (*FIRST, *CALLED, *FOLLOWING)


class Record(Protocol):
    """One Kafka record, as aiokafka gives it."""

    topic: str
    partition: int
    key: bytes | None
    value: bytes | None


class Notes(Protocol):
    """As `Living` takes records."""

    def note(self, record: Record) -> None:
        """One of a partition, in its order."""
        ...


class Living:
    """Take the records of each partition in order. A sweep's key has no phase, its tombstone's has: `instance:kind:phase`.

    All of an instance's sweeps count as alive until their tombstones were seen: a view may hold what the topic has let go.
    `clients`: only what is of these, by their codes in keys; then no sweep and no reference is.
    """

    def __init__(self, instance: str, clients: Collection[str] | None = None) -> None:
        self._mine = f"{instance}:".encode()
        self._clients = None if clients is None else frozenset(code.encode() for code in clients)
        self._keys: dict[Place, dict[bytes, None]] = defaultdict(dict)
        sweeps = [self._mine + f"{kind}:{phase}".encode() for kind in get_args(Kind) for phase in get_args(Phase)]
        if clients is None:
            self._keys[SWEEPS.name, 0] = dict.fromkeys(sweeps)
        self._asked: set[bytes] = set()
        self.lapses_at: datetime | None = None
        """When the last request to call lapses: until then `originate` may still say something of one."""

    def note(self, record: Record) -> None:
        """One record, also another instance's or none of ours, which teaches nothing."""
        key = record.key or b""
        if not key.startswith(self._mine) or not self._is_theirs(record.topic, key):
            return
        if record.topic == REQUESTS.name:
            self._note_request(record.value)
            return
        if record.topic == CALLS.name:
            self._asked.discard(key)  # a state that came after our tombstone needs another one
        of_place = self._keys[record.topic, record.partition]
        if record.value is None:
            of_place.pop(key, None)
        elif record.topic != SWEEPS.name:
            of_place[key] = None
        elif phase := _phase(record.value):
            of_place[key + b":" + phase] = None

    def counts(self) -> dict[str, int]:
        """Living keys by topic; topics without any are left out."""
        found: Counter[str] = Counter()
        for (topic, _), keys in self._keys.items():
            found[topic] += len(keys)
        return {topic: count for topic, count in found.items() if count}

    def tombstones(self, *, calls: bool = True) -> Parts:
        """For every living key of what the poller writes, in the partition in which it was found.

        `calls`: of what was placed and heard too. A call whose placing nobody told lives in `call.v1` alone, and a tombstone
        of its placing erases it there; it is given once a state.
        """
        erased = {topic.name for topic in (*FIRST, *(CALLED if calls else ()))}
        found: defaultdict[Place, dict[bytes, None]] = defaultdict(dict)
        for (topic, number), keys in self._keys.items():
            if topic in erased:
                found[topic, number] |= keys
            elif topic == CALLS.name and calls:
                found[PLACED.name, number] |= dict.fromkeys(key for key in keys if key not in self._asked)
        self._asked.update(key for (topic, _), keys in found.items() if topic == PLACED.name for key in keys)
        return {place: [Message(key, None, []) for key in keys] for place, keys in found.items() if keys}

    def _is_theirs(self, topic: str, key: bytes) -> bool:
        if self._clients is None:
            return True
        return topic not in OF_NOBODY and key[len(self._mine) :].partition(b":")[0] in self._clients

    def _note_request(self, value: bytes | None) -> None:
        try:
            lapses_at = CallRequest.model_validate_json(value or b"", extra="ignore").lapses_at
        except ValidationError:
            return  # it rings nobody
        self.lapses_at = max(lapses_at, self.lapses_at or lapses_at)


def _phase(value: bytes) -> bytes:
    """Of a sweep; b"" where the record is none, which has no document either."""
    try:
        found = orjson.loads(value)
    except orjson.JSONDecodeError:
        return b""
    return str(found.get("phase", "")).encode() if isinstance(found, dict) else b""


def portions(parts: Parts, most: int) -> list[Parts]:
    """The same messages in the same order, at most `most` in each part."""
    found: list[Parts] = []
    room = 0
    for place, messages in parts.items():
        rest = messages
        while rest:
            if not room:
                found.append({})
                room = most
            found[-1][place] = rest[:room]
            rest, room = rest[room:], room - min(room, len(rest))
    return found
