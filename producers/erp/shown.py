"""What one reading of a table's lists showed: which rows are there, and which of them nobody can read. Pure."""

from datetime import datetime

from producers.erp.changes import Seen
from producers.erp.missing import Missing
from producers.erp.reading import Examined
from schemas.erp.declaration import Table


class Shown:
    """`present`: rows that are there. `hidden`: those of people who were erased. `refused`: those that cannot be read.

    Of a known bill that cannot be read what is known is only what it was: it is not `present`. It may have been paid.
    """

    def __init__(self, table: Table, seen: Seen) -> None:
        self._table = table
        self._seen = seen
        self.present: set[str] = set()
        self.hidden: set[str] = set()
        self.refused: dict[str, Missing] = {}

    def learn(self, page: Examined, asked_at: datetime) -> None:
        """One more page."""
        if page.unreadable:
            why = {letter.why.place.partition("]@")[2]: letter.why.reason for letter in page.letters.values()}
            for code in page.unreadable:
                self.refused[code] = Missing(self._table, code, asked_at, unread=True, why=why.get(code, ""))
                if not self._is_open(code):
                    self.present.add(code)
        self.present.update(page.unsure, (change.code for change in page.found.values() if change.member))
        self.present |= page.hidden
        self.hidden |= page.hidden

    def _is_open(self, code: str) -> bool:
        return self._table.kind == "bill" and code in self._seen and not self._seen[code].lost

    @property
    def rows(self) -> int:
        """How many it showed that are, or may be, members."""
        return len(self.present) + sum(code not in self.present for code in self.refused)

    def absent(self) -> dict[str, str]:
        """Known members that are not there, each with its owner."""
        return {code: known.owner for code, known in self._seen.items() if code not in self.present and not known.lost}

    def lost(self) -> dict[str, str]:
        """Those that are not there and were lost before, each with its owner."""
        return {code: known.owner for code, known in self._seen.items() if known.lost and code not in self.present}

    def of(self, one: Missing) -> Missing:
        """What is known of a row that was asked for alone in vain, beside what the list shows of it."""
        return one if one.withdrawn else self.refused.get(one.code, one)


def unclear(table: Table, page: Examined) -> Examined:
    """Without bills that one row shows as open while another cannot be read: that may be the payment."""
    if table.kind != "bill" or page.unreadable.isdisjoint(page.found):
        return page
    found = {code: one for code, one in page.found.items() if not (one.member and code in page.unreadable)}
    return page._replace(found=found)
