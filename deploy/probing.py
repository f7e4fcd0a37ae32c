"""`collector instance test`: each resource of an ERP asked once, its first rows read as every stage would read them."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from deploy.instances import TestSettings
from processors.hydrate.fold import empty, step
from producers.changes import examine
from producers.source import Source
from producers.sources import open_source
from producers.wire import NoAnswerError
from schemas.erp import ERPS
from schemas.erp.declaration import Row, Table
from schemas.errors import PipelineError, RejectRecord, StopWorker
from schemas.instances import Instance
from schemas.rows import ErpRow
from schemas.runtime.secrets import opened, person_hash

Finding = dict[str, object]
UNKNOWN = "?"


async def findings(instance: Instance, settings: TestSettings) -> list[Finding]:
    """One row a resource. Nothing is published, and nothing is written anywhere. Raises StopWorker for a bad secret."""
    source = open_source(instance, opened(instance.erp, settings.collector_secret_key))
    try:
        return [
            await _finding(instance, source, table, lambda bare: person_hash(bare, settings.collector_person_key))
            for table in ERPS[instance.erp.kind].tables
        ]
    finally:
        await source.close()


async def _finding(instance: Instance, source: Source, table: Table, person: Callable[[str], str]) -> Finding:
    found: Finding = {"kind": table.kind, "resource": table.name, "reachable": "yes", "authorised": "yes", "rows": ""}
    try:
        probe = await source.probe(table)
    except NoAnswerError as exc:
        return {**found, "reachable": "no", "authorised": UNKNOWN, "first_problem": str(exc)}
    except StopWorker as exc:
        return {**found, "authorised": "no", "first_problem": str(exc)}
    except PipelineError as exc:
        return {**found, "authorised": UNKNOWN, "first_problem": str(exc)}
    rows = f"{len(probe.rows)} or more" if probe.total is None else str(probe.total)
    return {**found, "rows": rows, "first_problem": first_problem(instance, table, probe.rows, person)}


def first_problem(instance: Instance, table: Table, rows: Sequence[Row], person: Callable[[str], str]) -> str:
    """Why the first row that cannot be used cannot; "" where all can. It names columns and ids, no person's data."""
    for row in rows:
        try:
            change = examine(table, row, person)
            if table.kind == "reference" or not change.member:
                continue
            event = ErpRow(
                instance=instance.name,
                erp=instance.erp.kind,
                kind=table.kind,
                id=change.code,
                client=change.known.owner,
                row=dict(change.row or {}),
                seen_at=datetime.now(UTC),
                sweep="test",
                ddd=instance.ddd,
            )
            step(empty(event.instance, event.client, event.seen_at), event)
        except RejectRecord as exc:
            return f"row {row.get(table.key, '?')}: {exc}"
    return ""
