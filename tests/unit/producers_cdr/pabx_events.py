"""A PABX's websocket on loopback that says what a test tells it to say."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import orjson
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

PATIENCE_S = 180
USER, PASSWORD = "lab", "lab-not-secret"


@dataclass
class Pabx:
    """`paths`: what was asked for; `status`: what the next ones are answered."""

    port: int = 0
    paths: list[str] = field(default_factory=list)
    listeners: set[ServerConnection] = field(default_factory=set)
    status: HTTPStatus | None = None
    came: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/ari"

    async def say(self, *events: dict[str, Any] | bytes) -> None:
        for event in events:
            text = event if isinstance(event, bytes) else orjson.dumps(event)
            for one in self.listeners:
                await one.send(text.decode("latin-1"))

    async def listened(self) -> None:
        """Returns when somebody listens (again)."""
        async with asyncio.timeout(PATIENCE_S):
            await self.came.wait()
        self.came.clear()

    def cut(self) -> None:
        for one in list(self.listeners):
            one.transport.abort()


@asynccontextmanager
async def pabx(port: int = 0) -> AsyncIterator[Pabx]:
    found = Pabx()
    basic = "Basic " + b64encode(f"{USER}:{PASSWORD}".encode()).decode()

    async def listen(connection: ServerConnection) -> None:
        found.listeners.add(connection)
        found.came.set()
        try:
            async for _ in connection:
                pass
        except ConnectionClosed:
            pass
        finally:
            found.listeners.discard(connection)

    def judge(connection: ServerConnection, request: Request) -> Response | None:
        found.paths.append(request.path)
        if found.status is not None:
            return connection.respond(found.status, "<html>no</html>")
        if request.headers.get("Authorization") != basic:
            return connection.respond(HTTPStatus.UNAUTHORIZED, "")
        return None

    async with serve(listen, "127.0.0.1", port, process_request=judge) as server:
        found.port = next(iter(server.sockets)).getsockname()[1]
        yield found


def channel(own: str, name: str = "PJSIP/trunk-00000007", state: str = "Up") -> dict[str, Any]:
    """As ARI shows one, with a caller and a number dialled."""
    caller = {"name": "FULANA DE TESTE", "number": "5582999990001"}
    return {"id": own, "name": name, "state": state, "caller": caller, "connected": caller, "accountcode": ""}


def told(kind: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return {"type": kind, "timestamp": "2026-11-28T12:00:00.123-0300", "application": "x", "asterisk_id": "y", **more}


def destroyed(own: str, cause: int = 16) -> dict[str, Any]:
    return told("ChannelDestroyed", cause=cause, cause_txt="Normal Clearing", channel=channel(own))
