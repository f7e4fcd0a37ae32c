"""What an ERP must declare, so that one poller and one `hydrate` serve them all.

To add an ERP: one file beside this one with an `Erp`, listed in `schemas.erp.ERPS`, and its example pages.
"""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date
from operator import itemgetter
from typing import Any, Literal, NamedTuple

from schemas.erp.codes import Codes
from schemas.erp.conditions import ORDER, Where
from schemas.erp.days import UNTIMED
from schemas.errors import RejectRecord, StopWorker
from schemas.rows import ErpRow, Kind

Row = Mapping[str, Any]
"""One row as the ERP wrote it."""
Cursor = tuple[int, ...]
"""Where a page starts, in the words of one ERP's protocol; () is the beginning."""


@dataclass(frozen=True, slots=True)
class Col:
    """Where one of our fields comes from: one or more ERP columns, in order, and the reader of their texts.

    `with_event`: the reader takes the row's `ErpRow` too, for what is not in the columns (its instance's area code).
    `codes`: the enumeration of the first column, where the reader is not that enumeration itself.
    """

    columns: tuple[str, ...]
    read: Callable[..., Any]
    with_event: bool = False
    codes: Codes | None = None

    def value(self, event: ErpRow, row: Row) -> Any:  # noqa: ANN401 - the field's own type is pydantic's to check
        """Raises RejectRecord that names the ERP's column, never its content."""
        try:
            if len(self.columns) == 1 and not self.with_event:  # most are so, and this runs ten times a row
                return self.read(row.get(self.columns[0], ""))
            texts = [row.get(column, "") for column in self.columns]
            return self.read(*texts, event) if self.with_event else self.read(*texts)
        except ValueError as exc:
            names = "/".join(column for column in self.columns if column not in ADDED)
            raise RejectRecord(f"{event.kind}.{names}: {exc}", field=self.columns[0]) from None


@dataclass(frozen=True, slots=True)
class Mark:
    """A column that a second resource of the ERP adds: rows that `service` lists under `key` have its `value` there.

    `by`: the row's column that `key` is compared with, "" its own id. `otherwise`: where the value of a listed row is empty.
    `over`: what a row itself says that ends a mark at once; else it ends when two sweeps no longer find it listed.
    """

    column: str
    service: str
    key: str
    value: str
    by: str = ""
    otherwise: str = "S"
    over: Where | None = None


class Filter(NamedTuple):
    """The `name` by which an ERP's filter knows the row's `column`; both "": everything is asked for, unfiltered."""

    name: str
    column: str


