"""Up to where each stage has read: the cut at which two sides can be compared while everything moves. Pure."""

from collections.abc import Iterable, Mapping

import orjson

from schemas.dead import Headers

READ = "read"
"""The header of a state: JSON {source topic: next offset}, what its partition had read when it was written."""

Reached = Mapping[str, int]
"""The next offset by source topic, in one partition."""


def read_of(headers: Headers) -> dict[str, int]:
    """What the header says; nothing where a record has none, or one that is none."""
    for name, value in headers:
        if name == READ and value is not None:
            try:
                found = orjson.loads(value)
            except orjson.JSONDecodeError:
                return {}
            return {str(topic): at for topic, at in found.items() if isinstance(at, int)} if isinstance(found, dict) else {}
    return {}


def newest(one: Reached, other: Reached) -> dict[str, int]:
    """The further of both in each topic."""
    return {topic: max(one.get(topic, 0), other.get(topic, 0)) for topic in one.keys() | other.keys()}


def cut(told: Reached, committed: Reached, topics: Iterable[str]) -> dict[str, int]:
    """By topic, what the headers told, else what the group committed, else nothing."""
    return {topic: told.get(topic, max(0, committed.get(topic, 0))) for topic in topics}
