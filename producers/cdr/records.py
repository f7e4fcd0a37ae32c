"""A source of records, looked into again and again; one that fails waits by itself and stops no other."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import structlog

from producers.cdr import custom_json, master_csv
from producers.cdr.desk import Desk
from producers.cdr.files import Files
from producers.cdr.lines import lines
from producers.cdr.memory import REACH
from producers.cdr.pace import rest
from producers.cdr.source import Source
from producers.cdr.sql import SqlTable
from producers.cdr.witness import Witness
from producers.held.publishing import UnpublishedError
from schemas.errors import RetryLater, StopWorker
from schemas.pabx import CsvRecords, JsonRecords, SqlRecords

log = structlog.get_logger()
OUR_FAULT = StopWorker("an error of the collector itself: the log has it as records_crashed")
Looked = CsvRecords | JsonRecords | SqlRecords
"""What is looked into; a manager is listened to."""


def open_source(records: Looked, password: str, clock: Callable[[], datetime]) -> Source:
    """Nothing is contacted yet. `password`: opened. Raises StopWorker."""
    match records:
        case SqlRecords():
            return SqlTable(records, password, clock, REACH)
        case CsvRecords(path=path, seventeenth=seventeenth):
            return Files(
                Path(path), "csv", master_csv.records, lambda raw: master_csv.read(raw, seventeenth), lambda: clock() - REACH
            )
        case JsonRecords(path=path):
            return Files(Path(path), "json", lines, custom_json.read, lambda: clock() - REACH)


async def follow(source: Source, desk: Desk, zone: str, witness: Witness) -> None:
    """Until cancelled. Raises UnpublishedError."""
    loop = asyncio.get_running_loop()
    try:
        while True:
            begun = loop.time()
            try:
                look = await source.look()
                took = loop.time() - begun
                await desk.take(look.said, look.unread, zone)
                source.taken()
                witness.there()
                wait = 0.0 if look.more else rest(took)
            except UnpublishedError:
                raise
            except (RetryLater, StopWorker) as exc:
                wait = witness.gone(exc)
            except Exception:
                # What one PABX's records bring out must not end the process, and with it every other PABX's.
                log.exception("records_crashed", zone=zone)
                wait = witness.gone(OUR_FAULT)
            await asyncio.sleep(wait)
    finally:
        witness.left()
        await source.close()
