"""Whether a table's days and amounts can be read: where most cannot, they are written as nobody declared. Pure.

One row alone that cannot be read is that row's own fault, and a dead letter.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence

from producers.erp.changes import as_text
from schemas.erp.days import is_day
from schemas.erp.declaration import Row, Table
from schemas.erp.money import is_amount
from schemas.nothing import is_no_day, is_nothing

MANY = 10
"""So many rows that are all alike are no chance."""
LOOKED_AT = 100
"""Rows of a page, evenly spread over it: as good as all of them, and a first sync feels nothing of it."""
SHOWN = 24
"""Characters of an example."""
LETTER = re.compile(r"[^\W\d_]")


class Legible:
    """What the rows of one table's lists showed of its days and amounts."""

    def __init__(self, table: Table) -> None:
        self._key = table.key
        self._readers: dict[str, tuple[Callable[[str], bool], Callable[[str], bool]]] = {
            **dict.fromkeys(table.days, (is_no_day, is_day)),
            **dict.fromkeys(table.amounts, (is_nothing, is_amount)),
        }
        self._amounts = frozenset(table.amounts)
        self._filled: Counter[str] = Counter()
        self._unread: Counter[str] = Counter()
        self._example: dict[str, tuple[str, str]] = {}

    def learn(self, rows: Sequence[Row]) -> None:
        """Look at some rows of a page."""
        some = rows[:: len(rows) // LOOKED_AT or 1] if self._readers else ()
        for name, (is_none, is_one) in self._readers.items():
            filled = [(row, text) for row in some if not is_none(text := as_text(row.get(name)))]
            unread = [(row, text) for row, text in filled if not is_one(text)]
            self._filled[name] += len(filled)
            self._unread[name] += len(unread)
            for row, text in unread[:1]:
                self._example.setdefault(name, (as_text(row.get(self._key)), text))

    @property
    def problem(self) -> str:
        """What an operator reads of columns of which most of many rows hold what cannot be read; "" where there is none."""
        return "; ".join(self._said(name) for name in sorted(self._unread) if self._is_most(name))

    def _is_most(self, name: str) -> bool:
        return self._unread[name] >= MANY and 2 * self._unread[name] > self._filled[name]

    def _said(self, name: str) -> str:
        code, text = self._example[name]
        usual = "99.90 or 1.234,56" if name in self._amounts else "2026-01-31 or 31/01/2026"
        return (
            f"{name} cannot be read in {self._unread[name]} of {self._filled[name]} rows, such as row {code[:SHOWN]}, which"
            f" is written like {shape(text)}: let it be written like {usual}"
        )


def shape(text: str) -> str:
    """How a text is written, without what it says: `9 jan 2026` as `9 aaa 9999`. At most 24 characters."""
    return LETTER.sub("a", re.sub(r"\d", "9", text.strip()[:SHOWN]))
