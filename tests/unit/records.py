"""Kafka records as values, for folds and sinks that take what aiokafka gives."""

from dataclasses import dataclass

from pydantic import BaseModel

from schemas.codec import encode
from schemas.dead import Headers
from schemas.keys import row_key
from schemas.rows import ErpRow


@dataclass(slots=True)
class Given:
    """One record; `timestamp` in milliseconds since 1970. Not frozen, as aiokafka's own is not."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    timestamp: int = 0
    headers: Headers = ()


def of_row(event: ErpRow, offset: int = 0) -> Given:
    """A raw row under its own key."""
    key = row_key(event.instance, event.client, event.kind, event.id)
    return Given(f"erp.{event.kind}.v1", 3, offset, key, encode(event))


def of(topic: str, key: bytes, event: BaseModel | None, offset: int = 0) -> Given:
    """Any event, or a tombstone, under `key`."""
    return Given(topic, 3, offset, key, None if event is None else encode(event))
