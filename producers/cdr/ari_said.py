"""ARI's events as evidence. Pure: of all that a PABX tells, what ends a call, what AMD found, and when it rang.

A channel's id is the attempt (its second half's `ATTEMPT;2`), as `originate` gave it; ARI tells no linkedid.
"""

from collections.abc import Mapping
from typing import Any

import orjson

from producers.cdr.lines import text
from producers.cdr.pieces import Said, event, named_in
from schemas.errors import RejectRecord

VARIABLES = frozenset({"AMDSTATUS", "AMDCAUSE"})
STATES = frozenset({"Ringing", "Up"})


def said(raw: bytes) -> Said | None:
    """None of what is of no interest, or names no attempt. Raises RejectRecord."""
    if not named_in(raw):
        return None
    try:
        found = orjson.loads(text(raw))
    except orjson.JSONDecodeError:
        raise RejectRecord("no JSON", field="event") from None
    if not isinstance(found, dict):
        raise RejectRecord("not one JSON object", field="event")
    match found.get("type"):
        case "ChannelDestroyed":
            return _of(found, "channel", cause=found.get("cause"), cause_txt=found.get("cause_txt"))
        case "ChannelVarset" if found.get("variable") in VARIABLES:
            return _of(found, "channel", variable=found["variable"], value=found.get("value"))
        case "ChannelStateChange" if _channel(found, "channel").get("state") in STATES:
            return _of(found, "channel", state=_channel(found, "channel")["state"])
        case "Dial" if found.get("dialstatus"):
            return _of(found, "peer", dialstatus=found["dialstatus"])
        case _:
            return None


def _of(found: Mapping[str, Any], which: str, **more: Any) -> Said:  # noqa: ANN401 - JSON
    channel = _channel(found, which)
    told = {"type": found["type"], "timestamp": found.get("timestamp"), "channel": channel.get("name"), **more}
    fields = {name: str(value) for name, value in told.items() if value is not None}
    caller = _channel(found, "caller") if which == "peer" else {}
    return event("ari", fields, str(channel.get("id", "")), str(caller.get("id", "")))


def _channel(found: Mapping[str, Any], which: str) -> Mapping[str, Any]:
    channel = found.get(which, {})
    if not isinstance(channel, dict):
        raise RejectRecord(f"{which} is no channel", field=which)
    return channel
