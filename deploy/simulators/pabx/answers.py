"""What a POST asks for, and how ARI answers; pure."""

import re
from base64 import b64decode
from collections.abc import Mapping
from typing import Any, Final, Literal, NamedTuple
from urllib.parse import parse_qsl

import orjson

from deploy.simulators.pabx.moments import Goal

VERSION: Final = "22.10.1"
REALM: Final = {"WWW-Authenticate": 'Basic realm="Asterisk REST Interface"'}
CALLER: Final = re.compile(r'^\s*"?(?P<name>[^"<]*?)"?\s*<(?P<number>[^>]*)>\s*$')
LEADING: Final = re.compile(r"\s*[+-]?\d+")
SECTIONS: Final = ("build", "system", "config", "status")

Right = Literal["write", "read"]
Users = Mapping[str, tuple[str, Right]]
"""By name: the password, and what it opens."""


def page(title: str, text: str) -> str:
    """What Asterisk's web server says where ARI does not. `title`: with the status, `404 Not Found`."""
    return f"""<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\r
<html><head>\r
<title>{title}</title>\r
</head><body>\r
<h1>{title.partition(" ")[2]}</h1>\r
<p>{text}</p>\r
<hr />\r
<address>Asterisk/{VERSION}</address>\r
</body></html>\r
"""


NOT_FOUND: Final = page("404 Not Found", "The requested URL was not found on this server.")


class Asked(NamedTuple):
    """Of a POST to `/ari/channels`."""

    channel_id: str
    endpoint: str
    timeout: float
    goal: Goal
    caller: Mapping[str, str]
    variables: Mapping[str, str]


class UnreadableError(ValueError):
    """The body is no JSON object."""


def asked(query: Mapping[str, str], body: bytes, media: str, channel_id: str = "") -> Asked:
    """From the query, then a form's or a JSON body's fields; the id in the path is stronger. Raises UnreadableError."""
    given: dict[str, Any] = {**query}
    match media.partition(";")[0].strip():
        case "application/x-www-form-urlencoded":
            given |= dict(parse_qsl(body.decode(errors="replace")))
        case "application/json" if body.strip():
            given |= _object(body)
    variables = given.get("variables")
    return Asked(
        channel_id or str(given.get("channelId", "")),
        str(given.get("endpoint", "")),
        number(given.get("timeout", 0)),
        Goal(
            str(given.get("context", "")),
            str(given.get("extension", "")),
            str(given.get("app", "")),
            str(given.get("appArgs", "")),
        ),
        caller(str(given.get("callerId", ""))),
        {str(name): str(value) for name, value in variables.items()} if isinstance(variables, dict) else {},
    )


def _object(body: bytes) -> dict[str, Any]:
    try:
        read = orjson.loads(body)
    except orjson.JSONDecodeError as exc:
        raise UnreadableError from exc
    if not isinstance(read, dict):
        raise UnreadableError
    return read


def number(value: Any) -> int:  # noqa: ANN401  # whatever JSON holds
    """As C's `atoi`: what does not begin with one is 0."""
    found = LEADING.match(str(value))
    return int(found[0]) if found else 0


def caller(text: str) -> dict[str, str]:
    """Of `"Name" <number>`; digits alone are a number."""
    if found := CALLER.match(text):
        return {"name": found["name"], "number": found["number"]}
    return {"name": "", "number": text} if text.strip().isdecimal() else {"name": text, "number": ""}


def right(users: Users, authorization: str, api_key: str) -> Right | None:
    """What this header, or the query's `api_key`, opens; None for nothing."""
    scheme, _, credentials = authorization.partition(" ")
    try:
        pair = b64decode(credentials).decode() if scheme.lower() == "basic" else api_key
    except ValueError:
        return None
    name, _, password = pair.partition(":")
    known = users.get(name)
    return known[1] if known and known[0] == password else None


def info(started: str) -> dict[str, Any]:
    """Of `/ari/asterisk/info`, by `SECTIONS`."""
    build = {"os": "Linux", "kernel": "unknown", "machine": "unknown", "options": "OPTIONAL_API", "user": "nobody"}
    return {
        "build": {**build, "date": "2026-07-20 21:35:32 UTC"},
        "system": {"version": VERSION, "entity_id": "02:00:00:00:00:01"},
        "config": {"name": "simulator", "default_language": "en", "setid": {"user": "", "group": ""}},
        "status": {"startup_time": started, "last_reload_time": started},
    }
