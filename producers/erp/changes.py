"""What a page changes: rows that are new or differ from what was last published. Pure: no clock, no socket."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, NamedTuple

import orjson

from schemas.erp.declaration import DATE_FORM, PERSON, Row, Table
from schemas.erp.documents import document, document_problem, masked
from schemas.erp.values import first_of
from schemas.errors import RejectRecord

DIGEST_BYTES = 8
KEY_PART = re.compile(r"[^:\x00-\x1f]{1,64}")
"""As `schemas.model.Code`; a test holds the two together. (Asking pydantic costs ten times as much, for every row.)"""


class Known(NamedTuple):
    """What was last published of a row that is still a member: its owner and the digest of its columns."""

    owner: str
    digest: bytes


Seen = dict[str, Known]
"""The rows of one table of one instance by id."""


@dataclass(frozen=True, slots=True)
class Change:
    """One row to publish, as JSON too (`body`). `row` is None where a read by its id found nothing, `lost` where nothing
    tells what became of it; `member`: it belongs to the sweep.
    """

    code: str
    known: Known
    row: Mapping[str, str] | None
    member: bool
    lost: bool = False


def project(table: Table, row: Row, person: Callable[[str], str]) -> dict[str, str]:
    """The whitelisted columns in a fixed order; CPF/CNPJ only as keyed hash and masked form (`ARCHITECTURE.md`).

    Raises RejectRecord where a column is not there at all: then it is not the table that we know.
    """
    try:
        kept = {column: value if type(value := row[column]) is str else _text(value) for column in table.columns}
    except KeyError:
        kept = _with_optional(table, row)
    if table.document:
        kept |= _of_person(table, row, person)
    return kept


def _text(value: Any) -> str:  # noqa: ANN401 - JSON
    """Most fields are documented as text; a version that sends null or a number must not stop the poller."""
    return value if isinstance(value, str) else "" if value is None else str(value)


def _with_optional(table: Table, row: Row) -> dict[str, str]:
    added = {DATE_FORM, *(mark.column for mark in table.marks), *table.optional}
    for column in table.columns:
        if column not in row and column not in added:
            raise RejectRecord(f"{table.name} has no column {column}", field=column)
    return {column: _text(row.get(column)) for column in table.columns}


def _of_person(table: Table, row: Row, person: Callable[[str], str]) -> dict[str, str]:
    for column in table.document:
        if column not in row:
            raise RejectRecord(f"{table.name} has no column {column}", field=column)
    written = first_of(*(_text(row[column]) for column in table.document))
    bare = document(written)
    return dict(zip(PERSON, (person(bare), masked(bare), document_problem(written)), strict=True))


def fingerprint(body: bytes) -> bytes:
    """Eight bytes that differ where any column differs (chance of missing a change: 2^-64)."""
    return blake2b(body, digest_size=DIGEST_BYTES).digest()


def examine(table: Table, row: Row, person: Callable[[str], str]) -> Change:
    """A row as it would be published. Raises RejectRecord where its id or owner is missing or cannot be part of a key."""
    kept = project(table, row, person)
    code = kept[table.key]
    owner = kept[table.owner] if table.owner else table.name
    for name, value in ((table.key, code), (table.owner, owner)):
        if not KEY_PART.fullmatch(value):
            raise RejectRecord(f"{table.name}.{name} cannot be part of a key", field=name)
    return Change(code, Known(owner, fingerprint(orjson.dumps(kept))), kept, table.member(kept))


def news(seen: Seen, found: Iterable[Change]) -> Iterator[Change]:
    """Those of `found` that must be published; a row that moved to another client also leaves its old one."""
    for change in found:
        before = seen.get(change.code)
        if before == change.known and change.member:
            continue
        if before is not None and before.owner != change.known.owner:
            yield gone(change.code, before)
        yield change


def gone(code: str, known: Known, *, lost: bool = False) -> Change:
    """The row is no longer there (or no longer this owner's); `lost`: nothing tells what became of it."""
    return Change(code, Known(known.owner, b""), None, member=False, lost=lost)


def doubt(seen: Seen, changes: Iterable[Change]) -> None:
    """Call it before publishing: should no acknowledgement come, the broker may have them or not.

    A member in doubt is published again by the next sweep, or, if the ERP has it no longer, read again by its id.
    """
    for change in changes:
        if change.member:
            seen[change.code] = Known(change.known.owner, b"")


def remember(seen: Seen, published: Iterable[Change]) -> None:
    """Call it after the broker's acknowledgement, in the order of publishing: members are known, others forgotten."""
    for change in published:
        if change.member:
            seen[change.code] = change.known
        else:
            seen.pop(change.code, None)