@dataclass(frozen=True, slots=True)
class Table:
    """One ERP table. A row is a member while it meets all conditions of any query; membership is what absence is about.

    `key`: column of the row's id. `owner`: column of the client code ("" for a reference table, whose rows belong to the
    table's name). `document`: columns of CPF/CNPJ, of which the first that is one counts; the poller replaces them by
    those of `PERSON`. `extra`: columns that are kept without being mapped. `optional`: columns that an answer may lack, as
    another one tells the same. `decorative`: columns on which no debt and no call depends: an ERP's version may lack them,
    which is told. `filled`: flags, states, days and amounts on which a debt or a call depends, of which one that is blank in
    every row says no more than one that is not there. `known`: the codes of filtered columns that no word enumerates.
    `withdrawn`: what a bill's row meets that left though nothing tells that it was paid or cancelled; where many do so at
    once, they wait as missing ones do. `filters`: by what its rows may be asked for, the best first, where not every server
    filters by the row's id. `dates`: column of a date whose order of day and month the poller must find out first; it adds
    `date_form`. `amounts`: columns of money (see `POINT`); `days`: columns of days (see `ORDER`). `changed`: column of the
    time of the last change, for reading only what is recent. `lost`: what it means that a read by id finds nothing.
    `endings`: of a bill that is closed, `paid_on` (a bill that has one is paid) and `closed_on` (it says nothing of how),
    both local days.
    """

    name: str
    kind: Kind
    owner: str
    queries: tuple[tuple[Where, ...], ...]
    words: Mapping[str, Col] = field(default_factory=dict)
    document: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    key: str = "id"
    optional: frozenset[str] = frozenset()
    decorative: frozenset[str] = frozenset()
    filled: frozenset[str] = frozenset()
    known: Mapping[str, AbstractSet[str]] = field(default_factory=dict)
    withdrawn: tuple[Where, ...] = ()
    filters: tuple[Filter, ...] = ()
    dates: str = ""
    amounts: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    changed: str = ""
    marks: tuple[Mark, ...] = ()
    lost: Literal["gone", "unknown"] = "gone"
    endings: Mapping[str, Col] = field(default_factory=dict)
    columns: tuple[str, ...] = field(init=False)
    picked: Callable[[Row], tuple[Any, ...]] = field(init=False, compare=False, repr=False)
    """The values of `columns`. Raises KeyError. In one step, as each row of a first sync is asked for them."""
    may_lack: frozenset[str] = field(init=False)
    """Columns without which a row can be read: what the poller adds itself is not the ERP's to show."""
    known_codes: Mapping[str, AbstractSet[str]] = field(init=False, compare=False, repr=False)
    """All codes that are known of a column."""

    def __post_init__(self) -> None:
        """The whitelist: what is mapped or filtered on, in a fixed order. Nothing else reaches Kafka."""
        mapped = [name for col in self.words.values() for name in col.columns]
        filtered = [where.column for query in self.queries for where in query]
        names = dict.fromkeys([self.key, *([self.owner] if self.owner else []), *mapped, *filtered, *self.extra])
        kept = tuple(name for name in names if name not in (*self.document, *PERSON, POINT, ORDER))
        object.__setattr__(self, "columns", kept)  # frozen for everybody else
        object.__setattr__(self, "picked", itemgetter(*kept) if len(kept) > 1 else lambda row: (row[kept[0]],))
        may_lack = self.optional | self.decorative | {DATE_FORM, *(mark.column for mark in self.marks)}
        object.__setattr__(self, "may_lack", may_lack)
        enumerated = {column: frozenset(codes.known) for column, codes in self.codes.values()}
        object.__setattr__(self, "known_codes", {**enumerated, **self.known})

    def member(self, row: Row, seen: date = UNTIMED) -> bool:
        """Whether the row, seen on the day `seen`, still belongs to what is swept.

        Loops: of each row of a first sync this is asked.
        """
        for query in self.queries:
            for where in query:
                if not where.holds(row, seen):
                    break
            else:
                return True
        return False

    def unsaid(self, row: Mapping[str, str]) -> str:
        """Of a row that is no member the first column that should say so and does not; "" where the row says it itself."""
        for query in self.queries:
            known = [where.denied(row, self.known_codes.get(where.column, frozenset())) for where in query]
            if not any(known):
                return next(where.column for where in query if not where.holds(row))
        return ""

    def withdraws(self, row: Mapping[str, str]) -> bool:
        """Whether a row that is no member left without being paid or cancelled."""
        return bool(self.withdrawn) and all(where.holds(row) for where in self.withdrawn)

    @property
    def required(self) -> tuple[str, ...]:
        """Columns on which a debt, or a call, depends."""
        return tuple(name for name in (*self.columns, *self.document) if name not in self.may_lack)

    @property
    def codes(self) -> dict[str, tuple[str, Codes]]:
        """Our field to the ERP's column and its enumeration."""
        known = {name: col.read if isinstance(col.read, Codes) else col.codes for name, col in self.words.items()}
        return {name: (self.words[name].columns[0], codes) for name, codes in known.items() if codes}


PERSON = ("person", "document", "document_problem", "document_of")
"""Columns that the poller makes from the CPF or CNPJ before Kafka: keyed hash, masked form, what is wrong with it, and whose
it is ("company" or "person")."""
DATE_FORM = "date_form"
"""Column that the poller adds where a table has `dates`: "ymd", "ydm", or "" while nothing has settled it."""
UNSURE = "marks_unsure"
"""Key that the poller's source adds to a row of which a second resource does not say what it may have said before."""
POINT = "point"
"""Column that the poller adds to those rows of which one of the table's `amounts` has two readings: "." or "," before
decimals, "" while nothing has settled it."""
ADDED = (DATE_FORM, POINT, ORDER)
"""What no operator finds in the ERP."""
DERIVED = (*PERSON, *ADDED)


