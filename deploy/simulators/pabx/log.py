"""The lines of the PABX's own log; the package says what they mean. Pure."""

from datetime import UTC, datetime
from typing import Any, NamedTuple

import orjson

from deploy.simulators.pabx.callees import Outcome


class Line(NamedTuple):
    """One line."""

    body: dict[str, Any]

    @property
    def printed(self) -> bytes:
        """With its end."""
        return orjson.dumps(self.body) + b"\n"


class Call(NamedTuple):
    """What is known of a call before it ends."""

    channel_id: str
    number: str
    dialled: str
    start: datetime
    answer: datetime | None


def rang(channel_id: str, number: str, dialled: str, now: datetime) -> Line:
    """A call was placed."""
    return Line({"what": "rang", "id": channel_id, "number": number, "dialled": dialled, "at": _utc(now)})


def ended(call: Call, end: datetime, outcome: Outcome, cause: int | None, *, recorded: bool) -> Line:
    """It is over."""
    return Line(
        {
            "what": "ended",
            "id": call.channel_id,
            "number": call.number,
            "dialled": call.dialled,
            "start": _utc(call.start),
            "answer": _utc(call.answer) if call.answer else None,
            "end": _utc(end),
            "outcome": outcome,
            "cause": cause,
            "recorded": recorded,
        }
    )


def restarted(now: datetime) -> Line:
    """Everything that was going on is gone."""
    return Line({"what": "restarted", "at": _utc(now)})


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
