"""Everything that is known of one call, read when somebody opens it: what each witness said, and how it was placed."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo.errors import PyMongoError

from schemas.attempts import ATTEMPTS, AttemptState
from schemas.errors import RetryLater
from schemas.evidence import Piece, Witness
from schemas.figures.call_list import evidence_pipeline
from schemas.runtime.mongo import Database, aggregated
from schemas.views import EVIDENCE

Row = Mapping[str, Any]
QUERY_MS = 5_000


@dataclass(frozen=True, slots=True)
class Said:
    """One record or event of a witness, in the PABX's own words (`schemas.evidence`). `at`: when it was read."""

    witness: Witness
    piece: Piece
    at: datetime
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Placed:
    """How an attempt was placed, as `originate` wrote it down. `reason`: why it was refused, or is unclear."""

    state: AttemptState
    at: datetime
    changed_at: datetime
    pabx: str
    reason: str


@dataclass(frozen=True, slots=True)
class Told:
    """`placed`: None where the attempt is not kept any more."""

    said: tuple[Said, ...]
    placed: Placed | None


LookUp = Callable[[str, str], Awaitable[Told]]
"""Of an instance and an attempt. Raises RetryLater."""


def said(row: Row) -> Said:
    """A document of the view `evidence`; what a witness left empty is left out."""
    fields = tuple((name, text) for name, text in row["fields"].items() if text)
    return Said(row["witness"], row["piece"], row["at"], fields)


def placed(row: Row) -> Placed:
    """A document of `attempts`."""
    return Placed(row["state"], row["at"], row["changed_at"], row.get("pabx") or "", row.get("reason") or "")


async def look_up(database: Database, instance: str, attempt: str) -> Told:
    """The call, as MongoDB has it now. Raises RetryLater where it is away."""
    try:
        found = await aggregated(database, EVIDENCE, evidence_pipeline(instance, attempt), QUERY_MS)
        kept = await database[ATTEMPTS].find_one({"_id": attempt, "instance": instance}, max_time_ms=QUERY_MS)
    except PyMongoError as exc:
        raise RetryLater(type(exc).__name__) from exc
    return Told(
        tuple(said(row) for row in sorted(found, key=lambda row: (row["at"], row["_id"]))), placed(kept) if kept else None
    )