class NotAFilterError(StopWorker):
    """The ERP does not filter a service by the column that was asked for."""


class NotUnderstoodError(StopWorker):
    """The ERP answers, but what it was asked means something else there."""


@dataclass(frozen=True, slots=True)
class Request:
    """One question below the ERP's base URL, not yet signed. `cursor` and `size` are what it asks for."""

    path: str
    body: bytes
    service: str = ""
    cursor: Cursor = ()
    size: int = 0


@dataclass(frozen=True, slots=True)
class Signed:
    """A request as it goes out. Only a protocol's `sign` makes it, with every header that its ERP must be shown."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    method: Literal["GET", "POST"] = "POST"


@dataclass(frozen=True, slots=True)
class Page:
    """One answer. `after`: where the next page starts, None where no row comes after these.

    `total`: the rows from here to the end, where the ERP says so. `span`: the first and last code in it, where that tells
    how wide the next question may be.
    """

    rows: Sequence[Row]
    after: Cursor | None
    total: int | None = None
    span: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Protocol:
    """Lists over HTTP POST. All functions are pure.

    `read` asks for the page at a cursor, `reread` for rows by their ids, each with its last known owner (questions in turn,
    until all are found).
    `page(table, request, status, content)` raises RetryLater for what may pass, StopWorker for what an operator must mend.
    `sign(request, secrets)`: secrets by the name of the option that holds them.

    What not every ERP has: `mark` asks for what marks rows; `check` for what must be empty if the ERP is to be believed,
    None where that cannot be asked; `follow` gives the next cursor where the last reading's spans tell how codes lie,
    `narrow` one that asks for less where an answer was too long, None where it cannot;
    `unranged` asks without the comparison by which pages and ranges are asked for: where a reading brought no row, none of
    these questions may bring one;
    `settle` for rows with `id` and ISO `due_date` that tell how the dates of a row are written; `recent` for the page of
    rows changed since a local ISO date, in one of `recent_forms`. `asks_conditions`: False where a query's conditions are
    not sent, so that one reading of the table answers all queries. `lists`: whether rows are asked for by lists of ids whose
    operator a server may understand otherwise.

    `page` raises NotAFilterError where the ERP does not filter by what was asked for.
    """

    read: Callable[[Table, tuple[Where, ...], Cursor, int], Request]
    reread: Callable[[Table, Mapping[str, str]], Sequence[Request]]
    page: Callable[[Table, Request, int, bytes], Page]
    sign: Callable[[Request, Mapping[str, str]], Signed]
    mark: Callable[[Table, Mark], Request] | None = None
    check: Callable[[Table], Request | None] | None = None
    follow: Callable[[Cursor, Sequence[tuple[int, int]], int], Cursor] | None = None
    narrow: Callable[[Cursor, int], Cursor | None] | None = None
    unranged: Callable[[Table], Sequence[Request]] | None = None
    settle: Callable[[Row], Request] | None = None
    recent: Callable[[Table, str, str, Cursor, int], Request] | None = None
    recent_forms: tuple[str, ...] = ()
    asks_conditions: bool = True
    lists: bool = False


@dataclass(frozen=True, slots=True)
class Erp:
    """One ERP. `label`: as users read it. `protocol`: None where its rows come another way than by lists over HTTP.

    `verified`: False where no documentation of the vendor exists: the user is told so.
    """

    name: str
    label: str
    tables: tuple[Table, ...]
    protocol: Protocol | None = None
    verified: bool = True

    def of_kind(self, kind: Kind) -> tuple[Table, ...]:
        """The tables that are swept together as one kind."""
        return tuple(table for table in self.tables if table.kind == kind)

    def term(self, kind: Kind, name: str, code: str) -> str:
        """What the ERP's own users call `code` of our field `name`; the raw code where it is not known."""
        found = [table.codes[name][1] for table in self.of_kind(kind) if name in table.codes]
        return found[0].term(code) if found else code
