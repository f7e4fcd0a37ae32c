"""The examples of an ERP: pages beside the events that they must become, and answers, each in the folder of its outcome."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from pydantic import SecretStr

from producers.erp.changes import examine
from schemas.codec import encode
from schemas.erp.declaration import Erp, Request, Row, Table
from schemas.errors import PipelineError, RetryLater, StopWorker
from schemas.rows import ErpRow
from schemas.runtime.secrets import person_hash

PERSON_KEY = SecretStr("only for tests, at least 16")
SEEN = datetime(2026, 1, 14, 12, tzinfo=UTC)
SWEEP = "01KEXAMPLE0000000000000000"
ANSWERS = {"page": None, "retry": RetryLater, "stop": StopWorker}
EVENTS = ".events.json"


def events(erp: Erp, table: Table, content: bytes) -> list[dict[str, Any]]:
    """What the poller would publish of one page, as JSON, and whether each row belongs to the sweep."""
    found = []
    for row in rows_of(erp, table, content):
        change = examine(table, row, lambda document: person_hash(document, PERSON_KEY))
        event = ErpRow(
            instance="norte",
            erp=erp.name,
            kind=table.kind,
            id=change.code,
            client=change.known.owner,
            row=dict(change.row or {}),
            seen_at=SEEN,
            sweep=SWEEP,
            ddd="82",
        )
        found.append({"member": change.member, "value": orjson.loads(encode(event))})
    return found


def rows_of(erp: Erp, table: Table, content: bytes) -> Sequence[Row]:
    """What the poller takes from one good answer."""
    assert erp.protocol is not None
    return erp.protocol.page(table, Request(table.name, b"", table.name, size=1), 200, content).rows


def page_faults(folder: Path, erp: Erp) -> Iterator[str]:
    """Every table has a page that becomes exactly the events beside it; no file belongs to nothing."""
    tables = {table.name: table for table in erp.tables}
    wanted = {"answers"} | {f"{name}{suffix}" for name in tables for suffix in (".json", EVENTS)}
    there = {entry.name for entry in folder.iterdir()} if folder.is_dir() else set()
    yield from (f"{erp.name} has no {name}" for name in sorted(wanted - there))
    yield from (f"{name} belongs to no table of {erp.name}" for name in sorted(there - wanted))
    for name, table in tables.items():
        if {f"{name}.json", f"{name}{EVENTS}"} <= there:
            made = events(erp, table, (folder / f"{name}.json").read_bytes())
            if made != orjson.loads((folder / f"{name}{EVENTS}").read_bytes()):
                yield f"{name}.json does not become {name}{EVENTS}"
            if not made:
                yield f"{name}.json is empty"


def answer_faults(folder: Path, erp: Erp) -> Iterator[str]:
    """Each answer leads to what its folder says, and each folder has one."""
    there = {entry.name for entry in folder.iterdir()} if folder.is_dir() else set()
    yield from (f"{name} is no outcome" for name in sorted(there - ANSWERS.keys()))
    for name, action in ANSWERS.items():
        files = sorted((folder / name).glob("*")) if name in there else []
        if not files:
            yield f"{erp.name} has no example of {name}"
        for file in files:
            got = judged(erp, file.read_bytes())
            if (got is None) is not (action is None) or not issubclass(got or PipelineError, action or PipelineError):
                yield f"{name}/{file.name} is taken for {got.__name__ if got else 'a page'}"


def judged(erp: Erp, content: bytes) -> type[PipelineError] | None:
    """What the answer is taken for; None for a page."""
    try:
        rows_of(erp, erp.tables[0], content)
    except PipelineError as exc:
        return type(exc)
    return None


def columns(erp: Erp, table: Table, content: bytes) -> set[str]:
    """The columns of a page's rows."""
    return {name for row in rows_of(erp, table, content) for name in row}


SECRETS = re.compile("senha|token|cpf_|nome_mae|conjuge")
