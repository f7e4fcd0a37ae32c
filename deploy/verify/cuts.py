"""Up to where each stage has read: the cut at which two sides can be compared while everything moves. Pure."""

from collections.abc import Iterable, Mapping

import orjson

from processors.keyed.rounds import positions_in
from schemas.dead import Headers

Reached = Mapping[str, int]
"""The next offset by source topic, in one partition."""


def read_of(headers: Headers) -> dict[str, int]:
    """What a state's header says its partition had read; nothing where there is none, or one that is none."""
    try:
        return positions_in(headers)
    except (orjson.JSONDecodeError, TypeError, ValueError):
        return {}


def newest(one: Reached, other: Reached) -> dict[str, int]:
    """The further of both in each topic."""
    return {topic: max(one.get(topic, 0), other.get(topic, 0)) for topic in one.keys() | other.keys()}


def cut(told: Reached, committed: Reached, topics: Iterable[str]) -> dict[str, int]:
    """By topic, the further of what the headers told and what the group had committed before they were read.

    Rows that teach nothing move the offset only; a group that was reset, or whose offsets expired, moves it back.
    """
    return {topic: max(0, told.get(topic, 0), committed.get(topic, 0)) for topic in topics}
