"""`erp.sweep.v1`: a poll never tells a partial truth (`ARCHITECTURE.md`)."""

from typing import Literal

from pydantic import Field

from schemas.model import InstanceName, Instant, Model
from schemas.rows import Kind

Phase = Literal["started", "reading", "completed", "failed"]


class Sweep(Model):
    """One complete reading of one kind of row, or why it was not complete; while it lasts, now and then how far it is.

    `rows` were read, `published` were new or differed, `absent` had left the query and were read again by id.
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
    error: str = ""
