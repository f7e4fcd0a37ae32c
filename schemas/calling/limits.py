"""How often one person, or one number, may be rung: what objects at one instant, and until when. Pure.

A call counts from its mark until exactly so long after it: at 60 minutes it is out of the hour. "Day" is the local calendar
day, everything else rolls.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple, Protocol

from schemas.instances import Rules
from schemas.queue import HoldReason

HOUR = timedelta(hours=1)
SEVEN_DAYS = timedelta(days=7)
LEAST_GAP = timedelta(minutes=5)
"""Whatever is configured."""
NO_MARGIN = timedelta(0)


class Counted(Protocol):
    """A call as limits see it: `schemas.attempts.Mark`, `schemas.queue.PastCall`.

    `at`: aware. `open`: not known to have ended. `human`: it was a conversation.
    """

    @property
    def at(self) -> datetime: ...
    @property
    def open(self) -> bool: ...
    @property
    def human(self) -> bool: ...


class Limit(NamedTuple):
    """`until`: the first instant, in UTC, at which it objects no more, if nothing else rings; None: when the call ends."""

    reason: HoldReason
    until: datetime | None


def limits(
    marks: Iterable[Counted], rules: Rules, zone: tzinfo, now: datetime, margin: timedelta = NO_MARGIN
) -> tuple[Limit, ...]:
    """Every rule that objects to one more call at `now`, in the rules' order. `zone`: whose day.

    `margin` lengthens what rolls. A mark in the future, of a clock that was ahead, counts as of `now`.
    """
    return tuple(_limits(list(marks), rules, zone, now.astimezone(UTC), margin))


def longest(rules: Rules) -> timedelta:
    """After so long no call that has ended objects to another, however many there were; nor does a delay after one."""
    return max(SEVEN_DAYS, timedelta(minutes=rules.gap_minutes), timedelta(days=rules.rest_days_after_human))


def _limits(calls: list[Counted], rules: Rules, zone: tzinfo, now: datetime, margin: timedelta) -> Iterator[Limit]:
    times = sorted((call.at for call in calls), reverse=True)
    if any(call.open for call in calls):
        yield Limit("call_open", None)
    yield from _rolling("limit_hour", times, rules.per_hour, HOUR + margin, now)
    yield from _rolling("limit_gap", times, 1, max(timedelta(minutes=rules.gap_minutes), LEAST_GAP) + margin, now)
    today = now.astimezone(zone).date()
    if len(times) >= rules.per_day and times[rules.per_day - 1] >= _midnight(today, zone):
        yield Limit("limit_day", _midnight(today + timedelta(days=1), zone))
    yield from _rolling("limit_7_days", times, rules.per_7_days, SEVEN_DAYS + margin, now)
    if rules.rest_days_after_human:
        talked = sorted((call.at for call in calls if call.human), reverse=True)
        yield from _rolling("rest_after_human", talked, 1, timedelta(days=rules.rest_days_after_human) + margin, now)


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(0), zone).astimezone(UTC)


def _rolling(reason: HoldReason, times: list[datetime], most: int, length: timedelta, now: datetime) -> Iterator[Limit]:
    """`times`: newest first. The call that is `most` back from now must be out of `length` before another may come."""
    if len(times) >= most:
        until = min(times[most - 1].astimezone(UTC), now) + length
        if until > now:
            yield Limit(reason, until)
