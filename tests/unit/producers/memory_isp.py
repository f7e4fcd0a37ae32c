"""An ISP's webhooks over dicts, behind `httpx.MockTransport`: as much of them as the poller uses."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from typing import Any

import httpx
import orjson

from producers.erp.webhooks.source import WebhookSource
from producers.erp.wire import Wire
from schemas.erp.altarede import CLIENTS
from schemas.erp.altarede_options import EXAMPLE, AltaredeWebhooks
from schemas.erp.declaration import Row, Table

Answer = Any
BY_PAGE = {"path": "clientes", "method": "GET", "each": "page", "query": {"pagina": "{page}", "por_pagina": "{page_size}"}}


def document(number: int) -> str:
    return f"{number:011}"


def written(number: int) -> str:
    bare = document(number)
    return f"{bare[:3]}.{bare[3:6]}.{bare[6:9]}-{bare[9:]}"


def client(code: int, number: int | None = None) -> Row:
    """A row of the clients' webhook; code and document are the same number unless given."""
    cpf = written(code if number is None else number)
    return {**dict.fromkeys((*CLIENTS.columns, "CNPJ"), ""), "COD_CLIENTE": f"{code:,}".replace(",", "."), "CPF": cpf}


def bill(code: int, owner: int, **more: str) -> Row:
    return {
        "COD_ARECEBER": str(code),
        "COD_CLIENTE": str(owner),
        "DATA_VENCIMENTO": "2026-01-05",
        "VALOR_TOTAL": "9.90",
        "STATUS": "VENCIDO",
        **more,
    }


class Isp:
    """`clients` in order; `bills`, `paid` and `contracts` by document. `spoil`: another answer to a request, or None.

    `respell`: what becomes of the body of a true answer, given the number of its request.
    """

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - any field of the connection
        self.clients: list[Row] = []
        self.by_document: dict[str, dict[str, Answer]] = {"bills": {}, "paid": {}, "contracts": {}}
        self.asked: list[tuple[str, str]] = []
        self.spoil: Callable[[str, str], httpx.Response | None] = lambda *_: None
        self.respell: Callable[[int, bytes], bytes] = lambda _, body: body
        resources = {
            "client": BY_PAGE,
            "bill": {**EXAMPLE["bill"].model_dump(), "path": "bills"},
            "paid": {**EXAMPLE["paid"].model_dump(), "path": "paid"},
            "contract": {"path": "contracts", "query": {"documento": "{document_written}"}, "method": "GET"},
            "reference": {"path": "plans", "method": "GET", "each": "once", "unwrap": ["planos"]},
        }
        given = {"url": "https://isp.example/webhook", "token": "-", "gap": 0, "page_size": 3, "resources": resources}
        self.options = AltaredeWebhooks.model_validate({**given, **options})
        self.source = self.opened()

    def opened(self) -> WebhookSource:
        """The poller's own source, talking to these webhooks."""
        return WebhookSource(self.options, Wire(self.options, httpx.MockTransport(self.answer)), {"token": "SEGREDO"})

    def answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.rpartition("/")[2]
        query = dict(request.url.params)
        wanted = query.get("documento") or orjson.loads(request.content or b"{}").get("documento") or query.get("pagina", "")
        self.asked.append((path, wanted))
        assert "SEGREDO" in request.headers["token"]
        if spoilt := self.spoil(path, wanted):
            return spoilt
        return httpx.Response(200, content=self.respell(len(self.asked) - 1, self._true(path, wanted, query)))

    def _true(self, path: str, wanted: str, query: Mapping[str, str]) -> bytes:
        match path:
            case "clientes":
                size = int(query["por_pagina"])
                start = (int(wanted) - 1) * size
                return orjson.dumps(self.clients[start : start + size])
            case "plans":
                return orjson.dumps({"planos": [{"COD_PLANO": "77", "NOME": "FIBRA", "VALOR_MENSAL": "99.90"}]})
        found = self.by_document[path].get(wanted)
        return orjson.dumps(found) if found else b"Nenhum boleto encontrado"

    async def pages(self, table: Table) -> list[Sequence[Row]]:
        async with aclosing(self.source.pages(table)) as coming:
            found = [told.rows async for told in coming]
        self.source.swept(table.kind)
        return found

    async def ids(self, table: Table) -> list[str]:
        return [str(row[table.key]) for page in await self.pages(table) for row in page]

    def counts(self) -> Counter[str]:
        found = Counter(path for path, _ in self.asked)
        self.asked.clear()
        return found
