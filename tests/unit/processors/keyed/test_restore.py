"""What a partition's states say of themselves: the newest of each key, and how far the last that tells it had read."""

import orjson
from aiokafka import TopicPartition

from processors.hydrate.stage import HYDRATE
from processors.keyed.restore import restore
from processors.keyed.rounds import READ
from schemas.codec import encode
from tests.strategies import SEEN
from tests.unit.processors.keyed.test_rounds import HOME, KEY
from tests.unit.records import Given


class Log:
    """Stands where the reader stands: records, then `markers` offsets without one."""

    def __init__(self, records: list[Given], markers: int = 1) -> None:
        self._records = records
        self._end = len(records) + markers
        self._at = 0

    def assign(self, tps: list[TopicPartition]) -> None:
        (self._tp,) = tps

    async def seek_to_beginning(self, tp: TopicPartition) -> None:
        assert tp == self._tp

    async def end_offsets(self, tps: list[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(tps, self._end)

    async def position(self, tp: TopicPartition) -> int:
        assert tp == self._tp
        return self._at

    async def getmany(self, timeout_ms: int, max_records: int) -> dict[TopicPartition, list[Given]]:
        del timeout_ms, max_records
        self._at = self._end
        return {self._tp: self._records}


def state(offset: int, version: int, **read: int) -> Given:
    value = encode(HYDRATE.output.model(instance="norte", code="1042", version=version, changed_at=SEEN))  # type: ignore[misc]
    return Given(HYDRATE.output.name, HOME, offset, KEY, value, headers=((READ, orjson.dumps(read)),) if read else ())


async def test_the_positions_of_the_last_record_that_tells_them_count_and_the_newest_state_of_a_key() -> None:
    log = [state(0, 1), state(1, 2, a=5, b=1), state(2, 3, a=5, b=1), state(3, 4, a=3, b=7), state(4, 5)]

    found = await restore(HYDRATE, HOME, Log(log), lambda: None)

    assert found.read == {"a": 3, "b": 7}
    assert found.states == {KEY: log[-1].value}
