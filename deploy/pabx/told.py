"""A test call as `classify` would judge it, from what its witnesses said. Pure."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from deploy.pabx.checks import Check, own_record
from processors.classify.calls import begun, judged, placed, told
from processors.classify.reading import heard
from processors.classify.verdict import shape
from producers.cdr.pieces import Said, published
from producers.cdr.sql_table import began
from schemas.attempts import Outcome
from schemas.calls import Call, CallPlaced
from schemas.evidence import Evidence

CODE = "pabx-test"
"""In the place of a client's: a test call is nobody's attempt, and nothing of it is published."""
SPOKEN: frozenset[Outcome] = frozenset({"human", "machine", "machine_presumed", "not_sure"})
"""Somebody answered and stayed: then the dialplan or the app has spoken. An unknown one hangs up at once."""


class Told(NamedTuple):
    """`at`: when we heard it; `zone`: of times without an offset."""

    at: datetime
    said: Said
    zone: str


def call(placement: CallPlaced, pieces: Iterable[Told], *, over: bool) -> Call:
    """All of it together. `over`: nobody waits for more."""
    found = placed(begun(placement.instance, placement.code, placement.attempt), placement)
    for piece in pieces:
        found = told(found, heard(_evidence(placement, piece)))
    return judged(found, over=over)


def placement(instance: str, attempt: str, number: str, now: datetime, ring_seconds: int) -> CallPlaced:
    """As `originate` would publish it."""
    fields = {"instance": instance, "code": CODE, "attempt": attempt, "number": number, "at": now}
    return CallPlaced.model_validate({**fields, "answer": "ringing", "ring_seconds": ring_seconds})


def _evidence(placement: CallPlaced, piece: Told) -> Evidence:
    return Evidence(
        instance=placement.instance,
        code=CODE,
        attempt=placement.attempt,
        witness=piece.said.witness,
        piece=piece.said.piece,
        fields=published(piece.said),
        zone=piece.zone,
        seen_at=piece.at,
    )


def has_record(pieces: Iterable[Told]) -> bool:
    """Whether a call record has come."""
    return any(piece.said.piece == "record" for piece in pieces)


def rows(pieces: Iterable[Told]) -> list[dict[str, object]]:
    """What each witness said, in the order in which it came; nobody's number."""
    return [
        {
            "at": piece.at,
            "witness": f"{piece.said.witness} {piece.said.piece}",
            "said": ", ".join(f"{name} {value}" for name, value in published(piece.said).items() if value),
        }
        for piece in pieces
    ]


def checks(found: Call, pieces: list[Told], *, records: bool) -> list[Check]:
    """What the call proves. `records`: whether a record was to be expected."""
    return [_seen(found), *_records(found, pieces, expected=records)]


def _seen(found: Call) -> Check:
    said = f"{found.outcome}: {found.why}"
    if found.outcome in SPOKEN and shape(found.heard).answered:
        return Check("call seen to its end", "yes", said)
    if found.outcome == "lost":
        return Check("call seen to its end", "no", said, "no witness told its end: mend events or records first")
    if found.outcome in {"dropped", "failed"}:
        step = "do the context and the extension, or the app, exist? If so: answer, and stay on the line"
        return Check("call seen to its end", "no", said, step)
    step = "nobody answered, so nobody knows who would have spoken: take a telephone that you can answer"
    return Check("call seen to its end", "no", said, step)


def _records(found: Call, pieces: list[Told], *, expected: bool) -> list[Check]:
    record = next((piece for piece in pieces if piece.said.piece == "record"), None)
    if record is not None:
        return [own_record(began(record.said.fields.get("start")), record.zone, found.at)]
    if not expected:
        return []
    return [Check("record of the call", "?", "none came in time: is batch mode on, or is this another PABX's table?")]
