"""What stands at the places of letters, and behind them: one pass over each partition."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from deploy.clients import no_broker
from schemas.letters import InTopic
from schemas.records import Record
from schemas.runtime.reading import read_through


class Standing:
    """`at`: the records at the places that were asked for, as far as their topics still have them."""

    def __init__(self, places: Iterable[InTopic]) -> None:
        self.at: dict[InTopic, Record] = {}
        self._places = frozenset(places)
        self._newest: dict[tuple[str, bytes | None], int] = {}

    def note(self, record: Any) -> None:  # noqa: ANN401 - aiokafka's, or a test's
        """One record; each partition in its order."""
        place = InTopic(record.topic, record.partition, record.offset)
        if place in self._places:
            self.at[place] = record
        self._newest[record.topic, record.key] = record.offset

    def newer(self, place: InTopic, key: bytes | None) -> bool:
        """Whether a record of this key stands behind `place`."""
        return key is not None and self._newest.get((place.topic, key), -1) > place.offset


async def read(servers: str, places: Iterable[InTopic]) -> Standing:
    """From the first place of each partition to its end. Raises StopWorker without a broker."""
    wanted = list(places)
    starts: defaultdict[TopicPartition, list[int]] = defaultdict(list)
    for place in wanted:
        starts[TopicPartition(place.topic, place.partition)].append(place.offset)
    standing = Standing(wanted)
    if starts:
        try:
            await read_through(servers, list(starts), standing.note, {tp: min(some) for tp, some in starts.items()})
        except KafkaError as exc:
            raise await no_broker(servers, exc) from exc
    return standing
