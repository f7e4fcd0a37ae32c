"""Kafka records as values, for folds that take bytes."""

from typing import NamedTuple

from pydantic import BaseModel

from schemas.codec import encode
from schemas.keys import row_key
from schemas.rows import ErpRow


class Given(NamedTuple):
    """One record, as far as a fold or a sink looks at it."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    timestamp: int = 0
    headers: tuple[tuple[str, bytes | None], ...] = ()


def of_row(event: ErpRow, offset: int = 0) -> Given:
    """A raw row under its own key."""
    key = row_key(event.instance, event.client, event.kind, event.id)
    return Given(f"erp.{event.kind}.v1", 3, offset, key, encode(event))


def of(topic: str, key: bytes, event: BaseModel | None, offset: int = 0) -> Given:
    """Any event, or a tombstone, under `key`."""
    return Given(topic, 3, offset, key, None if event is None else encode(event))
