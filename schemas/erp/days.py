"""Readers of days: a day, none, or ValueError, whose message never holds the text. One for each purpose, shared by all ERPs.

A day is `YYYY-MM-DD` or, as Brazilians write it, `DD/MM/YYYY` or `D/M/YYYY`, with `-`, `/` or `.` between; a time of day
behind it is cut off. An instant with an offset is a day of the instance's zone. `order` tells where day and month of the
second form stand.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from schemas.due_dates import FIRST, NO_DUE_DATE, is_meant
from schemas.erp.values import MONTHS, day_of_form
from schemas.nothing import is_no_day
from schemas.rows import ErpRow

CLOCK = r"(?:[ T](?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]+)?)?)?"
YEAR_FIRST = re.compile(rf"([0-9]{{4}})([-/.])([0-9]{{2}})\2([0-9]{{2}}){CLOCK}")
DAY_FIRST = re.compile(rf"([0-9]{{1,2}})([-/.])([0-9]{{1,2}})\2([0-9]{{4}}){CLOCK}")
INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2}(?::[0-9]{2})?)(?:[.,][0-9]+)?(Z|[+-][0-9]{2}(?::?[0-9]{2})?)"
)
Order = Literal["", "mdy", "doubtful"]
"""Of day and month before a year: "" day first; "doubtful": the instance writes both, and a day above 12 alone tells."""
NO_DATE = "not a date YYYY-MM-DD or DD/MM/YYYY"
PAID_AHEAD = timedelta(days=45)
"""So much later than a row was seen a payment may be dated: what was paid by card is booked a month later."""
UNTIMED = date(2099, 1, 1)
"""When a row was seen whose day of payment was judged when it came: a replay must not judge it again."""


@lru_cache(maxsize=10_000)
def local_day(written: str, zone: str, order: str = "") -> date:
    """`zone`: the instance's, "" where it is not known: then an instant is refused."""
    bare = written.strip()
    if found := INSTANT.fullmatch(bare):
        return _day_of_instant(found, zone)
    try:
        if found := YEAR_FIRST.fullmatch(bare):
            return date(int(found[1]), int(found[3]), int(found[4]))
        if found := DAY_FIRST.fullmatch(bare):
            return _in_order(int(found[4]), int(found[1]), int(found[3]), order)
    except AmbiguousError:
        raise
    except ValueError:
        pass
    raise ValueError(NO_DATE)


class AmbiguousError(ValueError):
    """Two days may be meant."""


@lru_cache(maxsize=10_000)
def order_of(written: str) -> str | None:
    """What a day before its year shows: "dmy", "mdy", or "" where it may be both. None for what is not written so.

    "bare" where it may be both and lacks a zero: Brazilian programs write zeros, those that leave them out the month first.
    """
    found = DAY_FIRST.fullmatch(written.strip())
    if found is None or is_no_day(written):
        return None
    first, second, year = int(found[1]), int(found[3]), int(found[4])
    shown = "dmy" if second <= MONTHS < first else "mdy" if first <= MONTHS < second else ""
    month, day = sorted((first, second))
    try:
        date(year, month, day)
    except ValueError:
        return ""
    return shown or ("bare" if month != day and len(found[1] + found[3]) < len("DDMM") else "")


@lru_cache(maxsize=10_000)
def is_day(written: str) -> bool:
    """Whether it is written as a day, whichever order it has and whether or not that day can be meant."""
    bare = written.strip()
    if found := INSTANT.fullmatch(bare):
        return _is_day_in_some_order(*map(int, found[1].split("-")))
    if found := YEAR_FIRST.fullmatch(bare):
        return _is_day_in_some_order(int(found[1]), int(found[3]), int(found[4]))
    found = DAY_FIRST.fullmatch(bare)
    return found is not None and _is_day_in_some_order(int(found[4]), int(found[1]), int(found[3]))


def _in_order(year: int, first: int, second: int, order: str) -> date:
    month_first = order == "mdy"
    if order == "doubtful" and first != second:
        if max(first, second) <= MONTHS:
            raise AmbiguousError("not a date of which the instance's others show where day and month stand")
        month_first = second > MONTHS
    return date(year, first, second) if month_first else date(year, second, first)


def _day_of_instant(found: re.Match[str], zone: str) -> date:
    """A DATE through Node is its midnight, local or of UTC, where the program ran: no date is meant at 21 h of the eve."""
    if not zone:
        raise ValueError("an instant, without the zone that tells its day")
    try:
        at = datetime.fromisoformat(f"{found[1]}T{found[2]}{found[3]}").astimezone(UTC)
        return at.date() if at.time() == time(0) else at.astimezone(ZoneInfo(zone)).date()
    except (ValueError, OverflowError):
        raise ValueError(NO_DATE) from None


def due_day(written: str, order: str, event: ErpRow) -> date:
    """NO_DUE_DATE where there is none or an impossible one. Raises ValueError for what is neither a day nor nothing."""
    return NO_DUE_DATE if is_no_day(written) else _meant(local_day(written, event.zone, order), event)


def due_day_of_form(written: str, form: str, order: str, event: ErpRow) -> date:
    """As `due_day`, where day and month behind a year stand as in `form` ("": not known). An impossible year needs none."""
    if is_no_day(written):
        return NO_DUE_DATE
    found = YEAR_FIRST.fullmatch(written.strip())
    if found is None:
        return due_day(written, order, event)
    if not _may_be_meant(int(found[1]), event) and _is_day_in_some_order(*map(int, found.group(1, 3, 4))):
        return NO_DUE_DATE
    return _meant(day_of_form(written.strip().replace(found[2], "-", 2), form), event)


def closing_day(written: str, order: str, event: ErpRow) -> date | None:
    """On which day a bill was paid; None where it was not. Raises ValueError for what is neither a day nor nothing."""
    return None if is_no_day(written) else _paid(local_day(written, event.zone, order), UNTIMED)


def closing_day_of_form(written: str, form: str, order: str, event: ErpRow) -> date | None:
    """As `closing_day`, where day and month behind a year stand as in `form`."""
    if is_no_day(written):
        return None
    is_plain = YEAR_FIRST.fullmatch(written.strip()) and "-" in written
    day = day_of_form(written, form) if is_plain else local_day(written, event.zone, order)
    return _paid(day, event.seen_at.date())


def is_unpaid(written: str, seen: date, order: str = "") -> bool:
    """Whether a day of payment in a row seen on the day `seen` is none.

    Raises ValueError for what is neither nothing nor a day that can have come: it never closes a bill.
    """
    if not is_no_day(written):
        _paid(local_day(written, "UTC", order), seen)  # which day it is hardly matters here
        return False
    return True


def _meant(day: date, event: ErpRow) -> date:
    return day if is_meant(day, event.seen_at.date()) else NO_DUE_DATE


def _may_be_meant(year: int, event: ErpRow) -> bool:
    return any(is_meant(date(year, *edge), event.seen_at.date()) for edge in ((1, 1), (12, 31)) if year)


def _is_day_in_some_order(year: int, second: int, third: int) -> bool:
    month, day = sorted((second, third))
    try:
        date(max(year, 1), month, day)
    except ValueError:
        return False
    return month <= MONTHS


def _paid(day: date, seen: date) -> date:
    if not FIRST <= day <= seen + PAID_AHEAD:
        raise ValueError("a day on which nothing was paid")
    return day
