"""Holidays and calling hours: the gate of all debtors of one instance in one state. Pure: the library's tables are data."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

import holidays

from schemas.calling.hours import LAWS, state_of, window_of, zone_of
from schemas.instances import Instance, OptionalDay, Window
from schemas.queue import Closed

LOOKED_AHEAD = 366
"""Days. Whoever has hours at all is open on one of them: no weekday is a holiday all year."""
NAMES: dict[OptionalDay, str] = {
    "carnival": "Carnival",
    "corpus_christi": "Corpus Christi",
    "christmas_eve": "Christmas Eve",
    "new_years_eve": "New Year's Eve",
}
"""The library's names of days that are a holiday by custom, in English."""


@dataclass(frozen=True, slots=True)
class Gate:
    """`closed`: why nobody may be called; None where it is open. `opens_at`: when that ends, aware; None if never.

    `closes_at`: of an open gate, the first instant, aware, at which nobody may be called any more.
    """

    closed: Closed | None = None
    opens_at: datetime | None = None
    closes_at: datetime | None = None


@lru_cache(maxsize=512)
def _holidays(state: str, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("BR", subdiv=state, years=year))


@lru_cache(maxsize=512)
def _optional(state: str, year: int) -> dict[date, str]:
    return dict(holidays.country_holidays("BR", subdiv=state, years=year, categories="optional", language="en_US"))


def is_holiday(state: str, day: date) -> bool:
    """National or of the state (UF)."""
    return day in _holidays(state, day.year)


def is_free(instance: Instance, state: str, day: date) -> bool:
    """Whether `day` is a holiday there: national, of the state, by custom where the instance keeps it, or of its town."""
    if is_holiday(state, day) or day in instance.rules.municipal_holidays:
        return True
    found = _optional(state, day.year).get(day)
    # the library joins the names of one day with "; "
    return found is not None and any(NAMES[kept] in found.split("; ") for kept in instance.rules.optional_holidays)


def is_open(instance: Instance, now: datetime, uf: str = "") -> bool:
    """Whether `now` lies in the window of its local weekday, holidays aside."""
    here = now.astimezone(zone_of(instance, uf))
    window = window_of(instance, state_of(instance, uf), here.weekday())
    return window is not None and window.opens <= here.time() < window.closes


def gate(instance: Instance, now: datetime, uf: str = "") -> Gate:
    """The gate at `now` (any zone) of debtors in state `uf`; "" is the instance's own.

    A pause is named before a missing PABX, that before a holiday, and that before the hour.
    """
    if instance.paused:
        return Gate("instance_paused")
    if instance.pabx is None:
        return Gate("no_pabx")
    state, zone = state_of(instance, uf), zone_of(instance, uf)
    here = now.astimezone(zone)
    today = here.date()
    window = window_of(instance, state, today.weekday())
    if not _allowed(instance, state, today):
        return Gate("holiday", _opens_at(instance, now, uf))
    if window is None or not window.opens <= here.time() < window.closes:
        return Gate("outside_window", _opens_at(instance, now, uf))
    return Gate(closes_at=datetime.combine(today, window.closes, zone))


def _allowed(instance: Instance, state: str, day: date) -> bool:
    # where a state's law names hours, it forbids holidays: the instance cannot allow them
    return (instance.rules.call_on_holidays and state not in LAWS) or not is_free(instance, state, day)


def _opens_at(instance: Instance, now: datetime, uf: str) -> datetime | None:
    state, zone = state_of(instance, uf), zone_of(instance, uf)
    today = now.astimezone(zone).date()
    for day in (today + timedelta(days=ahead) for ahead in range(LOOKED_AHEAD)):
        window: Window | None = window_of(instance, state, day.weekday())
        if window is None or not _allowed(instance, state, day):
            continue
        opens_at = datetime.combine(day, window.opens, zone)
        if opens_at > now:
            return opens_at
    return None
