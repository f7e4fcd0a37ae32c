"""What one reading of a table's lists showed: which rows are there, and which of them nobody can read. Pure."""

from collections.abc import Set as AbstractSet

from producers.erp.changes import Seen, as_text
from producers.erp.missing import Missing
from producers.erp.reading import Examined
from producers.erp.source import Told
from schemas.erp.declaration import Row, Table
from schemas.errors import RejectRecord


class Shown:
    """`present`: rows that are there. `hidden`: those of people who were erased. `refused`: those that cannot be read.

    A known bill whose row cannot be read and does not say that it is open is not `present`: it may have been paid.
    """

    def __init__(self, table: Table, seen: Seen) -> None:
        self._table = table
        self._seen = seen
        self.present: set[str] = set()
        self.hidden: set[str] = set()
        self.refused: dict[str, Missing] = {}
        self._doubted: set[str] = set()

    def learn(self, page: Examined, told: Told) -> None:
        """One more page, as it came and as it was read."""
        if page.unreadable:
            doubted = in_doubt(self._table, page, told)
            why = {letter.why.place.partition("]@")[2]: letter.why.reason for letter in page.letters.values()}
            for code in page.unreadable:
                self.refused[code] = Missing(self._table, code, told.asked_at, unread=True, why=why.get(code, ""))
            self._doubted |= {code for code in doubted if code in self._seen and not self._seen[code].lost}
            self.present |= page.unreadable
        self.present.update(page.unsure, (change.code for change in page.found.values() if change.member))
        self.present -= self._doubted  # whatever another page shows of it
        self.present |= page.hidden
        self._doubted -= page.hidden
        self.hidden |= page.hidden

    @property
    def rows(self) -> int:
        """How many it showed that are, or may be, members."""
        return len(self.present) + len(self._doubted)

    def absent(self) -> dict[str, str]:
        """Known members that are not there, each with its owner."""
        return {code: known.owner for code, known in self._seen.items() if code not in self.present and not known.lost}

    def lost(self) -> dict[str, str]:
        """Those that are not there and were lost before, each with its owner."""
        return {code: known.owner for code, known in self._seen.items() if known.lost and code not in self.present}

    def of(self, one: Missing) -> Missing:
        """What is known of a row that was asked for alone in vain, beside what the list shows of it."""
        return one if one.withdrawn else self.refused.get(one.code, one)


def unclear(table: Table, page: Examined, told: Told) -> Examined:
    """Without bills that one row shows as open while another is in doubt: that may be the payment."""
    doubted = in_doubt(table, page, told)
    if doubted.isdisjoint(page.found):
        return page
    return page._replace(found={code: one for code, one in page.found.items() if not (one.member and code in doubted)})


def in_doubt(table: Table, page: Examined, told: Told) -> AbstractSet[str]:
    """Bills of which a row cannot be read and does not say itself that the bill is open."""
    if table.kind != "bill" or not page.unreadable:
        return frozenset()
    ids = ((row, str(row.get(table.key, ""))) for row in told.rows)
    return {code for row, code in ids if code in page.unreadable and not _says_open(table, row, told)}


def _says_open(table: Table, row: Row, told: Told) -> bool:
    try:
        return table.member({column: as_text(value) for column, value in row.items()}, told.asked_at.date())
    except RejectRecord:
        return False
