"""IXC's list protocol over dicts, behind `httpx.MockTransport`: as much of it as the poller uses.

It passes the same suite as the simulator: `tests/contract/erp_conformance.py`.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import httpx
import orjson

from producers.erp.lists.paged import PagedSource
from producers.erp.wire import Wire
from schemas.erp.declaration import Request, Row
from schemas.erp.ixc import PROTOCOL, Ixc, sign
from schemas.instances import Instance
from schemas.runtime.clock import now

TESTS: Mapping[str, Callable[[str, str], bool]] = {
    "=": lambda have, wanted: have == wanted,
    "!=": lambda have, wanted: have != wanted,
    ">": lambda have, wanted: int(have) > int(wanted),
    ">=": lambda have, wanted: have >= "-".join(reversed(wanted.split("/"))),  # only dates are asked for so
    "IN": lambda have, wanted: have in wanted.split(","),
}
SECRETS = {"token": "1:" + "0" * 64}
AUTHORIZATION = sign(Request("", b""), SECRETS).headers["authorization"]


class MemoryErp:
    """`rows`: by table and id. `fail`: given the number of a request, from 0, an answer to give instead of the true one.

    `hidden`: columns that no answer shows; `shown`: what all rows show in a column, whatever they are asked for by.
    `otherwise`: operators that bring no row, as if they meant something else. `own_totals`: a total counts its page alone.
    `spoil`: what becomes of the body of a list, given the number of its request.
    """

    def __init__(self) -> None:
        self.rows: defaultdict[str, dict[str, Row]] = defaultdict(dict)
        self.fail: Callable[[int], httpx.Response | None] = lambda _: None
        self.hidden: set[str] = set()
        self.shown: dict[str, str | None] = {}
        self.otherwise: set[str] = set()
        self.own_totals = False
        self.spoil: Callable[[int, bytes], bytes] = lambda _, body: body
        self.asked = 0
        self.writes = 0

    def put(self, table: str, *rows: Row) -> None:
        """Add or replace rows."""
        self.rows[table].update({row["id"]: row for row in rows})

    def answer(self, request: httpx.Request) -> httpx.Response:
        """One request; a POST without the list header counts as the write that it would be."""
        number, self.asked = self.asked, self.asked + 1
        if spoiled := self.fail(number):
            return spoiled
        if request.headers.get("authorization") != AUTHORIZATION:
            return httpx.Response(401, text="Authorization Requested")
        if request.headers.get("ixcsoft") != "listar":
            self.writes += 1
            return httpx.Response(200, json={"type": "success", "id": "1"})
        body = self._list(request.url.path.rpartition("/")[2], orjson.loads(request.content))
        return httpx.Response(200, content=self.spoil(number, body))

    def _list(self, table: str, asked: Mapping[str, str]) -> bytes:
        conditions = [(asked["qtype"], asked["oper"], asked["query"])]
        conditions += [(one["TB"], one["OP"], one["P"]) for one in orjson.loads(asked["grid_param"])]
        found = [
            row
            for _, row in sorted(self.rows[table].items(), key=lambda item: int(item[0]))
            if not any(operator in self.otherwise for _, operator, _ in conditions)
            and all(TESTS[operator](row[column.removeprefix(f"{table}.")], value) for column, operator, value in conditions)
        ]
        total = min(len(found), int(asked["rp"])) if self.own_totals else len(found)
        body: dict[str, Any] = {"page": asked["page"], "total": str(total)}
        return orjson.dumps(
            {**body, "registros": [self._shown(row) for row in found[: int(asked["rp"])]]} if found else body
        )

    def _shown(self, row: Row) -> Row:
        return {name: self.shown.get(name, value) for name, value in row.items() if name not in self.hidden}

    def source(self, instance: Instance, clock: Callable[[], datetime] = now) -> PagedSource:
        """The poller's own source, talking to this ERP."""
        return source(instance, httpx.MockTransport(self.answer), clock)


def source(instance: Instance, transport: httpx.AsyncBaseTransport, clock: Callable[[], datetime] = now) -> PagedSource:
    """The poller's source of an IXC instance over `transport`."""
    assert isinstance(instance.erp, Ixc)
    wire = Wire(instance.erp, transport, clock)
    return PagedSource(PROTOCOL, wire, SECRETS, instance.erp.page_size, instance.clock, clock)
