"""The thin side of `producers.cdr.sql_table`: one connection to a call table, read only, used in a thread.

Short questions, fetched whole: a table that is locked while it is read (MyISAM) keeps Asterisk from writing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import sqlalchemy as sa
from sqlalchemy.exc import NoSuchTableError, SQLAlchemyError

from producers.cdr.own_thread import OwnThread
from producers.cdr.pieces import Said, Unread, named_in
from producers.cdr.source import Look
from producers.cdr.sql_table import NUMBERED, NUMBERS_AGAIN, NUMBERS_AT_ONCE, Columns, Window, began, columns, overlap, read
from schemas.errors import RejectRecord, RetryLater, StopWorker
from schemas.pabx import SqlRecords

ID_LENGTH = 26
CONNECT_WITHIN_S = 10
ANSWER_WITHIN_S = 30
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Numbered:
    """How far a numbered table was read: every row up to `mark`."""

    mark: int


class SqlTable:
    """`password`: opened. `clock`: aware instants; `back`: how far to read back at first."""

    def __init__(self, records: SqlRecords, password: str, clock: Callable[[], datetime], back: timedelta) -> None:
        self._records = records
        self._zone = ZoneInfo(records.zone)
        self._clock = clock
        self._back = back
        self._engine = _engine(records, password)
        self._thread = OwnThread("sql records")
        self._columns: Columns | None = None
        self._reached: Window | Numbered = Window(self._wall() - back, overlap(records))
        self._next: Window | Numbered = self._reached
        self._begun = False

    async def look(self) -> Look:
        """The next rows that name an attempt. Raises RetryLater or StopWorker."""
        try:
            return await self._thread.run(self._look)
        except NoSuchTableError:
            raise StopWorker(f"there is no table {self._records.table}: mend pabx.records.table") from None
        except (SQLAlchemyError, OSError) as exc:
            self._columns = None  # it may have other ones by now
            # Its own text names the server and the user; what went wrong is in its kind and in the driver's number.
            raise RetryLater(f"the call table does not answer: {_kind(exc)}") from None

    def taken(self) -> None:
        """What the last look gave was published."""
        self._reached = self._next

    async def close(self) -> None:
        """Give the connection back."""
        self._thread.close(self._engine.dispose)

    def _wall(self) -> datetime:
        return self._clock().astimezone(self._zone).replace(tzinfo=None)

    def _look(self) -> Look:
        with self._engine.connect() as connection:
            if self._columns is None:
                self._columns = _columns(connection, self._records)
            if not self._begun and self._columns.number:
                self._reached = self._first_number(connection, self._columns)
            self._begun = True
            asking = _Asking(connection, self._records.table, self._columns)
            if isinstance(self._reached, Numbered):
                return self._by_number(asking, self._reached)
            return self._by_start(asking, self._reached)

    def _by_start(self, asking: "_Asking", reached: Window) -> Look:
        asked = reached.question(self._wall())
        rows, newest = asking.begun(asked.since, asked.until)
        self._next = reached.after(asked, newest, self._wall())
        return self._told(rows, more=asked.until is not None)

    def _by_number(self, asking: "_Asking", reached: Numbered) -> Look:
        last = asking.last_number()
        emptied = last < reached.mark  # its numbers begin anew
        rows = asking.numbered(-1 if emptied else reached.mark - NUMBERS_AGAIN, last)
        more = len(rows) >= NUMBERS_AT_ONCE
        self._next = Numbered(rows[-1][asking.columns.number] + NUMBERS_AGAIN if more else last)
        return self._told(rows, more=more)

    def _first_number(self, connection: sa.Connection, found: Columns) -> Numbered:
        return Numbered(_Asking(connection, self._records.table, found).number_before(self._wall() - self._back))

    def _told(self, rows: Sequence[Row], *, more: bool) -> Look:
        said: list[Said] = []
        unread: list[Unread] = []
        if self._columns is None:  # never: it is asked only with columns
            return Look((), (), more=False)
        for row in rows:
            try:
                one = read(self._records.table, self._columns, row)
            except RejectRecord as exc:
                raw = orjson.dumps({name: str(value) for name, value in row.items()})
                if named_in(raw):
                    unread.append(Unread(raw, f"sql/{self._records.table}", exc.field, str(exc)))
                continue
            if one.ids:
                said.append(one)
        return Look(tuple(said), tuple(unread), more)


class _Asking:
    """The statements, over one connection."""

    def __init__(self, connection: sa.Connection, table: str, columns: Columns) -> None:
        self.connection = connection
        self.columns = columns
        schema, _, name = table.rpartition(".")
        self._from = sa.table(name, *(sa.column(one) for one in columns.wanted), schema=schema or None)

    def begun(self, since: datetime, until: datetime | None) -> tuple[list[Row], datetime | None]:
        """Rows that may name an attempt, the oldest first; and the latest start of all rows, whosever they are."""
        start = self._from.c[self.columns.start]
        within = [start >= _bound(since), *([start < _bound(until)] if until else [])]
        newest = began(self.connection.execute(sa.select(sa.func.max(start)).where(*within)).scalar())
        return self._rows(sa.select(*self._from.c).where(*within, self._nameable()).order_by(start)), newest

    def numbered(self, above: int, upto: int) -> list[Row]:
        """As many as are asked at once, in order."""
        number = self._from.c[self.columns.number]
        wanted = sa.select(*self._from.c).where(number > above, number <= upto, self._nameable())
        return self._rows(wanted.order_by(number).limit(NUMBERS_AT_ONCE))

    def last_number(self) -> int:
        return int(self.connection.execute(sa.select(sa.func.max(self._from.c[self.columns.number]))).scalar() or 0)

    def number_before(self, start: datetime) -> int:
        """The first row that began at `start` or later is numbered above this."""
        first = sa.select(sa.func.min(self._from.c[self.columns.number])).where(
            self._from.c[self.columns.start] >= _bound(start)
        )
        found = self.connection.execute(first).scalar()
        return self.last_number() if found is None else int(found) - 1

    def _nameable(self) -> sa.ColumnElement[bool]:
        """Long enough for an attempt's id: a busy PABX's own traffic stays in the database."""
        return sa.or_(*(sa.func.length(self._from.c[name]) >= ID_LENGTH for name in self.columns.ids))

    def _rows(self, wanted: sa.Select[Any]) -> list[Row]:
        return [dict(row) for row in self.connection.execute(wanted).mappings().all()]


def _bound(at: datetime) -> sa.BindParameter[datetime]:
    """As each database writes a time; what the column holds is taken as it comes."""
    return sa.literal(at, sa.DateTime())


def _engine(records: SqlRecords, password: str) -> sa.Engine:
    """Nothing is contacted yet. Raises StopWorker."""
    try:
        url = sa.make_url(records.url)
        if records.user:
            url = url.set(username=records.user, password=password or None)
        timed = {"connect_timeout": CONNECT_WITHIN_S, "read_timeout": ANSWER_WITHIN_S}
        return sa.create_engine(
            url,
            isolation_level="AUTOCOMMIT",  # each question sees what is there now, and no transaction stays open
            pool_size=1,
            max_overflow=0,
            pool_pre_ping=True,
            connect_args=timed if url.drivername == "mysql+pymysql" else {},
        )
    except (SQLAlchemyError, ImportError, TypeError) as exc:
        raise StopWorker(f"pabx.records.url cannot be used: {type(exc).__name__}") from None


def _columns(connection: sa.Connection, records: SqlRecords) -> Columns:
    schema, _, name = records.table.rpartition(".")
    looking = sa.inspect(connection)
    present = looking.get_columns(name, schema=schema or None)
    key = looking.get_pk_constraint(name, schema=schema or None)["constrained_columns"]
    numbers = [one["name"] for one in present if isinstance(one["type"], sa.Integer) and one["name"].lower() == NUMBERED]
    return columns(records, [one["name"] for one in present], numbers[0] if numbers and key == numbers else "")


def _kind(exc: Exception) -> str:
    """What went wrong, without people, users or servers: the driver's own number says enough to an operator."""
    origin = getattr(exc, "orig", None) or exc
    number = origin.args[0] if origin.args and isinstance(origin.args[0], int) else ""
    return f"{type(origin).__name__} {number}".strip()
