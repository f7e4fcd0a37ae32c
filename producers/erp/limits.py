"""What an answer over HTTP may take, and when an ERP that asked for rest is asked again. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from schemas.errors import RetryLater

ANSWER_BYTES = 64 << 20
"""After decompression: a page of 5,000 rows has about 20 MB."""
TIMES_TIMEOUT = 3.0
"""A time-out is for each piece of an answer; all of it may take so many of them."""
LONGEST_REST = timedelta(days=1)
BUSY = (429, 503)


class AskedToWaitError(RetryLater):
    """The ERP answered that it wants to be left alone for a while."""


class TooLongError(RetryLater):
    """An answer has more bytes than any should have: the same question brings the same."""


def rest(status: int, headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How long the ERP asks to be left alone, at most a day; None where it does not.

    `Retry-After` is seconds, or a day and hour.
    """
    said = headers.get("retry-after", "").strip()
    if status not in BUSY or not said:
        return None
    if said.isascii() and said.isdecimal():
        return min(timedelta(seconds=float(said[:9])), LONGEST_REST)
    try:
        until = parsedate_to_datetime(said)
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max(until - now, timedelta()), LONGEST_REST)


def in_words(time: timedelta) -> str:
    """Rounded up: `40 s`, `10 min`, `3 h`."""
    seconds = -(-time // timedelta(seconds=1))
    for unit, size in (("h", 3_600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{-(-seconds // size)} {unit}"
    return f"{seconds} s"
