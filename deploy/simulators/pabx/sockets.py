"""ARI's websocket: what a poller hears of the PABX."""

import asyncio
from collections.abc import Collection
from typing import Final

from starlette.responses import HTMLResponse, Response
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from deploy.simulators.pabx.answers import Users, page
from deploy.simulators.pabx.gate import refusal
from deploy.simulators.pabx.hub import Listener
from deploy.simulators.pabx.pabx import Pabx

NO_APP: Final = page("400 Bad Request", "HTTP request is missing param: [app]")


class Events:
    """At `/ari/events?app=NAME`; with `subscribeAll=true` of every channel."""

    def __init__(self, pabx: Pabx, users: Users) -> None:
        self._pabx = pabx
        self._users = users

    def routes(self) -> list[WebSocketRoute]:
        """What to mount before ARI's other paths."""
        return [WebSocketRoute("/ari/events", self.serve)]

    async def serve(self, socket: WebSocket) -> None:
        """Everything that happens, or what concerns the application's own channels."""
        apps = frozenset(filter(None, socket.query_params.get("app", "").split(",")))
        if refusal := self._refusal(socket, apps):
            await socket.send_denial_response(refusal)
            return
        await socket.accept()
        listener = Listener(apps, everything=socket.query_params.get("subscribeAll", "").lower() == "true")
        self._pabx.hub.join(listener, self._pabx.core.stamp(self._pabx.clock()))
        reading = asyncio.create_task(_read(socket, listener))
        try:
            while (text := await listener.sent.get()) is not None:
                await socket.send_text(text.decode())
        except WebSocketDisconnect:
            pass
        finally:
            reading.cancel()
            self._pabx.hub.leave(listener)

    def _refusal(self, socket: WebSocket, apps: Collection[str]) -> Response | None:
        refused = refusal(self._pabx, self._users, socket, writes=False)
        return refused or (None if apps else HTMLResponse(NO_APP, 400))


async def _read(socket: WebSocket, listener: Listener) -> None:
    """Until the listener has gone; what it says means nothing."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass
    listener.sent.put_nowait(None)
