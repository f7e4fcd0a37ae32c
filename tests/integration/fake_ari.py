"""A PABX that answers as it is told: late, cut, in a proxy's words after it has placed the call, or not at all.

It speaks as much of ARI as is asked of it here. It keeps a log of every POST that reached it, whatever it answered.
"""

import asyncio
from base64 import b64decode
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, Literal

import orjson

from deploy.local.ports import free

Behaviour = Literal["rings", "late", "cut", "proxy", "html404", "booting", "allocation", "forbidden"]
HTML = "text/html"
JSON = "application/json"
LATE_S = 12.0
"""Longer than anybody waits."""


class FakeAri:
    """`behaves`: by the number's digits as the endpoint has them; else `otherwise`. `posts`: the body of each POST.

    `unknown`: users whom it refuses. `walled`: a proxy before it answers every POST itself, and lets all else through.
    """

    def __init__(self) -> None:
        self.behaves: dict[str, Behaviour] = {}
        self.otherwise: Behaviour = "rings"
        self.read_only = False
        self.walled = False
        self.unknown: set[str] = set()
        self.posts: list[Mapping[str, Any]] = []
        self.living: set[str] = set()
        self.asked: list[str] = []
        self.port = 0
        self._server: asyncio.Server | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def up(self) -> None:
        """At the same port as before, which the system gives to nobody meanwhile."""
        self.port = self.port or free(1)[0]
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)

    async def down(self) -> None:
        """No connection is made any more."""
        if self._server is not None:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await self._answer(reader, writer)
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        method, path, _ = head.split(" ", 2)
        fields = (line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
        headers = {name.lower(): value for name, value in fields}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        self.asked.append(f"{method} {path}")
        user = b64decode(headers.get("authorization", "").removeprefix("Basic ")).partition(b":")[0].decode()
        if user in self.unknown:
            told = (401, JSON, b'{"message": "Authentication required"}')
        elif method == "POST" and self.walled:
            told = (401, HTML, b"<html>Authorization Required</html>")
        elif method == "POST" and not path.endswith("/ring"):
            told = await self._post(orjson.loads(body))
        else:
            told = self._other(method, path.removeprefix("/ari/"))
        if told is not None:
            status, kind, content = told
            lines = (
                f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(content)}\r\nConnection: close\r\n\r\n"
            )
            writer.write(lines.encode() + content)
            await writer.drain()

    async def _post(self, call: Mapping[str, Any]) -> tuple[int, str, bytes] | None:
        self.posts.append(call)
        number = call["endpoint"].partition("/")[2].partition("@")[0]
        behaviour = "forbidden" if self.read_only else self.behaves.get(number, self.otherwise)
        if behaviour in {"rings", "late", "cut", "proxy"}:
            self.living.add(call["channelId"])
        if behaviour == "late":
            await asyncio.sleep(LATE_S)
        return {
            "rings": (200, JSON, orjson.dumps({"id": call["channelId"], "state": "Down"})),
            "late": (200, JSON, orjson.dumps({"id": call["channelId"], "state": "Down"})),
            "cut": None,
            "proxy": (502, HTML, b"<html>Bad Gateway</html>"),
            "html404": (404, HTML, b"<html>Not Found</html>"),
            "booting": (503, JSON, b'{"message": "Asterisk not booted"}'),
            "allocation": (500, JSON, b'{"message": "Allocation failed"}'),
            "forbidden": (403, JSON, b'{"message": "Write access denied"}'),
        }[behaviour]

    def _other(self, method: str, path: str) -> tuple[int, str, bytes]:
        if method == "POST":
            return (403, JSON, b'{"message": "Write access denied"}') if self.read_only else MISSING
        if path == "channels":
            return 200, JSON, orjson.dumps([{"id": one} for one in self.living])
        if path.startswith("channels/"):
            name = path.partition("/")[2]
            return (200, JSON, orjson.dumps({"id": name})) if name in self.living else MISSING
        return 200, JSON, b"{}"


MISSING = (404, JSON, b'{"message": "Channel not found"}')


@asynccontextmanager
async def fake_ari() -> AsyncIterator[FakeAri]:
    """One that is up."""
    pabx = FakeAri()
    await pabx.up()
    try:
        yield pabx
    finally:
        await pabx.down()
