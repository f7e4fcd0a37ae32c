"""What a page changes: rows that are new or differ from what was last published. Pure: no clock, no socket."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from hashlib import blake2b
from typing import Any, NamedTuple, Self

import orjson

from schemas.erp.conditions import ORDER
from schemas.erp.days import UNTIMED
from schemas.erp.declaration import PERSON, POINT, Row, Table
from schemas.erp.documents import masked, read_document, written_document
from schemas.erp.numbers import is_damaged
from schemas.errors import RejectRecord
from schemas.instances import Instance
from schemas.key_parts import escaped
from schemas.nothing import is_no_code
from schemas.topics import RECORD_BYTES

DIGEST_BYTES = 8
ONLY_TEXT = frozenset({str})
COLUMN_BYTES = 16 * 1024
"""No column that is mapped needs more: what is longer is not what the ERP documents."""
ENVELOPE_BYTES = 2 * 1024
"""More than a record has beside its row: key, headers, and the fields of `ErpRow`, all of them bounded."""
LONGEST_PART = 64
KEY_PART = re.compile(rf"[^:\x00-\x1f]{{1,{LONGEST_PART}}}")
ROW_ID = re.compile(rf"[^\x00-\x1f]{{1,{LONGEST_PART}}}")
"""As `Code` and `RowId` of `schemas.model`; a test holds them together. (Asking pydantic costs ten times as much, for every
row.)"""


class Known(bytes):
    """What was last published of a row that is still a member, or was lost: its owner and the digest of its columns.

    One run of bytes, as a provider has a million rows: 48 bytes of memory where a tuple of two objects takes 180.
    """

    __slots__ = ()

    def __new__(cls, owner: str, digest: bytes) -> Self:
        """`owner` is part of a key, and so without ":"."""
        return super().__new__(cls, owner.encode() + b":" + digest)

    @property
    def owner(self) -> str:
        """The client's code; for a reference table its own name."""
        return self.partition(b":")[0].decode()

    @property
    def digest(self) -> bytes:
        """Of all columns; of a row that was lost nothing."""
        return self.partition(b":")[2]

    @property
    def lost(self) -> bool:
        """Whether nothing tells what became of the row: it is remembered, as it may come back, paid or not."""
        return self.find(b":") == len(self) - 1


Seen = dict[str, Known]
"""The rows of one table of one instance by id."""


def living(seen: Seen) -> int:
    """How many are members."""
    return sum(not known.lost for known in seen.values())


class Change(NamedTuple):
    """One row to publish; `body`: as JSON too, where it was examined. `row` is None where a read by its id found nothing,
    `lost` where nothing tells what became of it; `member`: it belongs to the sweep; `entered`: since the last complete one.
    """

    code: str
    known: Known
    row: Mapping[str, str] | None
    member: bool
    lost: bool = False
    entered: bool = False
    body: bytes = b""


def project(table: Table, row: Row, person: Callable[[str], str]) -> dict[str, str]:
    """The whitelisted columns in a fixed order; CPF/CNPJ only as keyed hash and masked form.

    Raises RejectRecord where a column is not there at all: then it is not the table that we know.
    """
    try:
        values = table.picked(row)
    except KeyError:
        kept = _with_optional(table, row)
    else:
        texts = values if ONLY_TEXT.issuperset(map(type, values)) else map(as_text, values)
        kept = dict(zip(table.columns, texts, strict=True))
    if table.document:
        kept |= _of_person(table, row, person)
    if POINT in row:
        kept[POINT] = row[POINT]
    if ORDER in row:
        kept[ORDER] = row[ORDER]
    return kept


def as_text(value: Any) -> str:  # noqa: ANN401 - JSON
    """Most fields are documented as text; a version that sends null or a number must not stop the poller."""
    return value if isinstance(value, str) else "" if value is None else str(value)


def _with_optional(table: Table, row: Row) -> dict[str, str]:
    for column in table.columns:
        if column not in row and column not in table.may_lack:
            raise RejectRecord(f"{table.name} has no column {column}", field=column)
    return {column: as_text(row.get(column)) for column in table.columns}


