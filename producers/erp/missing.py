"""A row that its ERP no longer shows. A value."""

from datetime import datetime
from typing import NamedTuple

from schemas.erp.declaration import Table


class Missing(NamedTuple):
    """Not found either when it was asked for at `asked_at`; `unread`: the ERP shows something that cannot be read.

    `unasked`: there was nobody to ask for it.
    """

    table: Table
    code: str
    asked_at: datetime
    unread: bool = False
    unasked: bool = False

    @property
    def lost(self) -> bool:
        """Whether nothing tells what became of it."""
        return self.unread or self.table.lost == "unknown"
