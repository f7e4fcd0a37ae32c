"""An open page without a browser: Bokeh's websocket protocol, so that what is measured is the server's work alone."""

import asyncio
import json
import re
from contextlib import suppress
from typing import Self

import httpx
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, WebSocketClosedError, websocket_connect

TOKEN = re.compile(r'"token":"([^"]+)"')
STAMP = re.compile(r'data-at=\\?"([^"\\]+)')
PATIENCE_S = 120.0
"""By itself a websocket gives up after 20 s, within which a server that many open at once need not have answered."""
READY = {"type": "event", "name": "document_ready", "values": {"type": "map", "entries": []}}


class Visitor:
    """`stamps`: of the refreshes that it was told of; `sent`: bytes that it was sent since `forget`."""

    def __init__(self, socket: WebSocketClientConnection) -> None:
        self.stamps: set[str] = set()
        self.sent = 0
        self._socket = socket
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def opened(cls, address: str) -> Self:
        """As a browser opens it, until its document was handed over."""
        async with httpx.AsyncClient(timeout=PATIENCE_S) as http:
            page = await http.get(address)
        found = TOKEN.search(page.text)
        if page.status_code != httpx.codes.OK or not found:
            raise RuntimeError(f"no page: {page.status_code}")
        url = f"{address.replace('http', 'ws', 1)}ws"
        asked = HTTPRequest(url, connect_timeout=PATIENCE_S, request_timeout=PATIENCE_S)
        socket = await websocket_connect(asked, subprotocols=["bokeh", found[1]])
        await _message(socket)
        await _send(socket, "PULL-DOC-REQ", {})
        while (await _message(socket))[0] != "PULL-DOC-REPLY":
            pass
        await _send(socket, "PATCH-DOC", {"events": [{"kind": "MessageSent", "msg_type": "bokeh_event", "msg_data": READY}]})
        return cls(socket)

    def forget(self) -> None:
        """Count anew."""
        self.stamps.clear()
        self.sent = 0

    async def close(self) -> None:
        """As a tab that is closed."""
        self._socket.close()
        self._reading.cancel()
        with suppress(asyncio.CancelledError):
            await self._reading

    async def _read(self) -> None:
        with suppress(WebSocketClosedError):
            while True:
                _, content, size = await _message(self._socket)
                self.sent += size
                self.stamps.update(STAMP.findall(content))


async def _send(socket: WebSocketClientConnection, kind: str, content: object) -> None:
    for part in ({"msgid": kind, "msgtype": kind}, {}, content):
        await socket.write_message(json.dumps(part))


async def _message(socket: WebSocketClientConnection) -> tuple[str, str, int]:
    """The type and the content of the next message, and its size with all its buffers."""
    parts = [await _part(socket) for _ in range(3)]
    header = json.loads(parts[0])
    buffers = [await _part(socket) for _ in range(header.get("num_buffers", 0) * 2)]
    return header["msgtype"], parts[2].decode(), sum(map(len, (*parts, *buffers)))


async def _part(socket: WebSocketClientConnection) -> bytes:
    part = await socket.read_message()
    if part is None:
        raise WebSocketClosedError
    return part if isinstance(part, bytes) else part.encode()
