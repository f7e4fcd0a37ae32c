"""What a webhook's answer is: rows, none, or no answer at all. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from producers.erp.exports.cells import wanted_columns
from producers.erp.exports.names import folded
from schemas.erp.altarede import CODES
from schemas.erp.altarede_options import Resource, Use
from schemas.erp.declaration import Row, Table
from schemas.erp.values import plain_code
from schemas.errors import RetryLater, StopWorker

REFUSED = {
    401: "check erp.token and erp.app_key, and where erp.token_in and erp.app_key_in put them",
    403: "check erp.token and erp.app_key, and whether this machine's address is allowed",
    404: "check erp.url and the path and the method in erp.resources.{use}",
}
CLOSING = ("STATUS", "DATA_PAGAMENTO")


def judge(  # noqa: PLR0917 - bound by position to a resource, then called with an answer
    table: Table, use: Use, resource: Resource, none_text: Sequence[str], status: int, content: bytes
) -> list[Row]:
    """The rows under our columns, of which only those of the table are kept.

    Raises RetryLater for what may pass, StopWorker for a refusal or for rows that lack a column under the name expected.
    """
    if what := REFUSED.get(status):
        raise StopWorker(f"{resource.path} answers {status}: {what.format(use=use)}")
    if not 200 <= status < 300:  # noqa: PLR2004 - what HTTP calls success
        raise RetryLater(f"{resource.path} answers {status}")
    found = list(_unwrapped(_answer(resource, none_text, content), resource))
    rows = [_row(table, resource, row) for row in found if row]  # n8n says "nothing" by one empty object, too
    _check(table, use, resource, rows)
    return rows


def _answer(resource: Resource, none_text: Sequence[str], content: bytes) -> list[Any]:
    """The top of the answer as a list. A text says that there is nothing, or it is an error."""
    bare = content.strip()
    if not bare:
        return []
    try:
        read = orjson.loads(bare)
    except orjson.JSONDecodeError:
        read = bare.decode(errors="replace")
    if isinstance(read, str):
        if folded(read.strip()).startswith(tuple(map(folded, none_text))):
            return []
        raise RetryLater(f"{resource.path} answers neither JSON nor one of erp.none_text")
    if read is None:
        return []
    return read if isinstance(read, list) else [read]


def _unwrapped(items: list[Any], resource: Resource) -> Iterator[Mapping[str, Any]]:
    for name in resource.unwrap:
        if any(isinstance(item, dict) and name in item for item in items):
            items = [row for item in items for row in _inside(item, name)]
    for item in items:
        if not isinstance(item, dict):
            raise RetryLater(f"{resource.path} answers a list of something else than rows")
        yield item


def _inside(item: Any, name: str) -> list[Any]:  # noqa: ANN401 - JSON
    inner = item.get(name) if isinstance(item, dict) else item
    return inner if isinstance(inner, list) else [] if inner is None else [inner]


def _row(table: Table, resource: Resource, found: Mapping[str, Any]) -> Row:
    named = {ours: found.get(theirs, "") for ours, theirs in resource.fields.items() if theirs in found or not theirs}
    row = {**found, **named}
    return {
        column: _code(resource, column, row[column]) if column in CODES else row[column]
        for column in wanted_columns(table)
        if column in row
    }


def _code(resource: Resource, column: str, value: Any) -> str:  # noqa: ANN401 - JSON
    if isinstance(value, float):  # 1.15 was 1.150, which is 1150, or was it not?
        raise StopWorker(f"{resource.path} answers {column} as a number with decimals: let it answer texts")
    return "" if value is None else plain_code(str(value).strip())


def _check(table: Table, use: Use, resource: Resource, rows: Sequence[Row]) -> None:
    """A column that no row has is called otherwise, or the answer is no rows at all."""
    if not rows:
        return
    there = {column for row in rows for column in row}
    mend = f"say in erp.resources.{use}.fields what it is called there"
    if table.key not in there and len(rows) == 1:
        raise RetryLater(f"{resource.path} answers an object without {table.key}; if it is a row: {mend}")
    wanted = set(wanted_columns(table)) - table.optional - {table.owner}
    if missing := sorted(wanted - there):
        raise StopWorker(f'{resource.path} answers rows without {missing[0]}: {mend} ("" if nowhere)')
    if use == "paid" and not there.intersection(CLOSING):
        raise StopWorker(f"{resource.path} answers rows without {' or '.join(CLOSING)}: paid bills would look open")
