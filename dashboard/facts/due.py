"""The due dates that a page's filters leave (pure)."""

from datetime import date

from dashboard.facts.asked import BANDS, Filters
from schemas.figures.narrow import By, Narrow, aged

SHORT_DAYS = 7
"""Up to so many days late is short term, above it long term (`ARCHITECTURE.md`, "Words")."""


def narrowed(filters: Filters, today: date, raws: dict[By, tuple[str, ...]] | None = None, *, band: bool = True) -> Narrow:
    """All of the filters on due dates at once, on the local date `today`; of the ages only where `band`."""
    firsts, lasts = [filters.since, filters.due_on], [filters.until, filters.due_on]
    if band and filters.band in BANDS:
        first, last = aged(today, *BANDS[filters.band])
        firsts.append(first)
        lasts.append(last)
    return Narrow(
        max((each for each in firsts if each), default=None), min((each for each in lasts if each), default=None), raws or {}
    )


def is_short(due_on: date, today: date) -> bool:
    """Short term, of what is overdue."""
    return (today - due_on).days <= SHORT_DAYS
