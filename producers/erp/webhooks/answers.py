"""What a webhook's answer is: rows, none, or no answer at all. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from producers.erp.exports.cells import wanted_columns
from producers.erp.webhooks.closing import CLOSING
from producers.erp.webhooks.none_said import names_failure, says_none
from producers.erp.webhooks.spelled import Spelled
from schemas.erp.altarede import CODES
from schemas.erp.altarede_options import Blank, Resource, Use
from schemas.erp.declaration import Row, Table
from schemas.erp.json_text import BOM, decoded, read_json
from schemas.erp.own_words import MESSAGES, is_failure, quoted, words
from schemas.errors import RetryLater, StopWorker

REFUSED = {
    401: "check erp.token and erp.app_key, and where erp.token_in and erp.app_key_in put them",
    403: "check erp.token and erp.app_key, and whether this machine's address is allowed",
    404: "check erp.url and the path and the method in erp.resources.{use}",
}
TEXT_SHOWN = 80
"""Characters of a text that is no error of a server: enough to complete `erp.none_text`."""
MESSAGE_FIELDS = 3
"""More an object that only says something does not have."""


def judge(  # noqa: PLR0917 - bound by position to a resource, then called with an answer
    table: Table,
    use: Use,
    resource: Resource,
    none_text: Sequence[str],
    status: int,
    content: bytes,
    *,
    spelled: Spelled | None = None,
) -> list[Row]:
    """The rows under our columns, of which only those of the table are kept. `spelled`: of all answers of one reading.

    Raises RetryLater for what may pass, StopWorker for a refusal or for rows that lack a column under the name expected.
    """
    if what := REFUSED.get(status):
        raise StopWorker(f"{resource.path} answers {status}{quoted(content)}: {what.format(use=use)}")
    if not 200 <= status < 300:  # noqa: PLR2004 - what HTTP calls success
        raise RetryLater(f"{resource.path} answers {status}{quoted(content)}")
    read = _read(resource, use, content)
    if isinstance(read, str):
        _check_none(resource, none_text, read)
        return []
    found = _unwrapped(read, resource, use)
    if said := _message(found, table, use, resource):
        _check_none(resource, none_text, said, f"{resource.path} answers an error{quoted(said)}")
        return []
    told = spelled or Spelled(resource.path, table.key)
    rows = [_row(table, resource, row, told) for row in found if row]
    if found and not rows:
        _check_blank("{}" if isinstance(read, dict) else "[{}]", resource, use)
    _check(table, use, resource, rows)
    return rows


def _read(resource: Resource, use: Use, content: bytes) -> Any:  # noqa: ANN401 - JSON
    """A text, a list, or an object; an empty list where nothing is said and this means none."""
    bare = content.removeprefix(BOM).strip()
    if not bare:
        _check_blank("empty", resource, use)
        return []
    try:
        read = read_json(bare)
    except ValueError:
        read = decoded(bare)
    if read is None:
        _check_blank("null", resource, use)
        return []
    return read


def _check_none(resource: Resource, none_text: Sequence[str], said: str, otherwise: str = "") -> None:
    """A text says that there is nothing, or it is an error. `otherwise`: what is said of one that is."""
    if says_none(said, none_text):
        return
    sign = said.lstrip()[:1]
    if sign in {"{", "["}:  # rows that were cut off are nobody's to read here
        raise RetryLater(f"{resource.path} answers a body that was cut off")
    if sign == "<":
        raise RetryLater(f"{resource.path} answers a web page{quoted(said)}")
    what = (
        "with a word of a failure, whatever it begins with"
        if names_failure(said)
        else "neither JSON nor one of erp.none_text"
    )
    add = "it up to that word and with it" if names_failure(said) else "how it begins, up to what there is none of,"
    raise RetryLater(
        otherwise
        or f'{resource.path} answers "{words(said)[:TEXT_SHOWN]}": {what}; if it means "no rows", add {add} there,'
        " else let whoever keeps the workflow mend it"
    )


def _check_blank(how: Blank, resource: Resource, use: Use) -> None:
    """Raises RetryLater where nobody has said that this means none: a workflow that broke answers so, too."""
    if how not in resource.none:
        what = "an empty body" if how == "empty" else how
        raise RetryLater(
            f'{resource.path} answers {what}, which may be a workflow that broke; if it means "no rows" there,'
            f' say so in erp.resources.{use}.none: ["{how}"]'
        )


def _message(found: Sequence[Mapping[str, Any]], table: Table, use: Use, resource: Resource) -> str:
    """What one object says that is no row; "" where it is a row. Raises RetryLater where one says that it is an error.

    Whatever else such a one says: a workflow that failed does not know that there is nothing.
    """
    keys = {_folded(table.key), _folded(resource.fields.get(table.key) or table.key)}
    codes = [[value for name, value in row.items() if _folded(name) in keys] for row in found]
    no_rows = [row for row, told in zip(found, codes, strict=True) if row and all(map(_is_blank, told))]
    for row in no_rows:
        _check_success(resource, row)
    if not no_rows or len(found) > 1 or codes[0]:
        return ""
    (row,) = no_rows
    said = words(row)
    if said and any(_holds_rows(value) for name, value in row.items() if name not in MESSAGES):
        raise RetryLater(
            f"{resource.path} answers a message{quoted(said)} beside rows: say in erp.resources.{use}.unwrap what they are"
            " called there"
        )
    return said if len(row) <= MESSAGE_FIELDS else ""


def _check_success(resource: Resource, said: Mapping[str, Any]) -> None:
    if is_failure(said):
        raise RetryLater(
            f'{resource.path} answers an error{quoted(said)}; if it means "no rows", let the workflow answer [] for that'
        )


def _holds_rows(value: object) -> bool:
    return any(isinstance(one, dict) and one for one in (value if isinstance(value, list) else [value]))


def _unwrapped(read: Any, resource: Resource, use: Use) -> list[Mapping[str, Any]]:  # noqa: ANN401 - JSON
    items = read if isinstance(read, list) else [read]
    said: list[str] = []
    for name in resource.unwrap:
        if any(isinstance(item, dict) and name in item for item in items):
            for around in (item for item in items if isinstance(item, dict)):
                _check_success(resource, around)
                said.append(words(around))
            inner = [_inside(item, name) for item in items]
            if items and all(one is None for one in inner):
                _check_blank("null", resource, use)
            items = [row for one in inner for row in (one or [])]
    if failure := next((one for one in said if not items and names_failure(one)), ""):
        raise RetryLater(f"{resource.path} answers no rows beside an error{quoted(failure)}")
    for item in items:
        if not isinstance(item, dict):
            raise RetryLater(f"{resource.path} answers a list of something else than rows")
    return items


def _inside(item: Any, name: str) -> list[Any] | None:  # noqa: ANN401 - JSON
    """None where nothing is there, which is less than an empty list."""
    inner = item.get(name) if isinstance(item, dict) else item
    return inner if isinstance(inner, list) or inner is None else [inner]


def _row(table: Table, resource: Resource, found: Mapping[str, Any], spelled: Spelled) -> Row:
    by_name: dict[str, Any] = {}
    for name, value in found.items():
        if _is_blank(by_name.get(_folded(name))):
            by_name[_folded(name)] = value
    row: dict[str, Any] = {}
    for column in wanted_columns(table):
        theirs = resource.fields.get(column, column)
        name = theirs if not theirs or _folded(theirs) in by_name else column
        if not name or _folded(name) in by_name:
            value = found.get(name) if not _is_blank(found.get(name)) else by_name.get(_folded(name), "")
            row[column] = spelled.code(column, value) if column in CODES else value
    return row


def _folded(name: str) -> str:
    """As heads of exports are compared: a workflow may write the names otherwise."""
    return name.strip().casefold()


def _is_blank(value: object) -> bool:
    return value is None or value == ""


def _check(table: Table, use: Use, resource: Resource, rows: Sequence[Row]) -> None:
    """A column that no row has is called otherwise, or the answer is no rows at all.

    Whether bills that are swept say that they were paid, all answers of a reading tell (`closing`).
    """
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
