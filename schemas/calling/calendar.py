"""Holidays and calling hours of one instance. Pure: the library's tables are data."""

from datetime import date, datetime
from functools import lru_cache

import holidays

from schemas.instances import Instance


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
