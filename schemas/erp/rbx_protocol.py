"""How RBX is asked and believed (`schemas/erp/RBX.md`): one URL, the service in the body, whole results.

There is no page and no order: what is asked for is a range of codes (`rbx_ranges`), so that an answer stays small. By which
columns a server filters is not published: where it refuses one, the table's next `Filter` is asked for.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal

import orjson

from schemas.erp.answers import check_words, json_object
from schemas.erp.declaration import Cursor, Filter, Mark, NotAFilterError, Page, Protocol, Request, Row, Signed, Table
from schemas.erp.rbx_ranges import after, follow, narrow
from schemas.erp.row_codes import with_codes
from schemas.erp.values import first_of
from schemas.errors import RetryLater, StopWorker

V1 = "ws/rbx_server_json.php"
V2 = "ws_json/ws_json.php"
SETTLED = "ConsultaDocumentosBaixados"
UNPAID = "get_unpaid_document"
EMPTY, BAD_KEY, BAD_COLUMN = "1", "97", "165"
LONGEST_NUMBER = 18
NOT_ASKED = "with rows that were not asked for: is its key in mode Homologação? Set it to Produção"

SETTLED_COLUMNS = {"Sequencia": "Sequencia", "CodigoPessoa": "CliFor", "Motivo": "Motivo", "DataBaixa": "DataBaixa"}
OPEN_ONLY = {"Motivo": "", "DataBaixa": ""}
NOT_OPEN = {"Tipo": "C", "Vencimento": "", "Valor": "0.00", "ContratosVinculados": ""}
UNDATED = "0000-00-00"
"""What is settled on no day is settled all the same: it must not look open."""
BESIDE = {"ConsultaDocumentosAbertos": frozenset({"Conta"})}
"""Columns that only questions need."""


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
    column = _filter(table).name
    if not column:
        return _question(table.name, "", (0, 0), size)
    begin, width = cursor or (0, size)
    asked = compare(column, ">", begin)
    if width:
        asked += f" AND {compare(column, '<=', begin + width)}"
    return _question(table.name, asked, (begin, width), size)


def _filter(table: Table) -> Filter:
    return table.filters[0] if table.filters else Filter(table.key, table.key)


def reread(table: Table, owners: Mapping[str, str]) -> Sequence[Request]:
    """These rows by their codes, or all of their owners' where no code can be asked for; an open document that is no longer
    open is looked for among the settled ones.
    """
    services = (table.name, SETTLED) if table.kind == "bill" else (table.name,)
    column, by = _filter(table)
    codes = list(owners) if by == table.key else list(dict.fromkeys(owners.values()))
    return tuple(_question(service, within(column, codes) if column else "", (), len(owners)) for service in services)


def mark(_: Table, wanted: Mark) -> Request:
    """A whole list of what is blocked or slowed: it names problem contracts only."""
    return _question(wanted.service, "", (), 1)


def check(table: Table) -> Request | None:
    """Codes below nothing: whoever finds some invents them (mode Homologação answers with fictitious data)."""
    column = _filter(table).name
    return _question(table.name, compare(column, "<", 0), (), 0) if column else None


def unranged(table: Table) -> Sequence[Request]:
    """All there is, where ranges brought nothing: whoever compares otherwise than SQL says so by having rows."""
    return (_question(table.name, "", (), 1),) if _filter(table).name else ()


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
    found = with_codes("RBX", table, [_read(table, service, row) for row in rows])
    if not request.cursor:
        return Page(found, None)
    codes = _in_range(table, request, found)
    span = (min(codes), max(codes)) if codes else None
    return Page(found, after(request.cursor, request.size, len(rows)), span=span)


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
    if code == BAD_COLUMN:
        raise NotAFilterError(f"RBX does not filter {service} by what was asked for (error {code}: {said})")
    if code == BAD_KEY:
        raise StopWorker(f"RBX refuses {service} with error {code}: {said}")
    raise RetryLater(f"RBX answers {service} with error {code}: {said}")


def _in_range(table: Table, request: Request, rows: Sequence[Row]) -> list[int]:
    """The codes that were asked for; one that is no number is dead-lettered by who reads the row. Raises StopWorker."""
    begin, width = request.cursor
    by = _filter(table).column
    texts = [str(row.get(by, "")) for row in rows] if by else []
    codes = [int(code) for code in texts if _is_number(code)]
    last = begin + width if width else 10**LONGEST_NUMBER
    if any(not begin < code <= last for code in codes):
        raise StopWorker(f"RBX answers {request.service} {NOT_ASKED}")
    return codes


def _read(table: Table, service: str, row: dict[str, Any]) -> Row:
    """Of what is asked for by the thousand only the columns that we know: an answer may hold everything there is."""
    if service == SETTLED:
        return {ours: row[theirs] for theirs, ours in SETTLED_COLUMNS.items() if theirs in row} | NOT_OPEN | _settled_on(row)
    if service != table.name:
        return row
    wanted = (*table.columns, *table.document, *BESIDE.get(service, ()))
    kept = {column: row[column] for column in wanted if column in row}
    return kept | OPEN_ONLY if table.kind == "bill" else kept


def _settled_on(row: Mapping[str, Any]) -> dict[str, str]:
    if "DataBaixa" not in row:
        return {}
    return {"DataBaixa": first_of(str(row["DataBaixa"] or "")) or UNDATED}


def _is_number(code: str) -> bool:
    return code.isascii() and code.isdecimal() and len(code) <= LONGEST_NUMBER


PROTOCOL = Protocol(
    read,
    reread,
    page,
    sign,
    mark=mark,
    check=check,
    follow=follow,
    narrow=narrow,
    unranged=unranged,
    settle=settle,
    asks_conditions=False,
)
