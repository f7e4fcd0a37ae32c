"""Holidays and calling hours of one instance: the gate of all its debtors. Pure: the library's tables are data."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

import holidays

from schemas.instances import Instance
from schemas.queue import Closed

LOOKED_AHEAD = 366
"""Days. Whoever has hours at all is open on one of them: no weekday is a holiday all year."""


@dataclass(frozen=True, slots=True)
class Gate:
    """`closed`: why nobody may be called; None where it is open. `opens_at`: when that ends, aware; None if never."""

    closed: Closed | None = None
    opens_at: datetime | None = None


@lru_cache(maxsize=256)
def _holidays(state: str, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("BR", subdiv=state, years=year))


def is_holiday(state: str, day: date) -> bool:
    """National or of the state (UF)."""
    return day in _holidays(state, day.year)


def is_open(instance: Instance, now: datetime) -> bool:
    """Whether `now` lies in the instance's window of its local weekday, holidays aside."""
    here = now.astimezone(instance.clock)
    window = instance.rules.windows.get(here.weekday())
    return window is not None and window.opens <= here.time() < window.closes


def gate(instance: Instance, now: datetime) -> Gate:
    """The gate at `now` (any zone). A pause is named before a holiday, and that before the hour."""
    if instance.paused:
        return Gate("instance_paused")
    today = now.astimezone(instance.clock).date()
    if not _allowed(instance, today):
        return Gate("holiday", _opens_at(instance, now, today))
    if not is_open(instance, now):
        return Gate("outside_window", _opens_at(instance, now, today))
    return Gate()


def _allowed(instance: Instance, day: date) -> bool:
    return instance.rules.call_on_holidays or not is_holiday(instance.state, day)


def _opens_at(instance: Instance, now: datetime, today: date) -> datetime | None:
    for day in (today + timedelta(days=ahead) for ahead in range(LOOKED_AHEAD)):
        window = instance.rules.windows.get(day.weekday())
        if window is None or window.opens >= window.closes or not _allowed(instance, day):
            continue
        opens_at = datetime.combine(day, window.opens, instance.clock)
        if opens_at > now:
            return opens_at
    return None
