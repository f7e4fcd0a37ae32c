"""`python -m deploy.bench.rivals.quix_hydrate SERVERS GROUP OUTPUT FOLDER`: hydrate's own fold in Quix Streams.

Exactly once, as ours: transactions of its own size, and a reader of what is committed. Its state is its own RocksDB store
below FOLDER with its changelog topic; one output an event. The row's key is read as the debtor's, so that the join needs no
repartition topic; states are kept as the bytes that the fold makes, so that nothing is encoded twice; rows are not erased
here. Concatenated topics are read by time, which is how Quix joins topics.
"""

import sys
from datetime import UTC, datetime
from typing import Any

from quixstreams import Application, State, message_context
from quixstreams.models import Deserializer

from processors.hydrate.stage import HYDRATE
from schemas.keys import debtor_of_row
from schemas.records import PlainRecord
from schemas.runtime.kafka import COMMITTED

STATE = "state"


class OfDebtor(bytes):
    """A debtor's key that remembers the key of the row: the fold reads that, Quix groups by this."""

    row: bytes


class DebtorKey(Deserializer):
    """The debtor's key within a row's."""

    def __init__(self) -> None:
        """Quix has no types."""

    def __call__(self, value: bytes, _: object = None, **__: object) -> OfDebtor:
        key = OfDebtor(debtor_of_row(value))
        key.row = value
        return key


def join(value: bytes | None, key: OfDebtor, _: int, __: object, state: State[str, object]) -> list[bytes | None]:
    """The new state, nothing where the row taught nothing."""
    at = message_context()
    record = PlainRecord(at.topic, at.partition, at.offset, key.row, value)
    changed, after, ___ = HYDRATE.fold(bytes(key), state.get_bytes(STATE), [record], datetime.now(UTC))
    if not changed:
        return []
    if after is None:
        state.delete(STATE)
    else:
        state.set_bytes(STATE, after)
    return [after]


def work(servers: str, group: str, output: str, folder: str) -> None:
    """Never returns."""
    app = Application(
        broker_address=servers,
        consumer_group=group,
        state_dir=folder,
        auto_offset_reset="earliest",
        use_changelog_topics=True,
        processing_guarantee="exactly-once",
        consumer_extra_config={"isolation.level": COMMITTED},
        producer_extra_config={"acks": "all", "compression.type": "lz4", "linger.ms": 5},
        loglevel="WARNING",
    )
    to = app.topic(output, key_serializer="bytes", value_serializer="bytes")
    frames: list[Any] = [
        app.dataframe(app.topic(topic.name, key_deserializer=DebtorKey(), value_deserializer="bytes"))
        for topic in HYDRATE.sources
    ]
    first, *others = frames
    for other in others:
        first = first.concat(other)
    first.apply(join, stateful=True, expand=True, metadata=True).to_topic(to)
    app.run()


if __name__ == "__main__":
    work(*sys.argv[1:])
