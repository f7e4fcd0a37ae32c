"""The codes of rows that were answered as JSON: one that became a number with decimals is the row it was. Pure."""

from collections.abc import Iterable, Sequence

from schemas.erp.declaration import Row, Table
from schemas.erp.numbers import code_of
from schemas.errors import RetryLater


def with_codes(erp: str, table: Table, rows: Iterable[Row]) -> list[Row]:
    """The rows with their ids, their owners' and those by which they are marked as their ERP has them.

    Raises RetryLater for one that is written as a number and cannot be read: its row would be a new one, the old one lost.
    """
    marks = [name for mark in table.marks for name in (mark.key, mark.by)]
    columns = sorted({table.key, table.owner, *marks} - {""})
    return [_with_codes(erp, table, columns, row) for row in rows]


def _with_codes(erp: str, table: Table, columns: Sequence[str], row: Row) -> Row:
    read: dict[str, str] = {}
    for column in columns:
        value = row.get(column)
        if type(value) is int or value is None or (isinstance(value, str) and value.isdecimal()):
            continue  # nearly all, of a million
        try:
            if (code := code_of(str(value))) != value:
                read[column] = code
        except ValueError as exc:
            raise RetryLater(f"{erp} answers a row of {table.name} whose {column} {exc}: ask the ERP's support") from None
    return {**row, **read} if read else row
