"""What a partition of states is when a worker takes it over, read in bulk from the stage's own output topic.

Reading costs about 6 µs a record, a twentieth of what a Faust table takes to restore the same. What another version of the
code wrote is looked at once, here (12 µs more); what cannot be read is named, to be folded again from the sources, which are
kept (`processors.keyed.partition`).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from aiokafka import AIOKafkaConsumer, TopicPartition

from processors.keyed.rounds import at_home, positions_in
from processors.keyed.stage import KeyedStage, letter
from schemas.codec import decode
from schemas.dead import DeadLetter, Headers
from schemas.errors import RejectRecord
from schemas.records import PlainRecord, Record

FETCH_MS = 1_000
FETCH_RECORDS = 50_000
TURN_EVERY = 10_000
LOOK_BACK = 1_000
"""Offsets that are looked at first for positions, where nothing was written for long."""


@dataclass(slots=True)
class Restored:
    """`unreadable`: keys whose newest state nobody can read, each with its letter."""

    states: dict[bytes, bytes] = field(default_factory=dict)
    read: dict[str, int] = field(default_factory=dict)
    unreadable: dict[bytes, DeadLetter] = field(default_factory=dict)


async def restore(
    stage: KeyedStage, number: int, reader: AIOKafkaConsumer, turned: Callable[[], None], now: datetime
) -> Restored:
    """The states of partition `number` that are remembered at `now`.

    Call it once its `Writer` is open: nobody else can add to it any more.
    """
    tp = TopicPartition(stage.output.name, number)
    start = await first_since(reader, tp, stage.remembers_since(now))
    # no records: with all that aiokafka keeps in them they take half as much again, and the garbage collector visits each
    found: dict[bytes, tuple[int, bytes | None]] = {}
    read: dict[str, int] = {}
    told: Headers = ()
    count = 0
    async for record in records_of(reader, tp, start=start):
        count += 1
        if count % TURN_EVERY == 0:
            turned()
        if record.key is not None and not _forgotten(stage, record.key, now):
            found[record.key] = record.offset, record.value
        if record.headers != told:  # else of the same round, as most are
            told = record.headers
            read = positions_in(told) or read  # of the last one: there is one writer, and a source may begin anew
    if not read and start:
        read = await _read_before(reader, tp, start)
    newest = (PlainRecord(stage.output.name, number, offset, key, value) for key, (offset, value) in found.items())
    return examined(stage, number, newest, read)


def examined(stage: KeyedStage, number: int, newest: Iterable[Record], read: dict[str, int]) -> Restored:
    """The newest record of each key that can be read and is at home. Pure."""
    model = stage.output.model
    if model is None:
        raise TypeError(f"{stage.output.name} carries no model")
    done = Restored(read=read)
    for record in newest:
        if record.key is None or record.value is None:
            continue
        try:
            at_home(stage.home(record.key), number, stage.output.partitions)
            decode(model, record.value)
            stage.born(record.key)
            done.states[record.key] = record.value
        except RejectRecord as exc:
            done.unreadable[record.key] = letter(stage.name, record, exc)
    return done


def _forgotten(stage: KeyedStage, key: bytes, now: datetime) -> bool:
    try:
        return stage.forgets(key, now)
    except RejectRecord:
        return False  # no key of ours: it is examined, and has its letter


async def first_since(reader: AIOKafkaConsumer, tp: TopicPartition, since: datetime | None) -> int:
    """The offset of the first record that was written then or later, or that of the end; 0 for None."""
    if since is None:
        return 0
    reader.assign([tp])
    found = (await reader.offsets_for_times({tp: round(since.timestamp() * 1000)}))[tp]
    if found is not None:
        return int(found.offset)
    return int((await reader.end_offsets([tp]))[tp])


async def _read_before(reader: AIOKafkaConsumer, tp: TopicPartition, start: int) -> dict[str, int]:
    """The positions of the last record before `start` that tells them: nothing may have been written since.

    Looks back in growing steps, as markers of transactions and what was compacted are no records.
    """
    first = (await reader.beginning_offsets([tp]))[tp]
    step = LOOK_BACK
    while start > first:
        read: dict[str, int] = {}
        begin = max(first, start - step)
        async for record in records_of(reader, tp, start, begin):
            read = positions_in(record.headers) or read
        if read:
            return read
        start, step = begin, step * 4
    return {}


async def records_of(reader: AIOKafkaConsumer, tp: TopicPartition, until: int | None = None, start: int = 0):  # type: ignore[no-untyped-def]  # noqa: ANN201 - aiokafka ships no types
    """Every committed record from the offset `start` to the end, or to `until`. Takes the reader for itself."""
    reader.assign([tp])
    if start:
        reader.seek(tp, start)
    else:
        await reader.seek_to_beginning(tp)
    end = (await reader.end_offsets([tp]))[tp]
    end = end if until is None else min(until, end)
    while await reader.position(tp) < end:
        for found in (await reader.getmany(timeout_ms=FETCH_MS, max_records=FETCH_RECORDS)).values():
            for record in found:
                if record.offset < end:
                    yield record
