"""What a PABX's answer to a call means: it rings, it does not, or nobody knows. Pure.

Only an answer of Asterisk's own says no: a proxy's page may stand before a call that was placed. What is known of ARI:
`schemas/ASTERISK.md`.
"""

import re
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from pydantic import BaseModel, TypeAdapter, ValidationError

from schemas.calls import Answer
from schemas.model import Instant
from schemas.said import Said

OK = 200
REFUSING = (400, 401, 403)
"""Somebody must mend the instance's configuration, or the PABX's user."""
NO_TRUNK = "allocation failed"
NO = {(500, NO_TRUNK), (503, "asterisk not booted"), (503, "not booted")}
NOT_FOUND = 404
IS_OURS = re.compile(r"^[0-7][0-9A-HJKMNP-TV-Z]{25}$")
INSTANT: TypeAdapter[datetime] = TypeAdapter(Instant)


class Channel(BaseModel):
    """One of a list."""

    id: str


CHANNELS = TypeAdapter(list[Channel])


class Answered(NamedTuple):
    """`detail`: for people. `started_at`: by the PABX's clock, None where it did not say.

    `holds`: the status for which the whole instance is held (one of `REFUSING`), 0 where it is not; also where a proxy says
    it in words of its own, which leaves the call itself unclear. `of_route`: the PABX is there and refuses this endpoint, as
    where a trunk is down: no matter of its other instances.
    """

    answer: Answer
    detail: str = ""
    started_at: datetime | None = None
    holds: int = 0
    of_route: bool = False


def answered(said: Said) -> Answered:
    """To a POST."""
    if not said.sent:
        return Answered("refused", f"the PABX cannot be reached ({said.failure})")
    match said.status:
        case 0:
            return Answered("unclear", f"no answer ({said.failure})")
        case 200:
            return Answered("ringing", started_at=started_at(said))
        case 409:
            return Answered("ringing", "its id lives at the PABX already")
        case _:
            return _not_placed(said)


def _not_placed(said: Said) -> Answered:
    message, holds = _message(said), said.status if said.status in REFUSING else 0
    if message is None:
        return Answered("unclear", f"answered {said.status} without Asterisk's own words", holds=holds)
    detail = f"answered {said.status} {message}".strip()
    if holds or said.status == NOT_FOUND or (said.status, message.lower()) in NO:
        of_route = said.status == NOT_FOUND or message.lower() == NO_TRUNK
        return Answered("refused", detail, holds=holds, of_route=of_route)
    return Answered("unclear", detail)


def living(said: Said) -> Answered | None:
    """To the question after one channel; None where it does not live, or nobody knows."""
    return Answered("ringing", started_at=started_at(said)) if said.status == OK and _json(said) is not None else None


def started_at(said: Said) -> datetime | None:
    """When the channel in the answer was made."""
    try:
        return INSTANT.validate_python((_json(said) or {}).get("creationtime"))
    except ValidationError:
        return None


def ours(said: Said) -> frozenset[str] | None:
    """Of a list of channels, the ids that are attempts of ours; None where the answer is no such list."""
    try:
        listed = CHANNELS.validate_json(said.body)
    except ValidationError:
        return None
    return frozenset(one.id for one in listed if IS_OURS.match(one.id)) if said.status == OK else None


def _json(said: Said) -> dict[str, Any] | None:
    if said.content_type.partition(";")[0].strip().lower() != "application/json":
        return None
    try:
        found = orjson.loads(said.body)
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None


def _message(said: Said) -> str | None:
    """Asterisk's words; None where it is not Asterisk that speaks."""
    found = _json(said)
    if found is None:
        return None
    text = found.get("message", found.get("error"))
    return text[:200] if isinstance(text, str) else None
