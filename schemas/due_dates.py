"""A bill without a day on which it is due, or with an impossible one: it is owed, never late, and never called for. Pure.

No day is told by `NO_DUE_DATE`, not by a gap: whoever compares it with today, as readers of earlier versions do, finds a
bill that is not late.
"""

from datetime import date, timedelta

NO_DUE_DATE = date.max
FIRST = date(2000, 1, 1)
"""Before the providers that we know existed; a bill lapses five years after its day anyhow (Código Civil, art. 206)."""
AHEAD = timedelta(days=3_653)
"""Ten years. A booklet runs for one or two, the longest agreement for five; what lies further ahead is a mistyped year."""


def is_meant(due_on: date, today: date) -> bool:
    """Whether a bill can be due on that day, for whoever looks at it on `today`."""
    return FIRST <= due_on <= last(today)


def last(today: date) -> date:
    """The last due date that is meant."""
    return today + AHEAD if today < date.max - AHEAD else date.max - timedelta(days=1)
