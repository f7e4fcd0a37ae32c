"""What the judge is told of Brazil's states: written down a second time, so that a slip in the rules' own tables is seen.

Clocks are plain offsets, as nothing is set forward or back in these months; hours are those of the laws that are known.
"""

from collections.abc import Iterable, Mapping
from datetime import date, time
from typing import Any

import holidays

WEST = {"AC": 5, "AM": 4, "MS": 4, "MT": 4, "RO": 4, "RR": 4}
"""Hours behind Greenwich, where it is not `EAST`."""
EAST = 3
NAMES = (
    "AC", "AL", "AM", "AP", "BA", "CE", "DF", "ES", "GO", "MA", "MG", "MS", "MT", "PA",
    "PB", "PE", "PI", "PR", "RJ", "RN", "RO", "RR", "RS", "SC", "SE", "SP", "TO",
)  # fmt: skip
WORKDAYS, SATURDAY, WEEK = range(5), 5, range(7)
WEEKDAY_HOURS = {"AL": (8, 20), "AM": (8, 18), "CE": (8, 18), "ES": (8, 19), "RJ": (9, 19), "SP": (8, 20)}
SATURDAY_HOURS = {"AL": (8, 14), "SP": (8, 14)}
BY_CUSTOM = ("2026-12-24", "2026-12-31", "2027-02-08", "2027-02-09", "2027-05-27", "2027-12-24", "2027-12-31")
"""Christmas Eve, New Year's Eve, Carnival's Monday and Tuesday, Corpus Christi."""

Hours = Mapping[str, tuple[str, str]]


def zone(state: str) -> str:
    """A zone's name; its sign is the other way round."""
    return f"Etc/GMT+{WEST.get(state, EAST)}"


def hours(state: str) -> Hours:
    """What the state allows, by weekday; a missing day is closed."""
    if state not in WEEKDAY_HOURS:
        return {str(day): ("00:00:00", "23:59:59.999999") for day in WEEK}
    allowed = {str(day): _span(*WEEKDAY_HOURS[state]) for day in WORKDAYS}
    if state in SATURDAY_HOURS:
        allowed[str(SATURDAY)] = _span(*SATURDAY_HOURS[state])
    return allowed


def days_off(state: str, years: Iterable[int]) -> list[str]:
    """National, of the state, and those by custom."""
    named: Iterable[date] = holidays.country_holidays("BR", subdiv=state, years=list(years))
    return sorted({*(day.isoformat() for day in named), *BY_CUSTOM})


def told(years: Iterable[int]) -> dict[str, Any]:
    """`states` as the checker reads them."""
    known = list(years)
    return {name: {"zone": zone(name), "windows": hours(name), "holidays": days_off(name, known)} for name in NAMES}


def _span(opens: int, closes: int) -> tuple[str, str]:
    return time(opens).isoformat(), time(closes).isoformat()
