"""What the judge is told: who may be rung when, from the fiction alone and by no rule of the system's own.

What somebody does is known a little later: the ERP is read once a minute. So long what was allowed before is no fault.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from deploy.simulation import states
from deploy.simulation.people import HOME, Account, Person, Span
from deploy.simulation.providers import HOURS, LIMITS, MAX_DAYS, MIN_DAYS

POLLED_S = 65
READ_S = 6
"""Controls are looked at right before a call, at most so long."""

Pairs = list[list[str | None]]


def people(persons: Iterable[Person], thought_of: Mapping[str, Span], years: Iterable[int]) -> dict[str, Any]:
    """As the checker reads it. `thought_of`: one more block, by a person's id."""
    return {
        "rules": LIMITS,
        "windows": {day: [opens.isoformat(), closes.isoformat()] for day, (opens, closes) in HOURS.items()},
        "states": states.told(years),
        "people": [_person(person, thought_of.get(person.id)) for person in persons],
    }


def _person(person: Person, thought_of: Span | None) -> dict[str, Any]:
    return {
        "id": person.id,
        "state": person.state,
        "numbers": person.numbers,
        "owes": [pair for account in person.accounts for pair in _owes(account)],
        "blocked": list(_blocked(person, thought_of)),
    }


def _owes(account: Account) -> Iterator[list[str | None]]:
    """While a bill is late enough, and not too late, and not paid."""
    slack = timedelta(seconds=POLLED_S)
    for bill in account.bills:
        first = _midnight(account, bill.due_on + timedelta(days=MIN_DAYS))
        ends = [_midnight(account, bill.due_on + timedelta(days=MAX_DAYS + 1))]
        ends += [bill.paid_at + slack] if bill.paid_at else []
        if first < min(ends):
            yield [first.isoformat(), min(ends).isoformat()]


def _blocked(person: Person, thought_of: Span | None) -> Iterator[list[str | None]]:
    known, polled = timedelta(seconds=READ_S), timedelta(seconds=POLLED_S)
    for at, until in person.promised:
        # by the first of its providers' clocks to have that day behind it
        ends = min(_midnight(account, until + timedelta(days=1)) for account in person.accounts)
        yield from _pair(at + known, ends)
    for span in (*person.blocked, *([thought_of] if thought_of else [])):
        yield from _pair(span.first + known, span.end)
    if person.left_out is not None:
        yield from _pair(person.left_out.first + polled, person.left_out.end)


def _pair(first: datetime, end: datetime | None) -> Pairs:
    return [[first.isoformat(), end.isoformat() if end else None]] if end is None or first < end else []


def _midnight(account: Account, day: date) -> datetime:
    """The first instant of a day by the provider's clock."""
    zone = ZoneInfo(states.zone(HOME[account.instance]))
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
