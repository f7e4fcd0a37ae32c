"""`erp.sweep.v1`: a poll never tells a partial truth."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, Self

from pydantic import Field

from schemas.model import InstanceName, Instant, Model
from schemas.rows import Kind

Phase = Literal["started", "reading", "completed", "failed", "held"]
"""`held`: everything was read, but so many rows are missing that nothing was closed until somebody believes it."""


class Sweep(Model):
    """One complete reading of one kind of row, or why it was not complete; while it lasts, now and then how far it is.

    `rows` were read, `published` were new or differed, `absent` had left the query and were read again by id. Of the `known`
    rows, members before the sweep, `missing` were not found by their id either, or left without being paid or cancelled:
    these are what a completed sweep closes.

    What it came to: of the known rows `kept` are members still; `closed` were told as paid, cancelled or gone since the last
    completed sweep, `lost` as rows of which nothing tells what became of them; `refused` could not be read, and have their
    letters. `change`: how many more members there are than after the last completed sweep (after a start of the poller:
    than before this one). `notes`: what had to be worked around, a sentence each. `suppressed`: of the `rows`, those
    of people who were erased, which are not published. `as_of`: how old the truth is that it told, where that is not when it
    was read: the time of change of the oldest file, never later than `at`.
    """

    instance: InstanceName
    erp: str
    kind: Kind
    sweep: str
    phase: Phase
    at: Instant
    pages: int = Field(default=0, ge=0)
    rows: int = Field(default=0, ge=0)
    published: int = Field(default=0, ge=0)
    absent: int = Field(default=0, ge=0)
    known: int = Field(default=0, ge=0)
    missing: int = Field(default=0, ge=0)
    error: str = ""
    kept: int = Field(default=0, ge=0)
    closed: int = Field(default=0, ge=0)
    lost: int = Field(default=0, ge=0)
    refused: int = Field(default=0, ge=0)
    change: int = 0
    notes: tuple[str, ...] = ()
    suppressed: int = Field(default=0, ge=0)
    as_of: Instant | None = None

    @property
    def told_at(self) -> datetime:
        """How old the truth is that it told."""
        return self.as_of or self.at

    def as_old_as(self, as_of: datetime | None) -> Self:
        """With something that is so old (None: as old as its reading): what is told is as old as the oldest of it."""
        if as_of is None or (self.as_of is not None and self.as_of <= as_of):
            return self
        return self.model_copy(update={"as_of": as_of})


def told_at(document: Mapping[str, Any]) -> Any:  # noqa: ANN401 - as old as a database's own field
    """As `Sweep.told_at`, of a document of the view `sweeps`."""
    return document.get("as_of") or document.get("at")
