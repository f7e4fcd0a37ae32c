"""`collector instance test`: each resource of an ERP asked once, its first rows read as every stage would read them."""

import os
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import httpx

from deploy.instances import TestSettings, where
from producers.erp.changes import examine
from producers.erp.columns import Columns
from producers.erp.source import Probe, Told
from producers.erp.sources import open_source
from producers.erp.wire_failures import ElsewhereError, NoAnswerError
from schemas.erp import ERPS
from schemas.erp.altarede_options import AltaredeExport, AltaredeWebhooks
from schemas.erp.connections import Connection
from schemas.erp.declaration import NotUnderstoodError, Row, Table
from schemas.errors import PipelineError, RejectRecord, RetryLater, StopWorker
from schemas.hydration.fold import empty, step
from schemas.instances import Instance
from schemas.rows import ErpRow
from schemas.runtime.secrets import opened, person_hash

Finding = dict[str, object]
YES, NO, UNKNOWN = "yes", "no", "?"
NOT_ASKED = "not asked, as nobody answered before"
TRY_LATER = "; it may pass"
IN_A_ROW = re.compile(r"^row ")
ANSWERED = re.compile(r" answers (?:(?P<status>\d{3})\b)?")
"""How a webhook's failure begins where it did answer."""
SHOWN = re.compile(r"[^\s:]{1,64}")
"""What may be an id. Where columns are mixed up, anything else may be a name."""
REFUSED = {
    "ixc": "in IXC, let the token's user list each resource, and allow this machine's address",
    "rbx": "in RBX (Empresa > Parâmetros > Web Services), see to the key, its services, and its mode: Produção",
    "altarede-export": "let the user of erp-poller read the folder",
    "altarede-webhooks": "ask whoever keeps the webhooks for the token, the app key, and where they are put",
}


async def findings(instance: Instance, settings: TestSettings) -> list[Finding]:
    """One row a resource. Nothing is published, and nothing is written anywhere. Raises StopWorker for a bad secret.

    `note`: what has to be worked around there, such as an operator that the ERP understands otherwise.
    """
    source = open_source(instance, opened(instance.erp, settings.collector_secret_key))
    person = partial(person_hash, key=settings.collector_person_key)
    found: list[Finding] = []
    nobody = False
    try:
        for table in ERPS[instance.erp.kind].tables:
            try:
                if nobody:
                    raise NoAnswerError(NOT_ASKED)
                probe = await source.survey(table)
                said = YES, YES, _total(probe), first_problem(instance, table, probe.rows, person)
            except PipelineError as exc:
                nobody = nobody or isinstance(exc.__cause__, httpx.ConnectError | httpx.ConnectTimeout)
                passing = isinstance(exc, RetryLater) and not isinstance(exc, NoAnswerError)
                said = *judged(instance.erp, table, exc), "", f"{exc}{TRY_LATER if passing else ''}"
            names = ("kind", "resource", "reachable", "authorised", "rows", "first_problem", "note")
            note = "; ".join(source.notes(table.kind))
            found.append(dict(zip(names, (table.kind, table.name, *said, note), strict=True)))
    finally:
        await source.close()
    return found


def _total(probe: Probe) -> str:
    return f"{len(probe.rows)} or more" if probe.total is None else str(probe.total)


def judged(erp: Connection, table: Table, exc: PipelineError) -> tuple[str, str]:
    """Whether a resource that failed is reachable, and we are authorised there, as far as its failure tells."""
    by_webhook = isinstance(erp, AltaredeWebhooks) and (table.kind != "client" or "client" in erp.resources)
    if isinstance(erp, AltaredeExport | AltaredeWebhooks) and not by_webhook:
        return _of_folder(erp.folder)
    if isinstance(exc, NoAnswerError | ElsewhereError) or isinstance(exc.__cause__, httpx.HTTPError):
        return NO, UNKNOWN
    if by_webhook and isinstance(exc, StopWorker):
        return _of_webhook(str(exc))
    if isinstance(exc, NotUnderstoodError):
        return YES, YES
    return YES, NO if isinstance(exc, StopWorker) else UNKNOWN


def _of_folder(folder: str) -> tuple[str, str]:
    if not folder:
        return UNKNOWN, UNKNOWN
    return (YES, YES if os.access(folder, os.R_OK | os.X_OK) else NO) if Path(folder).is_dir() else (NO, UNKNOWN)


def _of_webhook(said: str) -> tuple[str, str]:
    answered = ANSWERED.search(said)
    if answered is None:
        return UNKNOWN, UNKNOWN
    return YES, {None: YES, "401": NO, "403": NO}.get(answered["status"], UNKNOWN)


def first_problem(instance: Instance, table: Table, rows: Sequence[Row], person: Callable[[str], str]) -> str:
    """Why the first row that cannot be used cannot; "" where all can. It names columns and ids, no person's data."""
    try:
        columns = Columns(ERPS[instance.erp.kind], table)
        columns.check_list(Told(datetime.now(UTC), rows))
        columns.check_any()
    except StopWorker as exc:
        return str(exc)
    now = datetime.now(UTC)
    for row in rows:
        try:
            change = examine(table, row, person, seen=now.date())
            if table.kind == "reference" or not change.member:
                continue
            event = ErpRow(
                instance=instance.name,
                erp=instance.erp.kind,
                kind=table.kind,
                id=change.code,
                client=change.known.owner,
                row=dict(change.row or {}),
                seen_at=now,
                sweep="test",
                ddd=instance.ddd,
            )
            step(empty(event.instance, event.client, event.seen_at), event)
        except RejectRecord as exc:
            code = str(row.get(table.key) or "")
            return f"row {code if SHOWN.fullmatch(code) else UNKNOWN}: {exc}"
    return ""


def advice(instance: Instance, found: Iterable[Finding]) -> list[str]:
    """What to do next, a sentence for each sort of problem. Pure."""
    rows = list(found)
    problems = [str(row["first_problem"]) for row in rows if row["first_problem"]]
    said = []
    if any(row["reachable"] == NO for row in rows):
        said.append(f"nobody answers at {where(instance)}: is that right, does the ERP run, may this machine reach it?")
    if any(row["authorised"] == NO for row in rows):
        said.append(REFUSED[instance.erp.kind])
    if any(problem.endswith(TRY_LATER) for problem in problems):
        said.append("what may pass is tried again by erp-poller; ask again in a minute, and the ERP's support if it stays")
    if any(IN_A_ROW.match(problem) for problem in problems):
        said.append("a row that cannot be read goes to `collector dead-letters`, all others are read: mend it in the ERP")
    return said if problems else ["every resource answers, and its first rows can be read"]
