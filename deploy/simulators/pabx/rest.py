"""ARI over HTTP: what a dialer sees of the PABX."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from deploy.simulators.pabx import answers
from deploy.simulators.pabx.answers import UnreadableError, Users
from deploy.simulators.pabx.core import Refused
from deploy.simulators.pabx.faults import PROXY_ERROR
from deploy.simulators.pabx.gate import json, message, refusal
from deploy.simulators.pabx.hub import ASTERISK
from deploy.simulators.pabx.pabx import Pabx
from deploy.simulators.serving import drop

Handler = Callable[[Request], Awaitable[Response]]
Allowed = Mapping[str, Handler]
OK: Final = 200
METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")


class Ari:
    """The paths below `/ari`."""

    def __init__(self, pabx: Pabx, users: Users) -> None:
        self._pabx = pabx
        self._users = users
        self._paths: Mapping[str, Allowed] = {
            "/channels": {"GET": self.channels, "POST": self.originate},
            "/channels/{id}/ring": {"POST": self.signal_ringing},
            "/channels/{id:path}": {"GET": self.channel, "POST": self.originate, "DELETE": self.hang_up},
            "/endpoints": {"GET": self.endpoints},
            "/endpoints/{technology}": {"GET": self.endpoints},
            "/endpoints/{technology}/{resource}": {"GET": self.endpoint},
            "/asterisk/info": {"GET": self.info},
            "/asterisk/ping": {"GET": self.ping},
            "/asterisk/variable": {"GET": self.variable},
            "/events": {"GET": self.events},
            "/{rest:path}": {},
        }

    def routes(self) -> list[Route]:
        """What to mount beside the commands."""
        return [Route(f"/ari{path}", self._served(allowed), methods=METHODS) for path, allowed in self._paths.items()]

    def _served(self, allowed: Allowed) -> Handler:
        async def serve(request: Request) -> Response:
            self._pabx.counts["requests"] += 1
            if refused := self._refusal(request, allowed):
                return refused
            return await self._struck(request, allowed[request.method])

        return serve

    def _refusal(self, request: Request, allowed: Allowed) -> Response | None:
        if refused := refusal(self._pabx, self._users, request, writes=request.method != "GET"):
            return refused
        if not allowed:
            return message(404, "Resource not found")
        if request.method not in allowed:
            return message(405, "Invalid method", {"Allow": ",".join(["OPTIONS", *allowed])})
        return None

    async def _struck(self, request: Request, handler: Handler) -> Response:
        fault = self._pabx.strike(request.method)
        if fault is None:
            return await handler(request)
        await request.body()  # what was sent is there, whoever has gone when it is looked at
        match fault.kind:
            case "hang":
                await asyncio.sleep(fault.seconds)
            case "drop":
                await drop(request)
                return Response(status_code=500)
            case "no_gateway":
                return HTMLResponse(PROXY_ERROR, 502)
        done = await handler(request)
        match fault.kind:
            case "late":
                await asyncio.sleep(fault.seconds)
            case "cut":
                await drop(request)
            case "bad_gateway":
                return HTMLResponse(PROXY_ERROR, 502)
        return done

    async def originate(self, request: Request) -> Response:
        """Place a call."""
        media = request.headers.get("content-type", "")
        body = await request.body()
        try:
            wanted = answers.asked(request.query_params, body, media, request.path_params.get("id", ""))
        except UnreadableError:
            return message(400, "Error parsing request body")
        done = self._pabx.originate(
            wanted.channel_id,
            wanted.endpoint,
            wanted.timeout,
            goal=wanted.goal,
            caller=wanted.caller,
            variables=wanted.variables,
        )
        if isinstance(done, Refused):
            said = "error" if done.status == 500 else "message"  # noqa: PLR2004  # as Asterisk does
            return json({said: done.message}, done.status)
        return json(done)

    async def channels(self, _: Request) -> Response:
        """Those that live."""
        return json(self._pabx.core.channels(self._pabx.clock()))

    async def channel(self, request: Request) -> Response:
        """One that lives."""
        live = self._pabx.core.channels(self._pabx.clock())
        found = next((each for each in live if each["id"] == request.path_params["id"]), None)
        return json(found) if found else message(404, "Channel not found")

    async def hang_up(self, request: Request) -> Response:
        """End a call."""
        done = self._pabx.hang_up(request.path_params["id"])
        return Response(status_code=204) if done else message(404, "Channel not found")

    async def signal_ringing(self, request: Request) -> Response:
        """Of a channel that is ours alone: none is one of an application's here, as Asterisk wants it."""
        found = await self.channel(request)
        return message(409, "Channel not in Stasis application") if found.status_code == OK else found

    async def endpoints(self, request: Request) -> Response:
        """Every trunk, all online."""
        only = request.path_params.get("technology")
        return json([each for each in self._trunks() if only in {None, each["technology"]}])

    async def endpoint(self, request: Request) -> Response:
        """One trunk."""
        wanted = (request.path_params["technology"], request.path_params["resource"])
        found = next((each for each in self._trunks() if (each["technology"], each["resource"]) == wanted), None)
        return json(found) if found else message(404, "Endpoint not found")

    async def info(self, request: Request) -> Response:
        """Asterisk's version and start, or the one section that is asked for."""
        only = request.query_params.get("only", "")
        found = answers.info(self._pabx.core.stamp(self._pabx.started))
        return json({only: found[only]} if only in answers.SECTIONS else found)

    async def ping(self, _: Request) -> Response:
        """It is there."""
        now = self._pabx.core.stamp(self._pabx.clock())
        return json({"ping": "pong", "timestamp": now, "asterisk_id": ASTERISK})

    async def variable(self, request: Request) -> Response:
        """`EPOCH` is its own clock; every other is empty."""
        name = request.query_params.get("variable", "")
        if not name:
            return message(400, "Variable name is required")
        epoch = int((self._pabx.clock() + self._pabx.core.offset).timestamp())
        return json({"value": str(epoch) if name == "EPOCH" else ""})

    async def events(self, _: Request) -> Response:
        """A websocket, for whoever asks for one."""
        return HTMLResponse(answers.page("426 Upgrade Required", ""), 426)

    def _trunks(self) -> list[dict[str, Any]]:
        live = self._pabx.core.channels(self._pabx.clock())
        found = []
        for trunk in sorted(self._pabx.core.trunks):
            technology, _, resource = trunk.partition("/")
            held = [each["id"] for each in live if each["name"].startswith(f"{trunk}-")]
            found.append({"technology": technology, "resource": resource, "state": "online", "channel_ids": held})
        return found
