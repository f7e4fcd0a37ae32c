"""Evidence in a line each."""

from schemas.evidence import Evidence, Piece, Witness
from tests.strategies import SEEN

ATTEMPT = "01KEZ0000000000000000000AA"


def piece(kind: Piece, witness: Witness, **fields: str) -> Evidence:
    return Evidence(instance="norte", code="1042", attempt=ATTEMPT, witness=witness, piece=kind, fields=fields, seen_at=SEEN)


def row(disposition: str, **fields: str) -> Evidence:
    """A record of the attempt's own channel."""
    return piece("record", "csv", **{"channel": "PJSIP/trunk-01", "uniqueid": ATTEMPT, "disposition": disposition, **fields})


def event(kind: str, **fields: str) -> Evidence:
    """Of the attempt's own channel."""
    return piece("event", "ari", type=kind, **fields)


def varset(variable: str, value: str) -> Evidence:
    return event("ChannelVarset", variable=variable, value=value)


def gone(cause: str = "16", **fields: str) -> Evidence:
    return event("ChannelDestroyed", cause=cause, **fields)
