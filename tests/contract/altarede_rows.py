"""The examples of Altarede: exported files and webhooks' answers beside the events that they must become."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from producers.erp.changes import examine
from producers.erp.exports.files import File, listed, rows
from producers.erp.exports.names import newest
from producers.erp.outbox import row_bytes
from producers.erp.webhooks.answers import judge
from schemas.codec import decode
from schemas.erp.altarede import CLIENTS
from schemas.erp.altarede_options import EXAMPLE, NONE_TEXT, Resource, Use
from schemas.erp.declaration import Erp, Row, Table
from schemas.errors import PipelineError
from schemas.rows import ErpRow
from schemas.runtime.secrets import person_hash
from tests.contract.erp_pages import ANSWERS, EVENTS, PERSON_KEY, SEEN, SWEEP

RESOURCES: Mapping[Use, Resource] = {
    **EXAMPLE,
    "client": Resource(method="GET", path="listar-clientes", each="page", query={"pagina": "{page}"}),
}


def exported(folder: Path, table: Table) -> Iterator[Row]:
    """Rows of the table's files."""
    for file in newest(listed(folder), table).values():
        yield from rows([file], table)


def answered(folder: Path, table: Table) -> Iterator[Row]:
    """Rows of the table's answers."""
    uses: tuple[Use, ...] = ("bill", "paid") if table.kind == "bill" else (table.kind,)
    for use in uses:
        path = folder / f"{table.name}{'.paid' if use == 'paid' else ''}.json"
        if path.exists():
            yield from judge(table, use, RESOURCES[use], NONE_TEXT, 200, path.read_bytes())


READ = {"altarede-export": exported, "altarede-webhooks": answered}


def events(erp: Erp, table: Table, found: Iterator[Row]) -> list[dict[str, Any]]:
    """What the poller would publish, as JSON, and whether each row belongs to the sweep."""
    of_all = {
        "instance": "norte",
        "erp": erp.name,
        "kind": table.kind,
        "seen_at": SEEN.isoformat(),
        "sweep": SWEEP,
        "ddd": "82",
    }
    made = []
    for row in found:
        change = examine(table, row, lambda document: person_hash(document, PERSON_KEY))
        body = row_bytes({**of_all, "sweep": SWEEP, "ddd": "82"}, change)
        decode(ErpRow, body)
        made.append({"member": change.member, "value": orjson.loads(body)})
    return made


def row_faults(folder: Path, erp: Erp) -> Iterator[str]:
    """Every table has rows that become exactly the events beside them."""
    for table in erp.tables:
        beside = folder / f"{table.name}{EVENTS}"
        made = events(erp, table, READ[erp.name](folder, table))
        if not made:
            yield f"{erp.name} has no rows of {table.name}"
        if not beside.exists():
            yield f"{erp.name} has no {beside.name}"
        elif made != orjson.loads(beside.read_bytes()):
            yield f"the rows of {table.name} do not become {beside.name}"


def answer_faults(folder: Path, erp: Erp) -> Iterator[str]:
    """Each file or answer leads to what its folder says, and each folder has one."""
    for name, action in ANSWERS.items():
        files = sorted((folder / "answers" / name).glob("*"))
        if not files:
            yield f"{erp.name} has no example of {name}"
        for file in files:
            got = judged(erp, file)
            if got is not action:
                yield f"{name}/{file.name} is taken for {got.__name__ if got else 'a page'}"


def judged(erp: Erp, path: Path) -> type[PipelineError] | None:
    """What a file or an answer is taken for; None for rows or none."""
    state = path.stat()
    try:
        if erp.name == "altarede-export":
            list(rows([File(path, state.st_size, state.st_mtime_ns)], table_of(erp, path.name)))
        else:
            judge(table_of(erp, "Financeiro"), "bill", RESOURCES["bill"], NONE_TEXT, 200, path.read_bytes())
    except PipelineError as exc:
        return type(exc)
    return None


def table_of(erp: Erp, name: str) -> Table:
    """Files of answers are of clients, but for those that begin with another table's name."""
    return next((table for table in erp.tables if name.startswith(table.name)), CLIENTS)
