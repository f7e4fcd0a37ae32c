"""Faults at three brokers and a set of three: at most one of each is away at a time, by the plan and when it is carried out.

Pure.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import islice
from random import Random

from deploy.demo.plan import Blow, Kind, in_turn, lasting_one, plan

FEWEST = 20
"""So many have every kind of each set among them."""
SHARE = 0.6
"""Of the faults, for servers; the others are for stages and PABXs."""
KINDS: Mapping[str, tuple[Kind, ...]] = {
    "Kafka": ("kill", "pause", "restart", "loss", "full", "cut"),
    "MongoDB": ("kill", "pause", "restart", "loss", "full"),
}
LASTING: Collection[Kind] = ("pause", "cut", "full")
LONGEST_S = 60.0
BEGINS, ENDS = 0.2, 0.7
"""Parts of a fault's time: it begins before the one and is over by the other, and what is left is for coming back."""


def set_of(name: str) -> str:
    """`Kafka` of `Kafka-2`; a server that is alone is its own."""
    return name.rpartition("-")[0] or name


def possible(kinds: Sequence[Kind], small: Sequence[str]) -> tuple[Kind, ...]:
    """Those of `kinds` that can be had where only `small` members have a disk that may be filled."""
    return tuple(kind for kind in kinds if kind != "full" or small)


def plan_sets(
    faults: int,
    lasting: timedelta,
    seed: int,
    stages: Sequence[str],
    members: Sequence[str],
    *,
    pabxes: Sequence[str] = (),
    small: Collection[str] = (),
    disks: Sequence[str] = (),
) -> list[Blow]:
    """`faults` blows by time. `members`: of every set; `small`: those of them whose disk can be filled; `disks`: nobody's.

    Each set's blows follow one another, each in a time of its own, with all kinds in turn. The rest is `plan`'s.
    """
    rng = Random(f"{seed} sets")  # noqa: S311 - a plan is repeatable, not secret
    sets: dict[str, list[str]] = {}
    for name in members:
        sets.setdefault(set_of(name), []).append(name)
    count, seconds = round(faults * SHARE), lasting.total_seconds()
    blows = plan(faults - count - len(disks), lasting, seed, stages, [], pabxes=pabxes, supervisor=True)
    blows += [lasting_one(rng, disk, (0, seconds), LONGEST_S, "full") for disk in disks]
    for number, several in enumerate(sorted(sets.items())):
        share = count // len(sets) + (number < count % len(sets))
        blows += _one_set(rng, share, seconds / max(1, share), several, small)
    return sorted(blows, key=lambda blow: blow.at)


def _one_set(rng: Random, count: int, slot: float, several: tuple[str, list[str]], small: Collection[str]) -> Iterator[Blow]:
    """`slot`: seconds of each. `several`: the set and its members."""
    name, members = several
    small = [one for one in members if one in small]
    turns, targets = in_turn(rng, possible(KINDS[name], small)), in_turn(rng, members)
    for number, kind in enumerate(islice(turns, count)):
        target = rng.choice(small) if kind == "full" else next(targets)
        since = number * slot
        if kind in LASTING:
            yield lasting_one(rng, target, (since, since + ENDS * slot), min(LONGEST_S, (ENDS - BEGINS) * slot), kind)
        else:
            yield Blow(rng.uniform(since, since + BEGINS * slot), target, kind)
