"""The two paths of RBX's web services: what a collector sees over HTTP."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final, Literal, NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deploy.simulators.ixc.control import Clock
from deploy.simulators.ixc.faults import Fault, Reply, spoil
from deploy.simulators.ixc.front import JSON, Front
from deploy.simulators.ixc.simulator import Simulator
from deploy.simulators.rbx.entries import DueForm
from deploy.simulators.rbx.envelopes import (
    BAD_KEY,
    NOT_UNDERSTOOD,
    REQUIRED,
    SQL_ERROR,
    Question,
    UnreadableError,
    found,
    found_v2,
    question,
    refused,
    refused_v2,
)
from deploy.simulators.rbx.fiction import invented
from deploy.simulators.rbx.register import Register, check
from deploy.simulators.rbx.services import OPEN_DOCUMENTS, SERVICES, Service
from deploy.simulators.rbx.tokens import FilterError
from deploy.simulators.rbx.unpaid import unpaid

MARKING: Final = frozenset({"ConsultaContratosBloqueados", "ConsultaClientesReducao"})
BLANK_EACH: Final = 3
Mode = Literal["producao", "homologacao"]
HTML: Final = "text/html; charset=utf-8"
HTML_ERROR: Final = "<br />\n<b>Fatal error</b>: Maximum execution time of 30 seconds exceeded in <b>ws.php</b><br />\n"
FORBIDDEN: Final = Reply(403, HTML, b"<html><head><title>403 Forbidden</title></head><body>403 Forbidden</body></html>")
CRASHED: Final = Reply(500, HTML, b"")
WRONG_KEY: Final = "Chave de integracao invalida ou inativa"
NOT_ALLOWED: Final = "Servico nao liberado para a chave de integracao"


class Version(NamedTuple):
    """`services`: what it is asked for → the service of version 1 that holds the same rows."""

    path: str
    services: Mapping[str, str]
    refused: Callable[[int, str, str], bytes]


V1: Final = Version("/routerbox/ws/rbx_server_json.php", {name: name for name in SERVICES}, refused)
V2: Final = Version("/routerbox/ws_json/ws_json.php", {"get_unpaid_document": OPEN_DOCUMENTS}, refused_v2)
VERSIONS: Final = {each.path: each for each in (V1, V2)}


class Erp(Front):
    """The ERP's own paths, both versions; they do not share their keys."""

    def __init__(
        self, simulator: Simulator, clock: Clock, keys: tuple[str, str], mode: Mode = "producao", due_form: DueForm = "ymd"
    ) -> None:
        super().__init__(simulator, clock)
        self._keys = dict(zip(VERSIONS, keys, strict=True))
        self._fiction = mode == "homologacao"
        provider = invented() if self._fiction else simulator.provider
        self._register = Register(provider, simulator.seed, clock().date(), due_form, simulator.habits)
        self._lists: Counter[str] = Counter()

    def routes(self) -> list[Route]:
        """One path a version; what is asked for stands in the body."""
        return [Route(path, self.serve, methods=["POST"]) for path in VERSIONS]

    async def answer(self, request: Request) -> Response:
        """As RBX does."""
        version = VERSIONS[request.url.path]
        try:
            reply = await self._replied(request, version)
        except (UnreadableError, FilterError) as exc:
            self._simulator.counts["bad_queries"] += 1
            code = SQL_ERROR if isinstance(exc, FilterError) else NOT_UNDERSTOOD
            reply = Reply(200, JSON, version.refused(code, "Erro na consulta", str(exc)))
        return Response(reply.body, reply.status, media_type=reply.media)

    async def _replied(self, request: Request, version: Version) -> Reply:
        asked = question(await request.body())
        sent = asked.key if version is V1 else request.headers.get("authentication_key")
        if sent != self._keys[version.path]:
            self._simulator.counts["refused"] += 1
            return Reply(200, JSON, version.refused(BAD_KEY, "Erro de integracao", WRONG_KEY))
        service = SERVICES.get(version.services.get(asked.service, ""))
        if service is None:
            self._simulator.writes += not asked.reads
            raise UnreadableError(f"Servico {asked.service} nao existe")
        page = self._asked_v1(service, asked) if version is V1 else self._asked_v2(service, asked)
        if page is None:
            self._simulator.counts["bad_queries"] += 1
            return CRASHED
        return await self.struck(
            request,
            asked.service,
            page=page,
            shift=lambda: self._register.shift(service, self._clock()),
            spoil=lambda fault, good: spoiled(fault, good, version),
        )

    def _asked_v1(self, service: Service, asked: Question) -> Callable[[], bytes] | None:
        filtro = asked.asked.get("Filtro", None if service.strict else "")
        if not isinstance(filtro, str):
            return None
        if asked.service in MARKING and "blank-marks" in self._simulator.habits:
            self._lists[asked.service] += 1
            if self._lists[asked.service] % BLANK_EACH == 0:
                return lambda: found([])
        if ">" in filtro and "no-ranges" in self._simulator.habits:
            return lambda: found([])
        return lambda: found(self._register.rows(service, self._believed(service, filtro), self._clock().date()))

    def _asked_v2(self, service: Service, asked: Question) -> Callable[[], bytes]:
        filtro = wanted(asked)
        if filtro is None:
            return lambda: refused_v2(REQUIRED, "The field customer_id is required!")
        believed, today = self._believed(service, filtro), self._clock().date()
        return lambda: found_v2([unpaid(entry) for entry in self._register.entries(service, believed, today)])

    def _believed(self, service: Service, filtro: str) -> str:
        """Homologação checks a filter and does not look at it. Raises FilterError."""
        if not self._fiction:
            return filtro
        check(service, filtro)
        return ""


def wanted(asked: Question) -> str | None:
    """The filter that version 2's fields amount to; None without a customer."""
    customer, account = asked.asked.get("customer_id"), asked.asked.get("account_number")
    if not str(customer).isdecimal():
        return None
    return f"Tipo = 'C' AND CliFor = {customer}" + (f" AND Conta = {account}" if str(account).isdecimal() else "")


def spoiled(fault: Fault, good: bytes, version: Version) -> Reply:
    """The answer instead of the page `good`."""
    match fault.kind:
        case "permission":
            return Reply(200, JSON, version.refused(BAD_KEY, "Erro de integracao", NOT_ALLOWED))
        case "ip":
            return FORBIDDEN
    return spoil(fault, "", good, HTML_ERROR)
