"""Rows that their ERP no longer lists: asked for by their ids, so many at once, and what it means not to find one. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import islice
from typing import NamedTuple

from producers.erp.changes import Change, Seen, gone, news
from schemas.erp.declaration import Table

REREAD_AT_ONCE = 100


class Missing(NamedTuple):
    """Not found either when it was asked for at `asked_at`; `unread`: the ERP shows something that cannot be read; `why`.

    `unasked`: there was nobody to ask for it. `withdrawn`: what it is now, where it left without being paid or cancelled.
    """

    table: Table
    code: str
    asked_at: datetime
    unread: bool = False
    unasked: bool = False
    withdrawn: Change | None = None
    why: str = ""

    @property
    def lost(self) -> bool:
        """Whether nothing tells what became of it."""
        return self.withdrawn is None and (self.unread or self.table.lost == "unknown")

    def changes(self, seen: Seen) -> Iterable[Change]:
        """What closes it, of rows that are known: in the order of publishing."""
        return [gone(self.code, seen[self.code], lost=self.lost)] if self.withdrawn is None else news(seen, [self.withdrawn])


def parts(owners: Mapping[str, str]) -> Iterable[dict[str, str]]:
    """As many as are asked for at once."""
    coming = iter(owners.items())
    while part := dict(islice(coming, REREAD_AT_ONCE)):
        yield part
