"""Whether a request is answered at all: how far the PABX has booted, and what its user may do."""

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, Response

from deploy.simulators.pabx.answers import NOT_FOUND, REALM, Users, right
from deploy.simulators.pabx.pabx import Pabx


def refusal(pabx: Pabx, users: Users, asking: HTTPConnection, *, writes: bool) -> Response | None:
    """None where it may go on. `writes`: whether it would change anything."""
    match pabx.stage:
        case "missing":
            return HTMLResponse(NOT_FOUND, 404)
        case "booting":
            return message(503, "Asterisk not booted")
    opened = right(users, asking.headers.get("authorization", ""), asking.query_params.get("api_key", ""))
    if opened is None:
        return message(401, "Authentication required", REALM)
    return message(403, "Write access denied") if writes and opened == "read" else None


def json(content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:  # noqa: ANN401  # whatever orjson can write
    """As ARI answers."""
    cached = {"Cache-Control": "no-cache, no-store", **(headers or {})}
    return Response(orjson.dumps(content), status, media_type="application/json", headers=cached)


def message(status: int, text: str, headers: Mapping[str, str] | None = None) -> Response:
    """A refusal."""
    return json({"message": text}, status, headers)
