"""What a partition's states say of themselves: the newest of each key, and how far the last that tells it had read."""

from datetime import datetime, timedelta

import orjson
import pytest
from aiokafka import TopicPartition
from aiokafka.structs import OffsetAndTimestamp
from ulid import ULID

from processors.classify.stage import CLASSIFY, MEMORY, home
from processors.hydrate.stage import HYDRATE
from processors.keyed.partition import SWEEP_EVERY, Partition
from processors.keyed.restore import LOOK_BACK, Restored, first_since, restore
from processors.keyed.rounds import READ
from schemas.calls import Call, call_key
from schemas.codec import encode
from schemas.keys import partition_of
from schemas.topics import CALLS
from tests.strategies import SEEN
from tests.unit.processors.keyed.test_rounds import HOME, KEY
from tests.unit.records import Given


class Log:
    """Stands where the reader stands: records, then `markers` offsets without one."""

    def __init__(self, records: list[Given], markers: int = 1) -> None:
        self._records = records
        self._end = len(records) + markers
        self._at = 0
        self.read = 0

    def assign(self, tps: list[TopicPartition]) -> None:
        (self._tp,) = tps

    async def seek_to_beginning(self, tp: TopicPartition) -> None:
        assert tp == self._tp
        self._at = 0

    async def end_offsets(self, tps: list[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(tps, self._end)

    def seek(self, tp: TopicPartition, offset: int) -> None:
        assert tp == self._tp
        self._at = offset

    async def beginning_offsets(self, tps: list[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(tps, 0)

    async def offsets_for_times(self, times: dict[TopicPartition, int]) -> dict[TopicPartition, OffsetAndTimestamp | None]:
        ((tp, at),) = times.items()
        later = [OffsetAndTimestamp(one.offset, one.timestamp) for one in self._records if one.timestamp >= at]
        return {tp: later[0] if later else None}

    async def position(self, tp: TopicPartition) -> int:
        assert tp == self._tp
        return self._at

    async def getmany(self, timeout_ms: int, max_records: int) -> dict[TopicPartition, list[Given]]:
        del timeout_ms, max_records
        found = [record for record in self._records if record.offset >= self._at]
        self.read += len(found)
        self._at = self._end
        return {self._tp: found}


def state(offset: int, version: int, **read: int) -> Given:
    value = encode(HYDRATE.output.model(instance="norte", code="1042", version=version, changed_at=SEEN))  # type: ignore[misc]
    return Given(HYDRATE.output.name, HOME, offset, KEY, value, headers=((READ, orjson.dumps(read)),) if read else ())


async def test_the_positions_of_the_last_record_that_tells_them_count_and_the_newest_state_of_a_key() -> None:
    log = [state(0, 1), state(1, 2, a=5, b=1), state(2, 3, a=5, b=1), state(3, 4, a=3, b=7), state(4, 5)]

    found = await restore(HYDRATE, HOME, Log(log), lambda: None, SEEN)

    assert found.read == {"a": 3, "b": 7}
    assert found.states == {KEY: log[-1].value}


# --- a stage that remembers three days

NOW = SEEN
DAY = timedelta(days=1)
MINE = partition_of(b"norte:1042", CALLS.partitions)


def call(offset: int, made: datetime, written: datetime, **read: int) -> Given:
    attempt = str(ULID.from_datetime(made))
    key = call_key("norte", "1042", attempt)
    value = encode(Call(instance="norte", code="1042", attempt=attempt, version=offset, at=made))
    headers = ((READ, orjson.dumps(read)),) if read else ()
    return Given(CALLS.name, MINE, offset, key, value, round(written.timestamp() * 1000), headers)


async def test_only_what_is_remembered_is_read_and_kept() -> None:
    """Of a state that was written lately of an attempt of long ago nothing is kept either."""
    assert home(call(0, NOW, NOW).key or b"") == b"norte:1042"
    old = [call(n, NOW - 10 * DAY, NOW - 9 * DAY, a=n + 1) for n in range(50)]
    log = Log([*old, call(50, NOW - 5 * DAY, NOW - DAY, a=51), call(51, NOW - 2 * DAY, NOW - DAY, a=52)])

    found = await restore(CLASSIFY, MINE, log, lambda: None, NOW)

    assert found.states == {log._records[-1].key: log._records[-1].value}
    assert (found.read, log.read) == ({"a": 52}, 2)


@pytest.mark.parametrize("count", [1, 5, LOOK_BACK, 7 * LOOK_BACK])
@pytest.mark.parametrize("markers", [1, 3 * LOOK_BACK])
async def test_positions_are_found_though_nothing_was_written_for_longer_than_is_remembered(
    count: int, markers: int
) -> None:
    """A group that was reset then reads nothing of before again, and no letter is written of it."""
    log = Log([call(n, NOW - 40 * DAY, NOW - 39 * DAY, a=n + 1) for n in range(count)], markers)

    found = await restore(CLASSIFY, MINE, log, lambda: None, NOW)

    assert (found.states, found.read) == ({}, {"a": count})


async def test_what_is_not_remembered_any_more_leaves_the_memory_now_and_then() -> None:
    part = Partition(CLASSIFY, MINE, "nowhere:1")
    calls = [call(n, NOW - n * DAY, NOW) for n in range(6)]
    part.states = {one.key: one.value for one in calls if one.key and one.value}

    part._forget(NOW)
    assert list(part.states) == [one.key for one in calls[:4]]
    part._forget(NOW + SWEEP_EVERY)
    assert len(part.states) == 4
    part._forget(NOW + SWEEP_EVERY + timedelta(seconds=1))
    assert list(part.states) == [one.key for one in calls[:3]]
    await part.close()


async def test_where_nobody_knows_what_was_read_sources_are_read_as_far_back_as_is_remembered() -> None:
    """The group has none, or was set back. Older records could only be letters: of half a year of calls, as many."""
    part = Partition(CLASSIFY, MINE, "nowhere:1")
    source = Log([call(n, NOW, NOW - (10 - n) * DAY) for n in range(10)])
    known = {"call.placed.v1": 9}

    def group(offset: int) -> dict[str, int]:
        return {"call.placed.v1": offset, "pbx.cdr.v1": offset}

    assert await part._positions(source, group(0), Restored(), NOW) == {"call.placed.v1": 7, "pbx.cdr.v1": 7}
    assert await part._positions(source, group(0), Restored(read=known), NOW) == {**known, "pbx.cdr.v1": 7}
    # what it has not read yet it reads, however old: that has no letter yet
    assert await part._positions(source, group(2), Restored(), NOW) == {"call.placed.v1": 2, "pbx.cdr.v1": 2}
    await part.close()


async def test_an_empty_topic_tells_nothing() -> None:
    found = await restore(CLASSIFY, MINE, Log([], 0), lambda: None, NOW)

    assert (found.states, found.read) == ({}, {})


async def test_a_key_without_an_age_is_a_letter_as_any_that_cannot_be_read() -> None:
    stray = call(0, NOW, NOW)
    stray.key = b"norte:1042:call:x"

    found = await restore(CLASSIFY, MINE, Log([stray]), lambda: None, NOW)

    assert (found.states, [letter.why.stage for letter in found.unreadable.values()]) == ({}, ["classify"])


async def test_a_stage_that_forgets_nothing_reads_from_the_beginning() -> None:
    tp = TopicPartition(CALLS.name, MINE)
    log = Log([call(n, NOW, NOW - (4 - n) * DAY) for n in range(4)])

    assert await first_since(log, tp, HYDRATE.remembers_since(NOW)) == 0
    assert await first_since(log, tp, NOW - 2 * DAY) == 2
    assert await first_since(log, tp, NOW) == 5  # the end
    assert CLASSIFY.remembers_since(NOW) < NOW - MEMORY  # type: ignore[operator]
