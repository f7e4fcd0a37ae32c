"""What each table of an instance showed when all of it was read last."""

from typing import Generic, TypeVar

from schemas.erp.declaration import Table

T = TypeVar("T")


class Learnt(Generic[T]):
    """By table. What is mended in the ERP is believed again."""

    def __init__(self) -> None:
        self._of: dict[str, T] = {}

    def keep(self, table: Table, shown: T) -> None:
        """All of the table was looked at."""
        self._of[table.name] = shown

    def suppose(self, table: Table, shown: T) -> None:
        """A part of the table was looked at: that counts until all of it was."""
        self._of.setdefault(table.name, shown)
