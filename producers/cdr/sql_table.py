"""A call table in a database: which columns it has, what is asked next, and a row as a record. Pure.

A row appears when its call has ended and carries the time at which it began, in the PABX's local time; there is no other
order. So a window that overlaps is read again and again, and the digest tells what is new. Where rows are numbered as they
are written, the number is the order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from producers.cdr.pieces import Said, record
from schemas.errors import RejectRecord, StopWorker
from schemas.evidence import FIELDS
from schemas.pabx import SqlRecords

SLACK = timedelta(minutes=10)
"""For clocks that differ, and for a row that takes its time."""
CLOCKS_DIFFER = timedelta(hours=3)
"""By so much the PABX's clock may be behind, or its zone be another: the last slices are asked as one."""
SLICE = timedelta(hours=12)
"""What is asked at once while catching up: an engine that locks its table must not keep Asterisk waiting."""
NUMBERED = "id"
NUMBERS_AGAIN = 1_000
"""So many numbered rows are read again: two that are written at once may become visible in the other order."""
NUMBERS_AT_ONCE = 5_000
OTHER_NAMES = {"start": ("calldate",), "end": ("hangupdate",)}
FORM = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True, slots=True)
class Columns:
    """The table's own names: by field of `FIELDS`; `number` of an auto-increment, "" where there is none."""

    of_fields: Mapping[str, str]
    number: str

    @property
    def start(self) -> str:
        """Of the time by which rows are asked."""
        return self.of_fields["start"]

    @property
    def ids(self) -> list[str]:
        """Of what may name an attempt."""
        return [self.of_fields[field] for field in ("uniqueid", "linkedid", "userfield") if field in self.of_fields]

    @property
    def wanted(self) -> list[str]:
        """All columns that are read, each once."""
        return list(dict.fromkeys([*self.of_fields.values(), *([self.number] if self.number else [])]))


def columns(records: SqlRecords, present: Sequence[str], numbered: str) -> Columns:
    """What of the table's columns is read. `numbered`: its whole-number primary key, "" for none.

    Raises StopWorker where the configured ones are not there, or too few to read by.
    """
    by_name = {name.lower(): name for name in present}
    found: dict[str, str] = {}
    for field in FIELDS:
        said = records.columns.get(field)
        for name in (said,) if said else (field, *OTHER_NAMES.get(field, ())):
            if name.lower() in by_name:
                found[field] = by_name[name.lower()]
                break
        else:
            if said:
                raise StopWorker(f"the table {records.table} has no column {said}: mend pabx.records.columns.{field}")
    if "start" not in found or not found.keys() & {"uniqueid", "linkedid", "userfield"}:
        raise StopWorker(
            f"the table {records.table} shows no start (calldate) or none of uniqueid, linkedid, userfield: "
            "name its columns in pabx.records.columns"
        )
    return Columns(found, numbered)


def overlap(records: SqlRecords) -> timedelta:
    """How far behind the newest row one that is still to come may begin."""
    return timedelta(seconds=records.longest_call + records.batch_seconds) + SLACK


@dataclass(frozen=True, slots=True)
class Question:
    """Rows to ask for: those that begin in `[since, until)`, local. `until` is None where it reaches the present."""

    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Window:
    """How far a table was read. `mark`: local, without a zone: no row that is still to come begins before it less `overlap`.

    It only trails: behind the newest row, and behind the wall clock, so that one row of the year 2038 hides nobody.
    """

    mark: datetime
    overlap: timedelta
    caught_up: bool = False

    def question(self, wall: datetime) -> Question:
        """What to ask when the PABX's clock shows `wall`, as far as we know: one slice, or all up to the present."""
        since = self.mark - self.overlap if self.caught_up else self.mark
        until = since + self.overlap + SLICE
        return Question(since, None if until > wall - CLOCKS_DIFFER else until)

    def after(self, asked: Question, newest: datetime | None, wall: datetime) -> "Window":
        """Once what was asked is published. `newest`: the latest start among its rows, whosever they are."""
        if asked.until is not None:
            return replace(self, mark=asked.until - self.overlap, caught_up=False)
        return replace(self, mark=self.mark if newest is None else min(newest, wall), caught_up=True)


def read(table: str, columns: Columns, row: Mapping[str, Any]) -> Said:
    """One row by the table's names. Raises RejectRecord where a value is of no kind that a record has."""
    fields = {field: _text(field, row[name]) for field, name in columns.of_fields.items()}
    if not fields["start"]:
        raise RejectRecord(f"{table}.{columns.start} is empty", field="start")
    return record("sql", fields)


def _text(field: str, value: Any) -> str:  # noqa: ANN401 - whatever the database holds
    match value:
        case None:
            return ""
        case bytes():
            return value.decode("utf-8", "replace")
        case datetime():
            return value.strftime(FORM) if value.tzinfo is None else value.isoformat(" ", "seconds")
        case float() if value.is_integer():
            return str(int(value))
        case bool() | str() | int() | float() | Decimal() | date():
            return str(value)
        case _:
            raise RejectRecord(f"{field} is a {type(value).__name__}", field=field)


def began(value: Any) -> datetime | None:  # noqa: ANN401 - whatever the database holds
    """A row's start, local and without a zone; None where it is none that can be compared."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    return value.replace(tzinfo=None) if isinstance(value, datetime) else None
