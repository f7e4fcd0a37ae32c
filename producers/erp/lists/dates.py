"""Which of the two ways an ERP writes its dates: found out from what it sends, never guessed (`schemas/erp/RBX.md`)."""

from collections.abc import Iterable, Sequence

from schemas.erp.declaration import DATE_FORM, Row, Table
from schemas.erp.values import day_of_form, form_of

HELD_AT_MOST = 5_000
ASKED_AT_MOST = 5
FORMS = ("ymd", "ydm")


class Dates:
    """The form of each table's dates, once something told it."""

    def __init__(self) -> None:
        self._form: dict[str, str] = {}

    def settled(self, table: Table, rows: Sequence[Row]) -> bool:
        """Whether rows need not be held back: the form is known, or so many tell nothing that it will not come."""
        if not table.dates or self._form.get(table.name):
            return True
        self._form[table.name] = form_of(str(row.get(table.dates, "")) for row in rows)
        return bool(self._form[table.name]) or len(rows) > HELD_AT_MOST

    def written(self, table: Table, rows: Sequence[Row]) -> Sequence[Row]:
        """The rows with the form beside their date: a mapping that has it needs nothing else, also in a replay."""
        if not table.dates:
            return rows
        form = self._form.get(table.name, "")
        return [{**row, DATE_FORM: form} for row in rows]

    def telling(self, table: Table, rows: Sequence[Row]) -> Iterable[Row]:
        """A few rows whose two readings differ."""
        if not table.dates:
            return []
        return [row for row in rows if table.member(row) and len(self._readings(table, row)) == len(FORMS)][:ASKED_AT_MOST]

    def learn(self, table: Table, row: Row, shown: Sequence[Row]) -> bool:
        """Whether another list of the same documents, with ISO dates, tells the form."""
        due = {str(one.get("id", "")): str(one.get("due_date", ""))[:10] for one in shown}.get(str(row.get(table.key, "")))
        for form, reading in self._readings(table, row).items():
            if reading == due:
                self._form[table.name] = form
        return bool(self._form.get(table.name))

    def _readings(self, table: Table, row: Row) -> dict[str, str]:
        """By form; one alone where only one is a date, or where both are the same day."""
        found: dict[str, str] = {}
        for form in FORMS:
            try:
                reading = day_of_form(str(row.get(table.dates, "")), form).isoformat()
            except ValueError:
                continue
            if reading not in found.values():
                found[form] = reading
        return found
