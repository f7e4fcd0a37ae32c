"""How far each stage is, judged by the heartbeats of its processes (pure; every age is against a given `now`).

A stage has passed everything that was published before an instant if each of its processes was, later than that, at the
end of what it reads. A heartbeat says how far one was no longer than `MEASURED` before it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from dashboard.facts.levels import Level
from schemas.calling.freshness import MAX_LAG
from schemas.stages import BEAT_S, SILENT_AFTER, Heartbeat

PASSING = ("hydrate", "dialer", "views")
"""Through these each row of the ERP reaches the screen, in this order."""
READING = "erp-poller"
CALLING = ("cdr-poller", "classify", "originate")
"""Only providers with a PABX need them."""
WRITING = "views"
"""Every other stage is heard through this one."""

Trouble = Literal["", "absent", "silent", "stuck", "behind"]
"""`absent`: no process of it is known. `silent`: one is not heard any more, and nobody has its share."""

MEASURED = timedelta(seconds=BEAT_S + 5)
"""A process looks how far it is once a beat, and waits 5 s at most for the broker to tell."""
FEW = 500
"""Records. A loop that turns, and for which no more wait, is busy with what has just come: one turn takes thousands."""
STOPPED_AFTER = timedelta(seconds=120)
"""Silent for so long, a stage alarms; together with a refresh of a minute that is less than three minutes."""


@dataclass(frozen=True, slots=True)
class Stage:
    """`since`: when its `trouble` began, None where nobody knows. `lag`: records that wait, None where nobody says.

    `passed`: what was published before has gone through it; None where that was never seen.
    """

    name: str
    level: Level
    trouble: Trouble = ""
    since: datetime | None = None
    passed: datetime | None = None
    lag: int | None = None


def needed(*, calls: bool) -> tuple[str, ...]:
    """The stages that must be there, in the order of the data. `calls`: some provider has a PABX."""
    return (READING, *PASSING, *(CALLING if calls else ()))


def stages(
    names: Iterable[str], beats: Collection[Heartbeat], before: Mapping[str, datetime], now: datetime
) -> tuple[Stage, ...]:
    """The stages of these `names`. `before`: what each had `passed` when somebody last looked."""
    return tuple(_stage(name, [one for one in beats if one.stage == name], before.get(name), now) for name in names)


def passed(found: Iterable[Stage]) -> datetime | None:
    """Everything published before it has reached the views; None where nothing is known of a stage on the way."""
    of = {one.name: one.passed for one in found}
    known = [at for name in PASSING if (at := of.get(name)) is not None]
    return min(known) if len(known) == len(PASSING) else None


def is_deaf(beats: Collection[Heartbeat], now: datetime) -> bool:
    """Nobody is heard, though somebody was: either everything stands, or what carries the heartbeats does."""
    return bool(beats) and not any(_is_heard(one, now) for one in beats)


def _is_heard(beat: Heartbeat, now: datetime) -> bool:
    return now - beat.at <= SILENT_AFTER


def _stage(name: str, beats: Collection[Heartbeat], before: datetime | None, now: datetime) -> Stage:
    if not beats:
        return Stage(name, "stopped", "absent", before, before)
    missed = list(_missed(beats, now))
    here = [one for one in beats if _is_heard(one, now)] + missed
    lags = [one.lag for one in here if one.lag is not None]
    lag = sum(lags) if lags else None
    through = _through(here, before, now)
    level, trouble, since = _judged(here, missed, through, now)
    return Stage(name, level, trouble, since, through, lag)


def _missed(beats: Collection[Heartbeat], now: datetime) -> Iterator[Heartbeat]:
    """Those that are silent, and whose share nobody has taken over. Where nobody is heard at all, only the newest."""
    heard = [one for one in beats if _is_heard(one, now)]
    if not heard:
        yield max(beats, key=lambda one: one.at)
        return
    taken = {share for one in heard for share in _shares(one)}
    newest: dict[tuple[str, int], Heartbeat] = {}
    for one in sorted(beats, key=lambda one: one.at):
        newest |= dict.fromkeys(_shares(one), one)
    yield from {one.worker: one for share, one in newest.items() if share not in taken}.values()


def _shares(beat: Heartbeat) -> Iterator[tuple[str, int]]:
    return ((held.topic, number) for held in beat.held for number in held.partitions)


def _through(here: Collection[Heartbeat], before: datetime | None, now: datetime) -> datetime | None:
    if not all(_is_at_the_end(one) for one in here):
        return before
    until = min(now, *(one.at - MEASURED for one in here))
    return until if before is None else max(before, until)


def _is_at_the_end(beat: Heartbeat) -> bool:
    if beat.lag is None or beat.stuck:
        return False
    turned = beat.progress is not None and beat.at - beat.progress <= MEASURED
    return beat.lag == 0 or (beat.lag <= FEW and turned)


def _judged(
    here: Collection[Heartbeat], missed: Collection[Heartbeat], through: datetime | None, now: datetime
) -> tuple[Level, Trouble, datetime | None]:
    if missed:
        since = min(one.at for one in missed)
        return "stopped" if now - since > STOPPED_AFTER else "late", "silent", since
    waiting = [(one, one.progress or one.since) for one in here if one.stuck or one.lag]
    stuck = [at for one, at in waiting if one.stuck or now - at > MAX_LAG]
    if stuck:
        since = min(stuck)
        return "stopped" if now - since > STOPPED_AFTER else "late", "stuck", since
    owes = any(one.lag or one.stage in PASSING for one in here) and not all(map(_is_at_the_end, here))
    if owes and (through is None or now - through > MAX_LAG):
        return "late", "behind", through
    return "fresh", "", None
