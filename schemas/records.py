"""One Kafka record, as aiokafka gives it. Pure modules name its fields and not its library."""

from dataclasses import dataclass
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


@dataclass(slots=True)
class PlainRecord:
    """A `Record` that no consumer has given: of what was read otherwise, or has just been written."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers = ()


class Timed(Record, Protocol):
    """`timestamp`: in milliseconds since 1970, by its producer's clock."""

    timestamp: int
