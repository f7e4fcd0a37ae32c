"""How long it takes until all is at work again after each fault, by its kind. Pure.

A stage that was struck is back when it touches its file. A server is back when it answers and has what its like have; then
the stages that fell silent meanwhile have to be heard again too. What another fault keeps silent is that one's.

A stage that touches its file is at work, which does not say that it has caught up: that is not measured here,
and while a broker's port is cut it goes on touching it as long as another broker answers.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from math import ceil
from statistics import median
from typing import NamedTuple

from deploy.demo.away import Away
from deploy.demo.plan import Kind

SHARE = 0.95


class Struck(NamedTuple):
    """One fault. `what`: a stage, or the server's name without its number.

    `since`: its strike; `over`: nothing is done to the target any more; `back`: it was at work again.
    """

    kind: Kind
    what: str
    target: str
    since: datetime
    over: datetime
    back: datetime


class Recovery(NamedTuple):
    """`seconds`: from the end of a fault until all was at work. `silent`: how long one stage was, at most, all the while."""

    fault: str
    seconds: float
    silent: float


def recoveries(struck: Sequence[Struck], silences: Mapping[str, Iterable[Away]]) -> Iterator[Recovery]:
    """Of each fault. `silences`: by a stage's name, when its file was not touched."""
    for one in struck:
        others = [other for other in struck if other is not one and other.what != one.what]
        spans = [] if one.target in silences else list(_caused(one, others, silences))
        seconds = max(span.until for span in [Away(one.over, one.back), *spans]) - one.over
        silent = max((span.until - span.since for span in spans), default=timedelta())
        yield Recovery(f"{one.kind} of {one.what}", seconds.total_seconds(), silent.total_seconds())


def _caused(one: Struck, others: Iterable[Struck], silences: Mapping[str, Iterable[Away]]) -> Iterator[Away]:
    """The silences that began while `one` was away, each as far as no other fault explains it."""
    for stage, spans in silences.items():
        theirs = [other for other in others if other.target == stage or other.target not in silences]
        for span in spans:
            if span.until <= one.since or span.since >= one.back:
                continue
            until = min(
                [span.until, *(max(span.since, it.since) for it in theirs if it.since < span.until and it.back > span.since)]
            )
            if until > max(span.since, one.since):
                yield Away(span.since, until)


def lines(found: Iterable[Recovery]) -> Iterator[tuple[str, str, str, str, str, str]]:
    """(fault, times, median seconds until all was at work, 95 % of them, the longest, longest silence of a stage)."""
    by_kind: defaultdict[str, list[Recovery]] = defaultdict(list)
    for one in found:
        by_kind[one.fault].append(one)
    for fault, several in sorted(by_kind.items()):
        seconds = [one.seconds for one in several]
        silent = max(one.silent for one in several)
        numbers = (median(seconds), at_most(seconds), max(seconds), silent)
        yield (fault, str(len(several)), *(f"{number:.1f}" for number in numbers))  # type: ignore[misc]  # four of them


def at_most(seconds: Sequence[float], share: float = SHARE) -> float:
    """The least of them that so large a share does not exceed; 0 of none."""
    return sorted(seconds)[ceil(share * len(seconds)) - 1] if seconds else 0.0
