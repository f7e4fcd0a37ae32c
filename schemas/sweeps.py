"""`erp.sweep.v1`: a poll never tells a partial truth."""

from typing import Literal

from pydantic import Field

from schemas.model import InstanceName, Instant, Model
from schemas.rows import Kind

Phase = Literal["started", "reading", "completed", "failed", "held"]
"""`held`: everything was read, but so many rows are missing that nothing was closed until somebody believes it."""


class Sweep(Model):
    """One complete reading of one kind of row, or why it was not complete; while it lasts, now and then how far it is.

    `rows` were read, `published` were new or differed, `absent` had left the query and were read again by id. Of the `known`
    rows, members before the sweep, `missing` were not found by their id either: these are what a completed sweep closes.
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
