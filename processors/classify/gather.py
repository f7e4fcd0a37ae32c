"""All that was heard of a call, joined: the same whatever came first, twice, or in between. Pure.

Each field is joined by a function that is commutative, associative and idempotent, so the whole is (a join-semilattice).
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from processors.classify.codes import AMD, AMD_CAUSES, APPS, CAUSES, DIAL_STATUSES, UNTOLD, place
from schemas.evidence import SAID, Heard, Side

WORDS = 8
"""Different dispositions of one call, at most: there are six."""


def joined(one: Heard, other: Heard) -> Heard:
    """Both."""
    if one == other:
        return one
    found = {name: join(getattr(one, name), getattr(other, name)) for name, join in JOINS.items()}
    return Heard(records=len(found["said"]), **found)


def _sides(one: Side, other: Side) -> Side:
    return Side(**{name: join(getattr(one, name), getattr(other, name)) for name, join in SIDES.items()})


def _all(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted({*one, *other}))


def _some(most: int) -> Callable[[tuple[str, ...], tuple[str, ...]], tuple[str, ...]]:
    # the least of all: whoever cuts a union again cuts the same
    return lambda one, other: _all(one, other)[:most]


def _longest(one: float | None, other: float | None) -> float | None:
    return max((found for found in (one, other) if found is not None), default=None)


def _first(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((found for found in (one, other) if found is not None), default=None)


def _last(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((found for found in (one, other) if found is not None), default=None)


def _any(one: bool, other: bool) -> bool:
    return one or other


def _best(worth: Callable[[str], int]) -> Callable[[str, str], str]:
    """The word of the least number, by its letters where two have the same; silence gives way."""
    return lambda one, other: min((word for word in (one, other) if word), key=lambda word: (worth(word), word), default="")


def _cause(one: int | None, other: int | None) -> int | None:
    known = [cause for cause in (one, other) if cause is not None]
    return min(known, key=lambda cause: (place(cause, CAUSES), cause), default=None)


def _amd_cause(text: str) -> int:
    status = AMD_CAUSES.get(text.partition("-")[0].upper(), "")
    return place(status, AMD)


def _app(text: str) -> int:
    return len(APPS) + 1 if text == UNTOLD else place(text, APPS)


SIDES: Mapping[str, Callable[[Any, Any], Any]] = {
    "dispositions": _some(WORDS),
    "ring_s": _longest,
    "rang_s": _longest,
    "talk_s": _longest,
    "answered_at": _first,
    "ended_at": _last,
}
JOINS: Mapping[str, Callable[[Any, Any], Any]] = {
    "witnesses": _all,
    "said": _some(SAID),
    "local": _any,
    "own": _sides,
    "legs": _sides,
    "answered": _any,
    "ended": _any,
    "made_at": _first,
    "up_at": _first,
    "gone_at": _last,
    "amd_status": _best(lambda word: place(word.upper(), AMD)),
    "amd_cause": _best(_amd_cause),
    "hangup_cause": _cause,
    "leg_cause": _cause,
    "dial_status": _best(lambda word: place(word, DIAL_STATUSES)),
    "last_app": _best(_app),
}
"""Every field of `Heard` but `records`, which is counted."""
