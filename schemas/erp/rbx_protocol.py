"""How RBX is asked and believed (`schemas/erp/RBX.md`): one URL, the service in the body, whole results.

There is no page and no order: what is asked for is a range of codes, so that an answer stays small. A range is as wide as
filled the last answers; empty ones grow until nothing can come after them.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Literal

import orjson

from schemas.erp.answers import check_words, json_object
from schemas.erp.declaration import Cursor, Mark, Page, Protocol, Request, Row, Signed, Table
from schemas.errors import RetryLater, StopWorker

V1 = "ws/rbx_server_json.php"
V2 = "ws_json/ws_json.php"
SETTLED = "ConsultaDocumentosBaixados"
UNPAID = "get_unpaid_document"
EMPTY, BAD_KEY, BAD_COLUMN = "1", "97", "165"
WIDER = 8
WIDEST = 4_096
"""How much wider than a page's rows a range may become; what lies beyond is asked for without an end."""
LONGEST_NUMBER = 18
NOT_ASKED = "with rows that were not asked for: is its key in mode Homologação? Set it to Produção"

SETTLED_COLUMNS = {"Sequencia": "Sequencia", "CodigoPessoa": "CliFor", "Motivo": "Motivo", "DataBaixa": "DataBaixa"}
OPEN_ONLY = {"Motivo": "", "DataBaixa": ""}
NOT_OPEN = {"Tipo": "C", "Vencimento": "", "Valor": "0.00", "ContratosVinculados": ""}


def compare(column: str, operator: Literal["<", ">", "<=", "="], value: int | date) -> str:
    """One comparison of a `Filtro`, which is a raw SQL predicate: only names from our tables and typed values go in."""
    if not column.replace("_", "").isalnum():
        raise ValueError("a column of RBX is letters, digits and _")
    return f"{column} {operator} '{value.isoformat()}'" if isinstance(value, date) else f"{column} {operator} {int(value)}"


def within(column: str, codes: Sequence[str]) -> str:
    """Membership in a list of codes; what is no number cannot be one."""
    numbers = [int(code) for code in codes if _is_number(code)]
    return " OR ".join(compare(column, "=", number) for number in numbers) or compare(column, "<", 0)


def read(table: Table, _: object, cursor: Cursor, size: int) -> Request:
    """The rows after `cursor[0]` in a range of `cursor[1]` codes, 0: all of them. Conditions are checked here, not there."""
    after, width = cursor or (0, size)
    asked = compare(table.key, ">", after)
    if width:
        asked += f" AND {compare(table.key, '<=', after + width)}"
    return _question(table.name, asked, (after, width), size)


def reread(table: Table, ids: Sequence[str]) -> Sequence[Request]:
    """These rows by their codes; an open document that is no longer open is looked for among the settled ones."""
    services = (table.name, SETTLED) if table.kind == "bill" else (table.name,)
    return tuple(_question(service, within(table.key, ids), (), len(ids)) for service in services)


def mark(_: Table, wanted: Mark) -> Request:
    """A whole list of what is blocked or slowed: it names problem contracts only."""
    return _question(wanted.service, "", (), 1)


def check(table: Table) -> Request:
    """Codes below nothing: whoever finds some invents them (mode Homologação answers with fictitious data)."""
    return _question(table.name, compare(table.key, "<", 0), (), 0)


def settle(row: Row) -> Request:
    """The client's unpaid documents by v2, whose due dates are ISO: they tell how v1 writes them."""
    asked = {"customer_id": int(row["CliFor"]), "account_number": int(row["Conta"])}
    return Request(V2, orjson.dumps({UNPAID: asked}), UNPAID)


def _question(service: str, asked: str, cursor: Cursor, size: int) -> Request:
    return Request(V1, asked.encode(), service, cursor, size)


def sign(request: Request, secrets: Mapping[str, str]) -> Signed:
    """v1 carries its key in the body, v2 in a header."""
    if request.path == V2:
        return Signed(V2, {"content-type": "application/json", "authentication_key": secrets["token_v2"]}, request.body)
    body = {request.service: {"Autenticacao": {"ChaveIntegracao": secrets["token"]}, "Filtro": request.body.decode()}}
    return Signed(V1, {"content-type": "application/json"}, orjson.dumps(body))


def page(table: Table, request: Request, status: int, content: bytes) -> Page:
    """An answer is good if it is 2xx, JSON, of status 1 (or says that nothing was found), and what was asked for."""
    service = request.service
    body = json_object("RBX", service, status, content, check="the instance's url and the firewall's allow-list")
    if "status" not in body:
        check_words("RBX", service, body)
        raise RetryLater(f"RBX answers no status on {service}")
    rows = _result(service, body)
    if request.size == 0 and request.path == V1 and rows:
        raise StopWorker(f"RBX answers {service} {NOT_ASKED}")
    if request.cursor:
        return Page(_in_range(table, request, rows), _next(request, len(rows)))
    return Page([READERS.get(service, _as_it_is)(row) for row in rows], None)


def _result(service: str, body: Mapping[str, Any]) -> list[dict[str, Any]]:
    code = str(body.get("erro_code", body.get("error_code", "")))
    if str(body["status"]) == "1":
        rows = body.get("result") or []
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise RetryLater(f"RBX answers {service} with no list of rows")
        return rows
    said = " ".join(str(body.get(name, "")) for name in ("erro_desc", "erro_detail", "error_description"))[:200].strip()
    if code == EMPTY:
        return []
    if code in (BAD_KEY, BAD_COLUMN):
        raise StopWorker(f"RBX refuses {service} with error {code}: {said}")
    raise RetryLater(f"RBX answers {service} with error {code}: {said}")


def _in_range(table: Table, request: Request, rows: list[dict[str, Any]]) -> list[Row]:
    after, width = request.cursor
    for row in rows:
        code = str(row.get(table.key, ""))  # one that is no number is dead-lettered by who reads the row
        if _is_number(code) and not after < int(code) <= (after + width if width else 10**LONGEST_NUMBER):
            raise StopWorker(f"RBX answers {request.service} {NOT_ASKED}")
    return [READERS.get(request.service, _as_it_is)(row) for row in rows]


def _next(request: Request, found: int) -> Cursor | None:
    after, width = request.cursor
    if not width:
        return None
    if found:
        wanted = width * request.size // found
        return (after + width, max(request.size, min(wanted, width * WIDER)))
    return (after + width, width * WIDER if width * WIDER <= request.size * WIDEST else 0)


def _settled(row: dict[str, Any]) -> Row:
    """One without a day of settlement is settled all the same: it must not look open."""
    found = {ours: row.get(theirs, "") for theirs, ours in SETTLED_COLUMNS.items()} | NOT_OPEN
    return found | {"DataBaixa": found["DataBaixa"] or "0000-00-00"}


def _open(row: dict[str, Any]) -> Row:
    return row | OPEN_ONLY


def _as_it_is(row: dict[str, Any]) -> Row:
    return row


def _is_number(code: str) -> bool:
    return code.isascii() and code.isdecimal() and len(code) <= LONGEST_NUMBER


READERS: dict[str, Callable[[dict[str, Any]], Row]] = {SETTLED: _settled, "ConsultaDocumentosAbertos": _open}
PROTOCOL = Protocol(read, reread, page, sign, mark=mark, check=check, settle=settle, asks_conditions=False)
