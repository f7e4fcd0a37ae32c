"""Where a PABX's call records lie, looked into through the poller's own sources."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from pydantic import SecretStr

from deploy.pabx.checks import Check, newest_record
from deploy.pabx.way import hearing_manager
from producers.cdr.records import open_source
from producers.cdr.source import Source
from schemas.errors import PipelineError
from schemas.pabx import AmiRecords, CsvRecords, JsonRecords, Records, SqlRecords
from schemas.runtime.secrets import unseal

WHAT = "call records"
UNREAD = {
    "csv": "let the user of cdr-poller read the file and its folder",
    "json": "let the user of cdr-poller read the file and its folder",
    "sql": "see to its address, the user (it needs SELECT alone), its password, the table and `columns`",
    "ami": "see to the manager's address, its user (read = cdr,call,dialplan) and password",
}


def source_of(records: Records | None, key: SecretStr, clock: Callable[[], datetime]) -> Source | None:
    """None where nothing is to be looked into. Raises StopWorker for a password that no key opens, or a wrong address."""
    if records is None or isinstance(records, AmiRecords):
        return None
    password = unseal(records.password, key) if isinstance(records, SqlRecords) and records.password else ""
    return open_source(records, password, clock)


async def check(records: Records | None, source: Source | None, key: SecretStr, now: datetime) -> Check:
    """Whether they can be read as the poller reads them, when the newest began, and whether its zone can be right."""
    if records is None:
        return Check(WHAT, "?", "none configured: a call whose events are missed is lost", "`records` in --config")
    if isinstance(records, CsvRecords | JsonRecords) and await asyncio.to_thread(_not_yet, Path(records.path)):
        return Check(WHAT, "?", f"{records.path} is not there: Asterisk makes it with the first record")
    try:
        if isinstance(records, AmiRecords):
            password = unseal(records.password, key) if records.password else ""
            async with hearing_manager(records, password, lambda _: None):
                return Check(WHAT, "yes", "told by the manager as they are written")
        if source is not None:
            await source.look()
            return newest_record(await source.newest(), records.zone, now)
    except PipelineError as exc:
        return Check(WHAT, "no", str(exc), UNREAD[records.kind])
    return Check(WHAT, "?", "not looked into")


def _not_yet(file: Path) -> bool:
    return file.parent.is_dir() and not file.exists()
