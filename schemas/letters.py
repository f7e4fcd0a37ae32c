"""What becomes of a dead letter when somebody settles it: put back, read from the ERP again, or discarded. Pure.

A letter is settled in MongoDB alone (`schemas.views.DEAD_LETTERS`): its record in `dead.v1` stays as it came.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

from schemas.dead import RETRY
from schemas.model import Instant, Model
from schemas.records import Record
from schemas.topics import BILLS, EVIDENCE, PLACED, REQUESTS, ROW_TOPICS, TOPICS

PUT_BACK = frozenset(topic.name for topic in (*ROW_TOPICS.values(), PLACED, EVIDENCE))
"""Topics into which a letter may go back: what reads them does not mind order (calls), or knows a retry (rows)."""
PARTITIONS = {topic.name: topic.partitions for topic in TOPICS}
IN_TOPIC = re.compile(r"(?P<topic>[a-z.]+\.v\d+)\[(?P<partition>\d+)\]@(?P<offset>\d+)")
IN_ERP = re.compile(r"(?P<erp>[a-z-]+)/(?P<table>[^\[\]]+)\[(?P<instance>[a-z0-9_-]+)\]@(?P<id>.+)", re.DOTALL)
WHY_LETTERS = 200
"""Of the reason for which a letter is discarded."""

Obstacle = Literal["one_writer", "never_rings", "rebuilt", "nowhere"]
"""Why there is no way back. `one_writer`: only its stage may write the topic, and writes it anew. `never_rings`: a request
to call. `rebuilt`: the view passes over bills that are put back. `nowhere`: what told it keeps nothing that can be asked.
"""
Done = Literal[
    Obstacle,
    "sent",
    "read",
    "still",
    "absent",
    "newer",
    "expired",
    "already",
    "unclear",
    "gone",
    "no_instance",
    "unreached",
]
"""What came of a retry. `sent`: its record is in its topic once more. Of the ERP's row: `read` (it can be read now, the next
sweep publishes it), `still` (unreadable), `absent`. Nothing was done: `newer` (a newer record of the same key has come),
`expired` (the topic has it no longer), `already` (settled before), `unclear` (a retry was begun, and nobody knows whether it
was sent), `gone` (no such letter), `no_instance`.
`unreached`: Kafka or the database did not answer.
"""
SETTLES: frozenset[Done] = frozenset({"sent", "read"})


class Discarded(Model):
    """The field `discarded` of a dead letter."""

    at: Instant
    by: str
    why: str


class Retried(Model):
    """The field `retried`: written before anything is sent. Without `sent_at` nobody knows whether it was."""

    at: Instant
    by: str
    sent_at: Instant | None = None


class InTopic(NamedTuple):
    """Where a record stands."""

    topic: str
    partition: int
    offset: int


class InErp(NamedTuple):
    """A row that a poller could not key, and so never was in Kafka."""

    erp: str
    table: str
    instance: str
    id: str


class Answer(NamedTuple):
    """`why`: more of it, for people; "" where there is no more."""

    done: Done
    why: str = ""


def way_back(stage: str, place: str) -> InTopic | InErp | Obstacle:
    """Where a letter of `stage` is put back, or what is asked again; or why neither can be."""
    if found := IN_TOPIC.fullmatch(place):
        way = InTopic(found["topic"], int(found["partition"]), int(found["offset"]))
        return _obstacle(stage, way) or way
    if found := IN_ERP.fullmatch(place):
        return InErp(**found.groupdict())
    return "nowhere"


def _obstacle(stage: str, way: InTopic) -> Obstacle | None:
    if way.partition >= PARTITIONS.get(way.topic, 0):
        return "nowhere"
    if way.topic == REQUESTS.name:
        return "never_rings"
    if way.topic not in PUT_BACK:
        return "one_writer"
    return "rebuilt" if stage == "views" and way.topic == BILLS.name else None


def judged(letter: Mapping[str, Any], there: Record | None, *, newer: bool) -> Done | None:
    """Why a letter is not put back, or None. `there`: the record at its place; `newer`: another of its key stands behind.

    A place says nothing of a topic that was made anew: the bytes must be those of the letter.
    """
    if newer:
        return "newer"
    key, value = letter["key"], letter["value"]
    if there is None or (there.key, there.value) != (key and bytes(key), None if value is None else bytes(value)):
        return "expired"
    return None


def headers_of(record: Record, place: str) -> list[tuple[str, bytes]]:
    """The record's own, and `RETRY` with its place, by which a stage knows whether it is still the newest word."""
    kept = [(name, value or b"") for name, value in record.headers if name != RETRY]
    return [*kept, (RETRY, place.encode())]


def may_retry(letter: Mapping[str, Any], *, again: bool) -> Done | None:
    """Why a letter's documents forbid to begin, or None. `again`: also where an earlier retry is unclear."""
    if letter.get("discarded"):
        return "already"
    before = letter.get("retried")
    if not before:
        return None
    if before.get("sent_at"):
        return "already"
    return None if again else "unclear"


def in_order(letters: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The oldest first, as their records stood: what belongs to one debtor goes back in its order."""

    def standing(letter: Mapping[str, Any]) -> tuple[str, int, int]:
        way = way_back(str(letter["stage"]), str(letter["place"]))
        return way if isinstance(way, InTopic) else ("", 0, 0)

    return sorted(letters, key=standing)
