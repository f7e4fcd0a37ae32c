"""A poller's letter: the ERP is asked for the row once more, by its id. Nothing is published: the next sweep does that."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import orjson
from pydantic import SecretStr

from producers.erp.changes import examine
from producers.erp.source import Source
from producers.erp.sources import open_source
from schemas.erp import ERPS
from schemas.erp.days import UNTIMED
from schemas.erp.declaration import Row, Table
from schemas.errors import PipelineError, RejectRecord
from schemas.instances import Instance
from schemas.letters import Answer, InErp
from schemas.runtime.clock import now
from schemas.runtime.secrets import opened


def table_of(row: InErp, instance: Instance) -> Table | None:
    """None where the instance has another ERP now, or a table that is read no more."""
    if instance.erp.kind != row.erp:
        return None
    return next((table for table in ERPS[row.erp].tables if table.name == row.table), None)


def owner_in(table: Table, value: bytes | None) -> str:
    """The client whose row it was, as the letter's value tells; "" where it does not."""
    try:
        told: Any = orjson.loads(value or b"{}")
    except ValueError:
        return ""
    owner = told.get(table.owner) if table.owner and isinstance(told, dict) else None
    return "" if owner is None else str(owner)


def answered(table: Table, row: InErp, rows: list[Row], today: date = UNTIMED) -> Answer:
    """What the ERP says of it `today`."""
    found = next((one for one in rows if str(one.get(table.key, "")) == row.id), None)
    if found is None:
        return Answer("absent")
    try:
        examine(table, found, lambda _document: "", seen=today)  # whether it can be read does not hang on the hash
    except RejectRecord as exc:
        return Answer("still", str(exc))
    return Answer("read")


async def ask(instance: Instance, row: InErp, value: bytes | None, secrets: SecretStr) -> Answer:
    """Ask the ERP. What fails is `still`, with the reason."""
    table = table_of(row, instance)
    if table is None:
        return Answer("nowhere", f"{instance.name} has no {row.erp}/{row.table} any more")
    try:
        source = open_source(instance, opened(instance.erp, secrets))
        try:
            return answered(table, row, await _rows(source, table, {row.id: owner_in(table, value)}), now().date())
        finally:
            await source.close()
    except PipelineError as exc:
        return Answer("still", str(exc))


async def _rows(source: Source, table: Table, owners: Mapping[str, str]) -> list[Row]:
    return list((await source.reread(table, owners)).rows)