def _of_person(table: Table, row: Row, person: Callable[[str], str]) -> dict[str, str]:
    for column in table.document:
        if column not in row:
            raise RejectRecord(f"{table.name} has no column {column}", field=column)
    written = written_document(as_text(row[column]) for column in table.document)
    bare, problem, is_company = read_document(written)
    return dict(zip(PERSON, (person(bare), masked(bare), problem, "company" if is_company else "person"), strict=True))


def fingerprint(body: bytes) -> bytes:
    """Eight bytes that differ where any column differs (chance of missing a change: 2^-64)."""
    return blake2b(body, digest_size=DIGEST_BYTES).digest()


def told_with(instance: Instance, table: Table) -> bytes:
    """What mapping takes from the instance beside the row: where that changes, the row must be published again."""
    if any(col.with_event for col in table.words.values()):
        # a client's telephones take the area code, a bill's days the zone
        return f"{instance.erp.kind}:{instance.zone if table.kind == 'bill' else instance.ddd}:".encode()
    return b""


def examine(table: Table, row: Row, person: Callable[[str], str], told: bytes = b"", seen: date = UNTIMED) -> Change:
    """A row as it would be published. `told`: see `told_with`; `seen`: the day on which the ERP showed it.

    Raises RejectRecord where its id or owner is missing or cannot be part of a key, where it is too large, and where it
    neither belongs to what is swept nor says by codes that are known that it does not: it must not close what is open.
    """
    kept = project(table, row, person)
    code = kept[table.key]
    if not _is_code(code, code, ROW_ID):
        raise RejectRecord(f"{table.name}.{table.key} cannot be part of a key", field=table.key)
    owner = escaped(kept[table.owner]) if table.owner else table.name
    if table.owner and not _is_code(kept[table.owner], owner, KEY_PART):
        raise RejectRecord(f"{table.name}.{table.owner} cannot be part of a key", field=table.owner)
    body = orjson.dumps(kept)
    if len(body) > COLUMN_BYTES:
        _check_sizes(table, kept, len(body))
    is_member = table.member(kept, seen)
    if not is_member and (column := table.unsaid(kept)):
        raise RejectRecord(f"{table.name}.{column} holds no code that is known: the row is neither in nor out", field=column)
    return Change(code, Known(owner, fingerprint(told + body)), kept, is_member, body=body)


def _is_code(value: str, spelled: str, form: re.Pattern[str]) -> bool:
    """Not a word or a zero that means none, and a part of a key. Numbers, which most codes are, need no reading."""
    if value.isdecimal():
        return len(value) <= LONGEST_PART and bool(value.strip("0"))
    return not is_no_code(value) and not is_damaged(value) and form.fullmatch(spelled) is not None


def _check_sizes(table: Table, kept: Mapping[str, str], size: int) -> None:
    """`size`: of the whole row as JSON."""
    sizes = {column: len(value.encode()) for column, value in kept.items()}
    longest = max(sizes, key=sizes.__getitem__)
    if sizes[longest] > COLUMN_BYTES:
        raise RejectRecord(f"{table.name}.{longest} has {sizes[longest]} bytes, more than {COLUMN_BYTES}", field=longest)
    if size + ENVELOPE_BYTES > RECORD_BYTES:
        raise RejectRecord(f"a row of {table.name} has {size} bytes, more than a record may have", field=longest)


def concerned(seen: Seen, found: Iterable[Change], *, listed: bool) -> list[Change]:
    """Members, and what was one: an export shows a bill as paid where a query no longer shows it.

    A list that was asked for members only (`listed`) contradicts itself by another row: that one is asked for by its id.
    """
    return [change for change in found if change.member or (change.code in seen and not listed)]


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


def remember(seen: Seen, published: Iterable[Change]) -> None:
    """Call it after the broker's acknowledgement, in the order of publishing: members and lost rows stay known."""
    for change in published:
        if change.member or change.lost:
            seen[change.code] = change.known
        else:
            seen.pop(change.code, None)
