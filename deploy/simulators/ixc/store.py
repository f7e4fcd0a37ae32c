"""The provider's tables, and what makes a page cheap: encoded rows, and id lists by filter that every change keeps true."""

from bisect import bisect_left, bisect_right, insort
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

import orjson

from deploy.simulators.ixc.columns import BLANKS
from deploy.simulators.ixc.filters import Condition, Conditions, Row, matcher, number

REMEMBERED_SELECTIONS: Final = 32
KEYSET: Final = frozenset({">", ">=", "<", "<=", "="})


class Edit(NamedTuple):
    """What happens to one row: `columns` are merged into it (a new id is a new row); None: the row is gone."""

    table: str
    id: int
    columns: Row | None


@dataclass(frozen=True, slots=True)
class Span:
    """`ids[low:high]` of an ascending list that belongs to the table: read it, and keep it over no change."""

    ids: list[int]
    low: int
    high: int

    @property
    def size(self) -> int:
        """How many ids."""
        return max(0, self.high - self.low)

    def page(self, skip: int, take: int, *, descending: bool = False) -> list[int]:
        """`take` ids after the first `skip`, in the order asked for."""
        if descending:
            return self.ids[max(self.low, self.high - skip - take) : max(self.low, self.high - skip)][::-1]
        return self.ids[self.low + skip : min(self.high, self.low + skip + take)]


class Selection(NamedTuple):
    """The ids that meet a filter, ascending."""

    meets: Callable[[Row], bool]
    ids: list[int]


class Table:
    """Rows by id, each kept as what differs from a row of blanks."""

    def __init__(self, name: str, rows: dict[int, Row]) -> None:
        self.name = name
        self.blank = BLANKS[name]
        self.rows = rows
        self.next_id = max(rows, default=0) + 1
        self.hidden: frozenset[str] = frozenset()
        """Columns that no answer shows."""
        self.null: frozenset[str] = frozenset()
        """Columns that every answer shows empty."""
        self.spell: Callable[[Row], Row] = lambda row: row
        """How an answer writes a row."""
        self._selections: OrderedDict[Conditions, Selection] = OrderedDict()
        self._encoded: dict[int, bytes] = {}

    def full(self, row_id: int) -> Row:
        """The whole row, all columns. Raises KeyError."""
        return self.blank | self.rows[row_id]

    def each(self) -> Iterator[Row]:
        """Every whole row, in no order."""
        return (self.blank | row for row in self.rows.values())

    def encoded(self, row_id: int) -> bytes:
        """The whole row as JSON, remembered until it changes."""
        if (known := self._encoded.get(row_id)) is not None:
            return known
        # a copy: the encoder's own bytes keep a block of the next power of two, which costs the big provider 1 GB
        row = self.spell({name: value for name, value in self.full(row_id).items() if name not in self.hidden})
        shown = {**row, **dict.fromkeys(self.null)}
        return self._encoded.setdefault(row_id, bytes(memoryview(orjson.dumps(shown))))

    def select(self, conditions: Conditions) -> Span:
        """The rows that meet all conditions; those that bound `id` cost nothing, the others once for each new set."""
        members = [each for each in conditions if each.column == "id" and each.op == "IN"]
        bounds = [each for each in conditions if each.column == "id" and each.op in KEYSET]
        others = tuple(each for each in conditions if each not in bounds)
        if members:
            wanted = {int(number(text)) for text in members[0].operands} & self.rows.keys()
            meets = matcher(others, self.blank)
            ids = sorted(row_id for row_id in wanted if meets(self.rows[row_id]))
        else:
            ids = self._selected(tuple(sorted(others)))
        low, high = 0, len(ids)
        for each in bounds:
            below, above = _bounds(ids, each)
            low, high = max(low, below), min(high, above)
        return Span(ids, low, max(low, high))

    def put(self, row_id: int, columns: Row | None) -> None:
        """Merge `columns` into the row, which need not exist, or remove the row."""
        self._encoded.pop(row_id, None)
        row = None if columns is None else self.rows.get(row_id, {}) | columns
        if row is None:
            self.rows.pop(row_id, None)
        else:
            self.rows[row_id] = row
            self.next_id = max(self.next_id, row_id + 1)
        for selection in self._selections.values():
            _keep(selection, row_id, row)

    def _selected(self, conditions: Conditions) -> list[int]:
        known = self._selections.pop(conditions, None)
        if known is None:
            meets = matcher(conditions, self.blank)
            known = Selection(meets, sorted(row_id for row_id, row in self.rows.items() if meets(row)))
        self._selections[conditions] = known
        if len(self._selections) > REMEMBERED_SELECTIONS:
            self._selections.popitem(last=False)
        return known.ids


def _bounds(ids: list[int], bound: Condition) -> tuple[int, int]:
    value = number(bound.operands[0])
    left, right = bisect_left(ids, value), bisect_right(ids, value)
    low = {">": right, ">=": left, "=": left}.get(bound.op, 0)
    high = {"<": left, "<=": right, "=": right}.get(bound.op, len(ids))
    return low, high


def _keep(selection: Selection, row_id: int, row: Row | None) -> None:
    place = bisect_left(selection.ids, row_id)
    listed = place < len(selection.ids) and selection.ids[place] == row_id
    belongs = row is not None and selection.meets(row)
    if belongs and not listed:
        insort(selection.ids, row_id)
    elif listed and not belongs:
        del selection.ids[place]


@dataclass(frozen=True, slots=True)
class Provider:
    """One internet provider's ERP data, by table name."""

    tables: Mapping[str, Table]

    def __getitem__(self, table: str) -> Table:
        return self.tables[table]

    def apply(self, edit: Edit, now: datetime) -> None:
        """Carry out one change. `now` is aware, in the ERP's own zone: `ultima_atualizacao` shows its wall clock."""
        table, columns = self.tables[edit.table], edit.columns
        if columns is not None and "ultima_atualizacao" in table.blank:
            columns = columns | {"ultima_atualizacao": f"{now:%Y-%m-%d %H:%M:%S}"}
        table.put(edit.id, columns)
