"""An attempt: one reserved call, from the request to its outcome; and the marks that limits count (MongoDB collections).

Only `originate` writes `attempts` and `ledger`; no replay touches them (`ARCHITECTURE.md`, "Ringing twice is worse than not
at all").
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from pydantic import Field
from ulid import ULID

from schemas.model import Code, InstanceName, Instant, Model

ATTEMPTS = "attempts"
LEDGER = "ledger"
ATTEMPTS_KEPT = timedelta(days=180)
MARKS_KEPT = timedelta(days=8)
"""Longer than every rolling limit. A call of which nobody has told an end for so long goes on no more."""

AttemptId = Annotated[str, Field(pattern=r"^[0-7][0-9A-HJKMNP-TV-Z]{25}$")]
"""A ULID of 26 characters, made by the dialer: also Asterisk's `channelId`, and so the record's uniqueid and linkedid."""
Number = Annotated[str, Field(pattern=r"^\+[1-9][0-9]{6,14}$")]
Subject = Annotated[str, Field(min_length=3, max_length=160)]
AttemptState = Literal["reserving", "reserved", "ringing", "ended", "lost", "refused", "abandoned"]
Outcome = Literal[
    "human",
    "machine",
    "machine_presumed",
    "not_sure",
    "dropped",
    "busy",
    "no_answer",
    "congestion",
    "invalid_number",
    "failed",
    "lost",
]
DRY = "dry:"
"""Before the subjects of what was not rung: arming forgets them."""


def made_at(attempt: str) -> datetime:
    """When the dialer made it, in UTC."""
    return ULID.from_str(attempt).datetime.astimezone(UTC)


def subjects_of(
    instance: str, code: str, person: str, number: str, phones: Iterable[str], *, dry_run: bool
) -> tuple[str, ...]:
    """On whom a call counts, sorted: the client; the person where there is a valid document; the number rung.

    Without a document of every number of the debtor: so nobody who shares one has two budgets.
    """
    found = {f"client:{instance}:{code}", f"number:{number}"}
    found |= {f"person:{person}"} if person else {f"number:{phone}" for phone in phones}
    return tuple(sorted(f"{DRY}{subject}" if dry_run else subject for subject in found))


class Mark(Model):
    """One call of a subject. `open`: not known to have ended; `human`: it was a conversation."""

    attempt: AttemptId
    at: Instant
    open: bool = True
    human: bool = False


class Marks(Model):
    """One subject's document in `ledger`. `n` grows with every write: whoever replaces it names the one that he read."""

    subject: Subject
    n: int = Field(ge=0)
    calls: tuple[Mark, ...] = ()
    expires_at: Instant


class Attempt(Model):
    """One document of `attempts` (`_id` is the attempt). `at`: of its marks. `outcome`: once it is known.

    `reason`: why it was refused or is unclear, for people.
    """

    attempt: AttemptId
    state: AttemptState
    instance: InstanceName
    code: Code
    person: str = ""
    number: Number
    pabx: str
    subjects: tuple[Subject, ...]
    at: Instant
    changed_at: Instant
    ring_seconds: int = Field(default=30, ge=0)
    outcome: Outcome | None = None
    reason: str = ""
    dry_run: bool = False
