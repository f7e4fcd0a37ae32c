"""`/webservice/v1/<table>`: what a collector sees of IXC over HTTP."""

from base64 import b64decode
from contextlib import suppress
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from deploy.simulators.ixc import protocol
from deploy.simulators.ixc.control import Clock
from deploy.simulators.ixc.faults import Reply, spoil
from deploy.simulators.ixc.filters import BadQueryError
from deploy.simulators.ixc.front import JSON, Front
from deploy.simulators.ixc.simulator import Simulator

VERSION: Final = "v1"
HTML_ERROR: Final = Reply(200, "text/html; charset=utf-8", protocol.HTML_ERROR.encode())


class Erp(Front):
    """The ERP's own paths."""

    def __init__(self, simulator: Simulator, clock: Clock, login: str) -> None:
        super().__init__(simulator, clock)
        self._login = login

    def routes(self) -> list[Route]:
        """Lists and writes share their paths; only a header tells them apart."""
        return [Route("/webservice/{version}/{resource}", self.serve, methods=["GET", "POST"])]

    async def answer(self, request: Request) -> Response:
        """As IXC does."""
        if refusal := refused(request.headers.get("authorization", ""), self._login):
            self._simulator.counts["refused"] += 1
            return refusal
        version, name = request.path_params["version"], request.path_params["resource"]
        body = await request.body()
        listed = request.headers.get("ixcsoft") == "listar"
        if not listed and request.method == "GET":
            return PlainTextResponse("404 Not Found", 404)
        if version != VERSION:
            return Response(protocol.error(f"Versão {version} do webservice não está disponível!"), media_type=JSON)
        try:
            reply = await self._list(request, name, body) if listed else self._write(name, body)
        except BadQueryError:
            self._simulator.counts["bad_queries"] += 1
            reply = HTML_ERROR
        return Response(reply.body, reply.status, media_type=reply.media)

    def _write(self, name: str, body: bytes) -> Reply:
        row_id = self._simulator.write(self._simulator.table(name), body, self._clock())
        return Reply(200, JSON, protocol.unknown_resource(name) if row_id is None else protocol.written(row_id))

    async def _list(self, request: Request, name: str, body: bytes) -> Reply:
        table = self._simulator.table(name)
        if table is None:
            return Reply(200, JSON, protocol.unknown_resource(name))
        return await self.struck(
            request,
            name,
            page=lambda: self._simulator.page(table, body),
            shift=lambda: self._simulator.shift(table, body, self._clock()),
            spoil=lambda fault, good: spoil(fault, name, good),
        )


def refused(header: str, login: str) -> Response | None:
    """The answer to wrong credentials, or None. `login` is `id:token`."""
    scheme, _, encoded = header.partition(" ")
    if header and scheme.lower() != "basic":
        return PlainTextResponse("400 Bad Request", 400)
    with suppress(ValueError):  # neither base64 nor UTF-8
        if b64decode(encoded, validate=True).decode() == login:
            return None
    return PlainTextResponse("Authorization Requested", 401, {"WWW-Authenticate": 'Basic realm="IXC"'})
