"""Bills that stand in several rows of an export: one that shows a day of payment is believed over one that shows none.

Which of two rows is newer no file says, and a bill of a booklet may stand in two files. To call who has paid is the worse
error.
"""

from collections.abc import Iterable, Iterator
from datetime import date

from producers.erp.dense import place
from producers.erp.owners import Owners
from schemas.erp.altarede import UNPAID
from schemas.erp.conditions import ORDER
from schemas.erp.declaration import Table
from schemas.errors import RejectRecord


class Codes:
    """A set of codes, most of them numbers that lie close together: one bit each, at most 16 MiB."""

    def __init__(self) -> None:
        self._bits = bytearray()
        self._others: set[str] = set()

    def add(self, code: str) -> None:
        """Of any form."""
        at = place(code)
        if not at:
            self._others.add(code)
            return
        byte, bit = divmod(at, 8)
        if byte >= len(self._bits):
            self._bits.extend(bytes(byte + 1 - len(self._bits)))
        self._bits[byte] |= 1 << bit

    def __contains__(self, code: str) -> bool:
        at = place(code)
        if not at:
            return code in self._others
        byte, bit = divmod(at, 8)
        return byte < len(self._bits) and bool(self._bits[byte] >> bit & 1)


class Ended:
    """Of one reading of a table's files on the day `seen`, the newest file first.

    `passed_over`: how many rows show no payment that another row tells. What an older file says of a bill is passed over
    too, but for a payment: so nothing is published that the next row takes back.
    """

    def __init__(self, table: Table, seen: date) -> None:
        self._table = table
        self._seen = seen
        self._paid = Codes()
        self._newer: list[Codes] = []
        self._owners = Owners(table)
        self.passed_over = 0

    def kept(self, rows: Iterable[dict[str, str]]) -> Iterator[dict[str, str]]:
        """Of the rows of one file those that count. Raises StopWorker for a bill that two rows show as two clients'."""
        if self._table.kind != "bill":
            yield from rows
            return
        here = Codes()
        for row in rows:
            self._owners.check_row(row)
            if self._counts(row):
                here.add(row[self._table.key])
                yield row
        self._newer.append(here)

    def _counts(self, row: dict[str, str]) -> bool:
        code = row[self._table.key]
        is_old = any(code in newer for newer in self._newer)
        is_unpaid = self._is_unpaid(row)
        if is_unpaid is None:
            return not is_old
        if is_unpaid and code in self._paid:
            self.passed_over += 1
            return False
        is_news = not is_unpaid and code not in self._paid
        if not is_unpaid:
            self._paid.add(code)
        return is_news or not is_old

    def _is_unpaid(self, row: dict[str, str]) -> bool | None:
        """None of a row that goes on to its letter. Which order its days have is settled later: here it does not matter."""
        for order in ("", "mdy"):
            try:
                return UNPAID.holds({**row, ORDER: order}, self._seen)
            except RejectRecord:
                continue
        return None

    @property
    def notes(self) -> tuple[str, ...]:
        """What an operator reads of it."""
        if not self.passed_over:
            return ()
        many = f"{self._table.name}: {self.passed_over} rows show no payment of bills that another row shows as paid"
        return (f"{many}; the day of payment was believed",)
