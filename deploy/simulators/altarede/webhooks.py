"""`/webhook/<flow>`: what a collector sees of one ISP's n8n in front of Altarede. Not the vendor's own interface."""

from collections.abc import Mapping
from typing import Final

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deploy.simulators.altarede.credentials import Secret
from deploy.simulators.altarede.desk import Desk
from deploy.simulators.altarede.flows import FLOWS, NO_BILL, Asked, BadRequestError, Content, Flow
from deploy.simulators.altarede.spelling import blank, other
from deploy.simulators.ixc.control import Clock, answer
from deploy.simulators.ixc.faults import Fault, Reply, spoil
from deploy.simulators.ixc.front import JSON, Front
from deploy.simulators.ixc.simulator import LEAVES_THE_QUERY, Simulator
from deploy.simulators.ixc.store import Edit

TEXT: Final = "text/plain; charset=utf-8"
SENTENCE: Final = NO_BILL.encode()
HTML_ERROR: Final = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>\n"
FORBIDDEN: Final = {"permission": "You have no permission for this webhook", "ip": "IP address is not allowed"}


class Webhooks(Front):
    """The flows over HTTP. `secrets`: what every request must show."""

    def __init__(self, simulator: Simulator, clock: Clock, *secrets: Secret) -> None:
        super().__init__(simulator, clock)
        self._secrets = secrets
        self._desk = Desk(simulator.provider)

    def routes(self) -> list[Route]:
        """One route: n8n itself says what is not registered."""
        return [Route("/webhook/{path:path}", self.serve, methods=["GET", "POST"])]

    async def answer(self, request: Request) -> Response:
        """As n8n and the flow do."""
        path = request.path_params["path"]
        flow = FLOWS.get(path)
        if flow is None or flow.method != request.method:
            return _says(404, f'The requested webhook "{request.method} {path}" is not registered.')
        try:
            body = _fields(await request.body())
            query = dict(request.query_params)
            if not all(each.shown(request.headers, query, body) for each in self._secrets):
                self._simulator.counts["refused"] += 1
                return _says(401, "Authorization data is wrong!")
            reply = await self._run(request, flow, path.rpartition("/")[2], {**query, **body})
        except BadRequestError as exc:
            self._simulator.counts["bad_queries"] += 1
            return _says(422, str(exc))
        return Response(reply.body, reply.status, media_type=TEXT if reply.body == SENTENCE else reply.media)

    async def _run(self, request: Request, flow: Flow, name: str, asked: Asked) -> Reply:
        return await self.struck(
            request,
            name,
            page=lambda: self._page(request.path_params["path"], flow, asked),
            shift=lambda: self._shift(flow, asked),
            spoil=lambda fault, good: _spoilt(fault, name, good),
        )

    def _page(self, path: str, flow: Flow, asked: Asked) -> bytes:
        habits = self._simulator.habits
        content = flow.answer(self._desk, asked, self._clock().date())
        nothing = blank(path, content, habits)
        return _written(other(path, content, habits)) if nothing is None else nothing

    def _shift(self, flow: Flow, asked: Asked) -> None:
        if found := flow.first(self._desk, asked):
            table, row_id = found
            self._simulator.provider.apply(Edit(table, row_id, LEAVES_THE_QUERY[table]), self._clock())


def _written(content: Content) -> bytes:
    if content is None:
        return b""
    return content.encode() if isinstance(content, str) else orjson.dumps(content)


def _spoilt(fault: Fault, name: str, good: bytes) -> Reply:
    if fault.kind in FORBIDDEN:
        return Reply(403, JSON, orjson.dumps({"code": 403, "message": FORBIDDEN[fault.kind]}))
    return spoil(fault, name, good, HTML_ERROR)


def _fields(body: bytes) -> Mapping[str, str]:
    """The fields of a JSON object, as texts. Raises BadRequestError."""
    try:
        found = orjson.loads(body or b"{}")
    except orjson.JSONDecodeError as exc:
        raise BadRequestError("Failed to parse request body") from exc
    if not isinstance(found, dict):
        raise BadRequestError("The request body is not an object")
    return {name: str(value) for name, value in found.items()}


def _says(code: int, message: str) -> Response:
    return answer({"code": code, "message": message}, code)
