"""IXC's list request and its answers: bytes in, bytes out."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import orjson

from deploy.simulators.ixc.chance import money
from deploy.simulators.ixc.columns import TOTAL_IS_NUMBER
from deploy.simulators.ixc.filters import READERS, BadQueryError, Condition, Conditions, condition, iso, kind_of, number
from deploy.simulators.ixc.store import Span, Table

HTML_ERROR: Final = '<div style="color:red">Ocorreu um erro ao processar. Contate o suporte IXC Soft.</div>\n'
DEFAULT_ROWS: Final = "20"


@dataclass(frozen=True, slots=True)
class Listing:
    """One list request. `page` counts from 1, `rows` is the page's size, `sort` a column."""

    conditions: Conditions
    page: int
    rows: int
    sort: str
    descending: bool


def listing(body: bytes, table: Table, *, commas: bool = True) -> Listing:
    """The request in `body`. `commas`: lists may have them. Raises BadQueryError where IXC shows its HTML error."""
    asked = _object(body)
    conditions = [_condition(table, asked, ("qtype", "oper", "query"), commas=commas)] if asked.get("qtype") else []
    conditions += [
        _condition(table, each, ("TB", "OP", "P"), commas=commas) for each in _grid(asked.get("grid_param", "[]"))
    ]
    return Listing(
        conditions=tuple(conditions),
        page=_positive(asked.get("page", "1")),
        rows=_positive(asked.get("rp", DEFAULT_ROWS)),
        sort=_column(table, str(asked.get("sortname") or "id")),
        descending=asked.get("sortorder") == "desc",
    )


def page(asked: Listing, table: Table, *, own_total: bool = False) -> bytes:
    """The answer. An empty one has no `registros` at all. `own_total`: it counts its own rows alone."""
    found = table.select(asked.conditions)
    ids = _ordered(asked, table, found)
    count = len(ids) if own_total else found.size
    total = str(count) if table.name in TOTAL_IS_NUMBER else f'"{count}"'
    head = f'{{"page":"{asked.page}","total":{total}'.encode()
    return head + (b',"registros":[' + b",".join(map(table.encoded, ids)) + b"]}" if ids else b"}")


def error(message: str) -> bytes:
    """What IXC says under HTTP 200 when it refuses."""
    return json.dumps({"type": "error", "message": message}, ensure_ascii=False).encode()


def unknown_resource(name: str) -> bytes:
    """The refusal of a table that does not exist."""
    return error(f"Recurso {name} não está disponível!")


def written(row_id: int) -> bytes:
    """What IXC says after a write."""
    return orjson.dumps({"type": "success", "message": "Registro inserido com sucesso!", "id": str(row_id)})


def form(body: bytes, table: Table) -> dict[str, str]:
    """The known columns in the body of a write, as they are stored. Raises BadQueryError."""
    return {name: _stored(name, str(value)) for name, value in _object(body).items() if name in table.blank and name != "id"}


def _stored(column: str, text: str) -> str:
    """Forms write `10,00` and `31/12/2026`; what is no sum or no day is stored as none."""
    if column.startswith("valor"):
        return money(max(0, round(number(text) * 100)))
    if kind_of(column) != "date":
        return text
    try:
        return date.fromisoformat(iso(text)).isoformat()
    except ValueError:
        return "0000-00-00"


def _object(body: bytes) -> Mapping[str, object]:
    try:
        asked = orjson.loads(body or b"{}")
    except orjson.JSONDecodeError as exc:
        raise BadQueryError("the body is not JSON") from exc
    if not isinstance(asked, dict):
        raise BadQueryError("the body is not an object")
    return asked


def _grid(text: object) -> list[Mapping[str, object]]:
    try:
        grid = orjson.loads(text) if isinstance(text, str) else None
    except orjson.JSONDecodeError as exc:
        raise BadQueryError("grid_param is not JSON") from exc
    if not isinstance(grid, list) or not all(isinstance(each, dict) for each in grid):
        raise BadQueryError("grid_param is not the text of a JSON list of objects")
    return grid


def _condition(table: Table, asked: Mapping[str, object], names: tuple[str, str, str], *, commas: bool) -> Condition:
    column, op, value = names
    second = asked.get("P2")
    return condition(
        _column(table, str(asked.get(column, ""))),
        str(asked.get(op, "=")),
        str(asked.get(value, "")),
        None if second is None else str(second),
        commas=commas,
    )


def _column(table: Table, name: str) -> str:
    owner, _, column = name.rpartition(".")
    if owner not in {"", table.name} or column not in table.blank:
        raise BadQueryError(f"unknown column {name}")
    return column


def _positive(text: object) -> int:
    if not str(text).isdecimal() or not (value := int(str(text))):
        raise BadQueryError(f"{text} is not a positive number")
    return value


def _ordered(asked: Listing, table: Table, found: Span) -> list[int]:
    skip = (asked.page - 1) * asked.rows
    if asked.sort == "id":
        return found.page(skip, asked.rows, descending=asked.descending)
    read, blank = READERS[kind_of(asked.sort)], table.blank[asked.sort]
    ids = found.page(0, found.size)
    ids.sort(key=lambda row_id: read(table.rows[row_id].get(asked.sort, blank)), reverse=asked.descending)
    return ids[skip : skip + asked.rows]
