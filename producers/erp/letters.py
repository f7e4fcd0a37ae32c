"""Rows that cannot be published, as dead letters: with their place, and never with what is too large. Pure."""

from collections.abc import Mapping
from typing import Any

import orjson

from producers.erp.changes import COLUMN_BYTES, ENVELOPE_BYTES
from schemas.dead import DeadLetter, Why
from schemas.erp.declaration import Row, Table
from schemas.errors import RejectRecord
from schemas.instances import Instance
from schemas.topics import RECORD_BYTES

STAGE = "erp-poller"
ID_SHOWN = 64
"""Characters of an id in a letter's place: one that is longer is no id."""


def letter(instance: Instance, table: Table, row: Row, exc: RejectRecord) -> DeadLetter:
    """The whitelisted columns as JSON, without those that are too large."""
    place = f"{instance.erp.kind}/{table.name}[{instance.name}]@{str(row.get(table.key, '?'))[:ID_SHOWN]}"
    why = Why(stage=STAGE, place=place, field=exc.field, reason=str(exc))
    return DeadLetter(None, _bounded({column: row[column] for column in table.columns if column in row}), why)


def _bounded(kept: Mapping[str, Any]) -> bytes:
    body = orjson.dumps(kept)
    if len(body) <= COLUMN_BYTES:
        return body
    small = {column: value for column, value in kept.items() if len(orjson.dumps(value)) <= COLUMN_BYTES}
    body = orjson.dumps(small)
    return body if len(body) + ENVELOPE_BYTES <= RECORD_BYTES else b"{}"
