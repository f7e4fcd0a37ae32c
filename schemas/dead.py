"""`dead.v1`: what no stage could read, with its bytes, key, place and reason. Nothing is dropped in silence.

The record's own value and key are the original ones, so that a replay is a copy; everything else is in headers.
"""

from collections.abc import Sequence
from typing import NamedTuple

from schemas.model import Model

RETRY = "retry"
"""The header of a dead letter's record that is put back into its topic: the `place` at which it was read first."""
GONE = "gone"
"""The header of a record that takes a letter away, by its `_id` in MongoDB: the letter's own record stays in the topic for
its time, and whoever reads the topic anew lets it go again."""

Headers = Sequence[tuple[str, bytes | None]]


class Why(Model):
    """`place` is `topic[partition]@offset`."""

    stage: str
    place: str
    field: str
    reason: str


class DeadLetter(NamedTuple):
    """What is sent: original bytes and the reason."""

    key: bytes | None
    value: bytes | None
    why: Why

    def headers(self) -> list[tuple[str, bytes]]:
        """The reason as Kafka headers, UTF-8."""
        return [(name, str(text).encode()) for name, text in self.why]


def gone_of(headers: Headers) -> str | None:
    """The letter that a record takes away; None where it is a letter itself."""
    found = next((value for name, value in headers if name == GONE), None)
    return None if found is None else found.decode(errors="replace")


def why_of(headers: Headers, place: str) -> Why:
    """The reason in a dead letter's headers; a letter without them is described by its own `place`."""
    found = {name: value.decode(errors="replace") for name, value in headers if value is not None}
    if all(name in found for name in Why.model_fields):
        return Why(**{name: found[name] for name in Why.model_fields})
    return Why(stage="unknown", place=place, field="headers", reason="a dead letter without its headers")
