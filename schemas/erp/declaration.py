"""What an ERP must declare, so that one poller and one `hydrate` serve them all.

To add an ERP: one file beside this one with an `Erp`, listed in `schemas.erp.ERPS`, and its example pages.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from schemas.errors import RejectRecord
from schemas.rows import ErpRow, Kind

Row = Mapping[str, str]
Operator = Literal["=", "!=", ">", "in"]


@dataclass(frozen=True, slots=True)
class Where:
    """One condition, used twice: to ask the ERP and to check its answer. `value`: for "in" separated by commas."""

    column: str
    operator: Operator
    value: str

    def holds(self, row: Row) -> bool:
        """Whether the row meets the condition; ">" compares as whole numbers."""
        have = row.get(self.column, "")
        match self.operator:
            case "=":
                return have == self.value
            case "!=":
                return have != self.value
            case ">":
                return have.isdecimal() and int(have) > int(self.value)
            case "in":
                return have in self.value.split(",")


@dataclass(frozen=True, slots=True)
class Col:
    """Where one of our fields comes from: one or more ERP columns, in order, and the reader of their texts.

    `with_event`: the reader takes the row's `ErpRow` too, for what is not in the columns (its instance's area code).
    """

    columns: tuple[str, ...]
    read: Callable[..., Any]
    with_event: bool = False

    def value(self, event: ErpRow, row: Row) -> Any:  # noqa: ANN401 - the field's own type is pydantic's to check
        """Raises RejectRecord that names the ERP's column, never its content."""
        texts = [row.get(column, "") for column in self.columns]
        try:
            return self.read(*texts, event) if self.with_event else self.read(*texts)
        except ValueError as exc:
            raise RejectRecord(f"{event.kind}.{'/'.join(self.columns)}: {exc}", field=self.columns[0]) from None


@dataclass(frozen=True, slots=True)
class Table:
    """One ERP table. A row is a member while it meets all conditions of any query; membership is what absence is about.

    `owner`: column of the client code ("" for a reference table, whose rows belong to the table's name).
    `document`: column of CPF/CNPJ; the poller replaces it by the columns `person` and `document`.
    `extra`: columns that are kept without being mapped.
    """

    name: str
    kind: Kind
    owner: str
    queries: tuple[tuple[Where, ...], ...]
    words: Mapping[str, Col] = field(default_factory=dict)
    document: str = ""
    extra: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The whitelist: what is mapped or filtered on, in a fixed order. Nothing else reaches Kafka."""
        mapped = [name for col in self.words.values() for name in col.columns]
        filtered = [where.column for query in self.queries for where in query]
        names = dict.fromkeys(["id", *([self.owner] if self.owner else []), *mapped, *filtered, *self.extra])
        return tuple(name for name in names if name not in (self.document, *DERIVED))

    def member(self, row: Row) -> bool:
        """Whether the row still belongs to what is swept."""
        return any(all(where.holds(row) for where in query) for query in self.queries)


DERIVED = ("person", "document")
"""Columns that the poller makes from the CPF or CNPJ before Kafka: its keyed hash and its masked form."""


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request below the ERP's base URL; authentication is added by the shell that sends it."""

    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Page:
    """One answer. `last`: no row comes after these. `after`: where the next page starts."""

    rows: Sequence[Row]
    last: bool
    after: int


@dataclass(frozen=True, slots=True)
class Erp:
    """One ERP. `read` asks for the page after an id, `reread` for rows by their ids, `page` judges and parses an answer.

    `page(table, status, content)` raises RetryLater for what may pass, StopWorker for what an operator must mend.
    `authorization` turns the instance's token into the value of the HTTP header of that name.
    """

    name: str
    tables: tuple[Table, ...]
    read: Callable[[Table, tuple[Where, ...], int, int], Request]
    reread: Callable[[Table, Sequence[str]], Request]
    page: Callable[[Table, int, bytes], Page]
    authorization: Callable[[str], str]
    owner_of: Callable[[Table, Row], str]

    def of_kind(self, kind: Kind) -> tuple[Table, ...]:
        """The tables that are swept together as one kind."""
        return tuple(table for table in self.tables if table.kind == kind)
