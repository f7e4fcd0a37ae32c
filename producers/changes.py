"""What a page changes: rows that are new or differ from what was last published. Pure: no clock, no socket."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import NamedTuple

import orjson
from pydantic import TypeAdapter, ValidationError

from schemas.erp.declaration import DERIVED, Erp, Row, Table
from schemas.erp.values import document, masked
from schemas.errors import RejectRecord
from schemas.model import Code

DIGEST_BYTES = 8
KEY_PART = TypeAdapter(Code)


class Known(NamedTuple):
    """What was last published of a row that is still a member: its owner and the digest of its columns."""

    owner: str
    digest: bytes


Seen = dict[str, Known]
"""The rows of one table of one instance by id."""


@dataclass(frozen=True, slots=True)
class Change:
    """One row to publish. `row` is None where a read by its id found nothing; `member`: it belongs to the sweep."""

    code: str
    known: Known
    row: Mapping[str, str] | None
    member: bool


def project(table: Table, row: Row, person: Callable[[str], str]) -> dict[str, str]:
    """The whitelisted columns in a fixed order; CPF/CNPJ only as keyed hash and masked form (`design.md`, 13).

    Raises RejectRecord where a column is not there at all: then it is not the table that we know.
    """
    try:
        kept = {column: row[column] for column in table.columns}
        bare = document(row[table.document]) if table.document else ""
    except KeyError as exc:
        raise RejectRecord(f"{table.name} has no column {exc.args[0]}", field=str(exc.args[0])) from None
    if table.document:
        kept |= zip(DERIVED, (person(bare), masked(bare)), strict=True)
    return kept


def fingerprint(kept: Mapping[str, str]) -> bytes:
    """Eight bytes that differ where any column differs (chance of missing a change: 2^-64)."""
    return blake2b(orjson.dumps(kept), digest_size=DIGEST_BYTES).digest()


def examine(erp: Erp, table: Table, row: Row, person: Callable[[str], str]) -> Change:
    """A row as it would be published. Raises RejectRecord where its id or owner is missing or cannot be part of a key."""
    kept = project(table, row, person)
    code, owner = kept["id"], erp.owner_of(table, row)
    for name, value in (("id", code), (table.owner, owner)):
        try:
            KEY_PART.validate_python(value)
        except ValidationError:
            raise RejectRecord(f"{table.name}.{name} cannot be part of a key", field=name) from None
    return Change(code, Known(owner, fingerprint(kept)), kept, table.member(row))


def news(seen: Seen, found: Iterable[Change]) -> Iterator[Change]:
    """Those of `found` that must be published; a row that moved to another client also leaves its old one."""
    for change in found:
        before = seen.get(change.code)
        if before == change.known and change.member:
            continue
        if before is not None and before.owner != change.known.owner:
            yield gone(change.code, before)
        yield change


def gone(code: str, known: Known) -> Change:
    """The row is no longer there (or no longer this owner's)."""
    return Change(code, Known(known.owner, b""), None, member=False)


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
