"""What a webhook of ended rows tells of one of them: how it ended, or nothing. Pure."""

from producers.erp.changes import as_text
from schemas.erp.declaration import Row, Table
from schemas.errors import RejectRecord


def has_ended(table: Table, row: Row) -> bool:
    """Whether the row itself says that it is no longer swept (a day of payment, or a known word).

    One that cannot be read is let through, to the letter that says so: it ends nothing.
    """
    try:
        return not table.member({column: as_text(value) for column, value in row.items()})
    except RejectRecord:
        return True
