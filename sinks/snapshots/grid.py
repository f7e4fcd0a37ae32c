"""Which quarters of an hour have a row, and which rows stay: pure, no I/O.

What stays is the last of its hour, then of its local day: so thinning never changes what a day ended with.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from schemas.figures.snapshots import STEP, quarter

HOURLY_AFTER = timedelta(days=30)
DAILY_AFTER = timedelta(days=365)
LAST_HOUR = 23
LAST_MINUTE = 45
LATE = timedelta(minutes=5)
"""So long after its beginning a quarter of an hour can still be measured."""


def is_kept(at: datetime, now: datetime, clock: ZoneInfo) -> bool:
    """Whether the row of the quarter `at` stays at `now`, both aware. `clock`: of the instance."""
    age = now - at
    if age <= HOURLY_AFTER:
        return True
    local = at.astimezone(clock)
    return local.minute == LAST_MINUTE and (age <= DAILY_AFTER or local.hour == LAST_HOUR)


def thinned(rows: Iterable[datetime], now: datetime, clock: ZoneInfo) -> list[datetime]:
    """Those of `rows` that go."""
    return [at for at in rows if not is_kept(at, now, clock)]


def holes(have: Collection[datetime], since: datetime, now: datetime, clock: ZoneInfo) -> Iterator[datetime]:
    """Quarters from `since` on without a row, in their order: but for one that can still be measured, all until now."""
    at = quarter(since)
    while can_be_filled(at, now):
        if at not in have and is_kept(at, now, clock):
            yield at
        at += STEP


def can_be_filled(at: datetime, now: datetime) -> bool:
    """It has begun, and is too old to be measured."""
    return now - at > LATE


def can_be_measured(at: datetime, now: datetime) -> bool:
    """Whether what is asked at `now` is true of the quarter `at`."""
    return timedelta() <= now - at <= LATE
