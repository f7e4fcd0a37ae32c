"""RBX v1 over lists of rows, behind `httpx.MockTransport`: services, envelopes and the predicates that the poller sends."""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import orjson

from producers.erp.lists.paged import PagedSource
from producers.erp.wire import Wire
from schemas.erp.rbx import Rbx
from schemas.erp.rbx_protocol import PROTOCOL
from tests.strategies import instance

SECRETS = {"token": "k" * 8}
COMPARISON = re.compile(r"(\w+) (<=|<|>|=) (-?\d+)")
COLUMN = re.compile(r"(\w+) (?:<=|<|>|=)")
TESTS: Mapping[str, Callable[[int, int], bool]] = {
    "<": lambda have, wanted: have < wanted,
    "<=": lambda have, wanted: have <= wanted,
    ">": lambda have, wanted: have > wanted,
    "=": lambda have, wanted: have == wanted,
}
HERE = instance(erp={"kind": "rbx", "url": "http://erp.example/routerbox/", "token": "-", "gap": 0, "page_size": 3})


class MemoryRbx:
    """`rows`: by service. `fictitious`: what every question is answered with in mode Homologação. `v2`: by client.

    `unfiltered`: columns of which a filter is refused by error 165; `otherwise`: operators by which nothing is found.
    `names`: how a filter calls a column of the rows. `spoil`: what becomes of an answer's body, given the number of its
    request, from 0.
    """

    names: Mapping[str, str] = {"Cliente": "CliFor"}

    def __init__(self, secrets: Mapping[str, str] = SECRETS) -> None:
        self.rows: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        self.fictitious: list[dict[str, Any]] = []
        self.v2: dict[int, list[dict[str, Any]]] = {}
        self.asked: list[dict[str, Any]] = []
        self.secrets = secrets
        self.unfiltered: set[str] = set()
        self.otherwise: set[str] = set()
        self.spoil: Callable[[int, bytes], bytes] = lambda _, body: body

    def source(self) -> PagedSource:
        """The poller's own source, talking to this ERP."""
        assert isinstance(HERE.erp, Rbx)
        wire = Wire(HERE.erp, httpx.MockTransport(self.answer))
        return PagedSource(PROTOCOL, wire, self.secrets, HERE.erp.page_size, HERE.clock)

    def answer(self, request: httpx.Request) -> httpx.Response:
        """One request."""
        body = orjson.loads(request.content)
        self.asked.append(body)
        ((service, asked),) = body.items()
        if request.url.path.endswith("ws_json.php"):
            return httpx.Response(200, json={"status": 1, "error_code": 0, "result": self.v2[asked["customer_id"]]})
        if asked["Autenticacao"]["ChaveIntegracao"] != SECRETS["token"]:
            return httpx.Response(200, json={"status": 0, "erro_code": 97, "erro_desc": "Erro de integracao", "result": ""})
        if self.unfiltered.intersection(COLUMN.findall(asked["Filtro"])):
            return httpx.Response(200, json={"status": 0, "erro_code": 165, "erro_desc": "coluna", "result": ""})
        if any(operator in self.otherwise for _, operator, _ in COMPARISON.findall(asked["Filtro"])):
            return httpx.Response(200, json={"status": 0, "erro_code": 1, "erro_desc": "nada", "result": ""})
        named = ((row, {name: row.get(ours) for name, ours in self.names.items()} | row) for row in self.rows[service])
        found = self.fictitious or [row for row, names in named if meets(asked["Filtro"], names)]
        if not found:
            return httpx.Response(200, json={"status": 0, "erro_code": 1, "erro_desc": "nada", "result": ""})
        body = orjson.dumps({"status": 1, "erro_code": "", "result": found})
        return httpx.Response(200, content=self.spoil(len(self.asked) - 1, body))


def meets(predicate: str, row: Mapping[str, Any]) -> bool:
    """Comparisons joined by AND, or by OR: no other predicate is ever sent."""
    if not predicate:
        return True
    joined = any if " OR " in predicate else all
    parts = re.split(r" (?:AND|OR) ", predicate)
    return joined(_holds(part, row) for part in parts)


def _holds(part: str, row: Mapping[str, Any]) -> bool:
    comparison = COMPARISON.fullmatch(part)
    assert comparison, f"{part} is no comparison of a column with a number"
    column, operator, number = comparison.groups()
    return TESTS[operator](int(row[column] if row.get(column) is not None else row["CodigoPessoa"]), int(number))
