"""The rows of a table: the values of one snapshot, turned into a data frame once and shown by every session (pure).

Sorting and filtering are done on the server, as people read: accents and case do not count, amounts and days are numbers.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, Literal
from zoneinfo import ZoneInfo

import pandas as pd

Kind = Literal["text", "code", "money", "number", "day", "share", "moment"]
"""`money` is integer cents, `share` a part of 1, `moment` an aware time; a `code` is an id and never a number."""
Cell = str | int | float | date | datetime | None
WORDS: frozenset[Kind] = frozenset({"text", "code"})
DATES: frozenset[Kind] = frozenset({"day", "moment"})
SCALE: Mapping[Kind, float] = {"money": 0.01, "share": 100.0, "number": 1.0}
"""From the cell to what is shown."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `width` is in pixels; without it the column takes its part of what is left."""

    name: str
    title: str
    kind: Kind
    width: int | None = None
    frozen: bool = False


@dataclass(frozen=True)
class Rows:
    """`cells` holds a tuple for each row, in the order of `columns`. `keys` name the rows; without them the first cell does.
    Of rows that can be selected each has another name.

    `zone` is where moments are told. Compared by identity first: one object is shared by all sessions of a snapshot.
    """

    columns: tuple[Column, ...]
    cells: tuple[tuple[Cell, ...], ...] = ()
    keys: tuple[str, ...] = ()
    zone: str = "America/Sao_Paulo"

    @cached_property
    def frame(self) -> pd.DataFrame:
        """A column for each of `columns`, under its name; a browser knows a row by its key."""
        across = zip(*self.cells, strict=True) if self.cells else (() for _ in self.columns)
        found = pd.DataFrame(
            {column.name: _series(column.kind, cells, self.zone) for column, cells in zip(self.columns, across, strict=True)}
        )
        found.index = pd.Index([self.key(row) for row in range(len(self.cells))], dtype=object)
        return found

    @cached_property
    def version(self) -> int:
        """Equal rows have equal versions; counted once."""
        return hash((self.columns, self.cells, self.keys, self.zone))

    def key(self, row: int) -> str:
        """The name of the row with this number."""
        return self.keys[row] if self.keys else str(self.cells[row][0])


def _series(kind: Kind, cells: Sequence[Cell], zone: str) -> "pd.Series[Any]":
    if kind in WORDS:
        return pd.Series(["" if cell is None else str(cell) for cell in cells], dtype=object)
    if kind in DATES:
        return pd.Series([_local(cell, zone) for cell in cells], dtype="datetime64[ms]")
    scale = SCALE[kind]
    return pd.Series([None if cell is None else round(_number(cell) * scale, 2) for cell in cells], dtype="float64")


def _local(cell: Cell, zone: str) -> date | None:
    if isinstance(cell, datetime):
        return cell.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    if cell is None or isinstance(cell, date):
        return cell
    raise TypeError(f"{cell!r} is no day and no moment")


def _number(cell: Cell) -> float:
    if isinstance(cell, int | float):
        return cell
    raise TypeError(f"{cell!r} is no number")


def plain(text: str) -> str:
    """`text` as it is compared: without accents and case."""
    return "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter)).casefold()


def ordered(frame: pd.DataFrame, sorters: Sequence[Mapping[str, str]]) -> pd.DataFrame:
    """`frame` sorted by `sorters` (`field`, `dir`; the first counts most). Equals keep their order, the unknown is last."""
    known = [one for one in sorters if one["field"] in frame.columns]
    if not known:
        return frame
    return frame.sort_values(
        [one["field"] for one in known],
        ascending=[one["dir"] == "asc" for one in known],
        kind="stable",
        key=lambda column: column.map(plain) if column.dtype.kind == "O" else column,
    )


def kept(column: "pd.Series[Any]", wanted: str) -> "pd.Series[bool]":
    """Which cells of `column` answer to what was typed: text holds it, numbers and days are at least it. Else all."""
    if column.dtype.kind == "O":
        return column.map(plain).str.contains(plain(wanted), regex=False)
    try:
        least: Any = pd.Timestamp(wanted) if column.dtype.kind == "M" else float(wanted.replace(",", "."))
    except ValueError:
        return pd.Series(data=True, index=column.index)
    return column >= least
