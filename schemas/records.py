"""One Kafka record, as aiokafka gives it. Pure modules name its fields and not its library."""

from typing import Protocol

from schemas.dead import Headers


class Record(Protocol):
    """What a fold needs of it."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers


class Timed(Record, Protocol):
    """`timestamp`: in milliseconds since 1970, by its producer's clock."""

    timestamp: int
