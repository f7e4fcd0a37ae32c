"""Faults on purpose, as a seeded plan: what happens to whom when. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import cycle, islice
from random import Random
from typing import Literal, TypeVar

Kind = Literal["kill", "end", "pause", "clock", "restart", "cut", "full", "loss"]
"""SIGKILL; SIGTERM; SIGSTOP and later SIGCONT; SIGTERM and another hour when it is back; a server stopped in order.

Of one of several alone (`plan_sets.py`): its port cut and mended; its disk filled and freed; SIGKILL and its volume emptied.
"""

T = TypeVar("T")

DURATION = timedelta(minutes=5)
FAULTS = 40
FEWEST = 12
"""So many have every kind among them."""
LONGEST_PAUSE = timedelta(minutes=2)
PAUSE_SHARE = 0.4
"""Of the whole time, where that is less than `LONGEST_PAUSE`."""
SHORTEST_PAUSE_S = 2.0
STEPS = (timedelta(hours=1), timedelta(hours=3))
"""A clock is wrong by one of them, either way: a summer time that somebody forgot, and a zone that somebody mixed up."""
KINDS: tuple[Kind, ...] = ("kill", "pause", "end", "clock", "kill", "end", "pause", "kill")
"""In turn, so that a plan of any size has its share of each."""
LONGEST_SILENCE = timedelta(seconds=50)
"""So long at most a PABX stands still: under a minute."""
CLOCKED = ("erp-poller", "hydrate", "dialer", "originate")
"""The stages that ask what time it is before they write, or ring: an originator whose clock is wrong does not."""
SUPERVISOR = "supervisor"
"""Who kills it kills every stage in the same moment, as its children are on a leash. Here its children are struck: whoever
carries out the plan is it.
"""


@dataclass(frozen=True, slots=True)
class Blow:
    """`at`: seconds after the start. `lasting`: seconds of a pause. `shift`: a clock's distance from the right time."""

    at: float
    target: str
    kind: Kind
    lasting: float = 0.0
    shift: timedelta = timedelta()


def longest_pause(lasting: timedelta) -> timedelta:
    """Of a chaos that takes so long."""
    return min(LONGEST_PAUSE, lasting * PAUSE_SHARE)


def plan(
    faults: int,
    lasting: timedelta,
    seed: int,
    stages: Sequence[str],
    servers: Sequence[str],
    *,
    pabxes: Sequence[str] = (),
    supervisor: bool = False,
) -> list[Blow]:
    """`faults` blows by time, those at servers among them: one restart and one pause of each, never at once.

    A PABX is killed instead, and stands still for `LONGEST_SILENCE` at most; with `supervisor` all stages are once.
    Stages are struck equally often; a clock that was right moves by one of `STEPS`, and back. A pause ends within `lasting`.
    """
    rng = Random(seed)  # noqa: S311 - a plan is repeatable, not secret
    seconds = lasting.total_seconds()
    longest = longest_pause(lasting).total_seconds()
    blows: list[Blow] = []
    for server in servers:
        blows.append(Blow(rng.uniform(0.05, 0.35) * seconds, server, "restart"))
        blows.append(lasting_one(rng, server, (0.5 * seconds, seconds), longest))
    for pabx in pabxes:
        blows.append(Blow(rng.uniform(0.05, 0.35) * seconds, pabx, "kill"))
        blows.append(lasting_one(rng, pabx, (0.5 * seconds, seconds), min(longest, LONGEST_SILENCE.total_seconds())))
    if supervisor:
        blows.append(Blow(rng.uniform(0.1, 0.9) * seconds, SUPERVISOR, "kill"))
    kinds = list(islice(cycle(KINDS), max(0, faults - len(blows))))
    moments = sorted((rng.uniform(0, seconds), kind) for kind in kinds)
    shifts = dict.fromkeys(stages, timedelta())
    turns, clocks = in_turn(rng, stages), in_turn(rng, [name for name in stages if name.startswith(CLOCKED)])
    for at, kind in moments:
        if kind == "pause":
            blows.append(lasting_one(rng, next(turns), (0, seconds), longest))
        elif kind == "clock":
            target = next(clocks)
            shifts[target] = rng.choice([-1, 1]) * rng.choice(STEPS) if not shifts[target] else timedelta()
            blows.append(Blow(at, target, kind, shift=shifts[target]))
        else:
            blows.append(Blow(at, next(turns), kind))
    return sorted(blows, key=lambda blow: blow.at)


def lasting_one(rng: Random, target: str, within: tuple[float, float], longest: float, kind: Kind = "pause") -> Blow:
    """Somewhere between the two moments, in seconds after the start, and no longer than `longest`."""
    since, until = within
    lasting = rng.uniform(min(SHORTEST_PAUSE_S, longest), min(longest, until - since))
    return Blow(rng.uniform(since, until - lasting), target, kind, lasting)


def in_turn(rng: Random, names: Sequence[T]) -> Iterator[T]:
    """Every name once in any order, then every name again."""
    while names:
        yield from rng.sample(names, len(names))
