"""Which of the two ways an ERP writes its dates: found out from what it sends, never guessed (`schemas/erp/RBX.md`)."""

from collections import Counter
from collections.abc import Iterable, Sequence

from schemas.erp.declaration import DATE_FORM, Row, Table
from schemas.erp.values import day_of_form, form_of
from schemas.errors import StopWorker

HELD_AT_MOST = 5_000
"""So many rows tell nothing, or contradict each other: who shows the same dates otherwise is asked before there are more."""
ASKED_AT_MOST = 5
ENOUGH = 3
"""So many dates tell a form before all are read; fewer may be the odd ones."""
FORMS = ("ymd", "ydm")


class Dates:
    """The form of each table's dates, once something told it."""

    def __init__(self) -> None:
        self._form: dict[str, str] = {}
        self._shown: dict[str, Counter[str]] = {}
        self._sworn: set[str] = set()
        """Tables whose form was told by whoever shows the same dates otherwise, in this reading."""

    def begin(self, table: Table) -> None:
        """A reading of the table begins."""
        self._shown[table.name] = Counter()
        self._sworn.discard(table.name)

    def settled(self, table: Table, rows: Sequence[Row]) -> bool:
        """Whether these rows, and those before them, need not be held back: enough dates have shown their form."""
        if not table.dates:
            return True
        shown = self._shown.setdefault(table.name, Counter())
        shown.update(form_of([str(row.get(table.dates, ""))]) for row in rows)
        known = self._form.get(table.name, "")
        if known and table.name not in self._sworn:
            others = sum(shown[form] for form in FORMS if form != known)
            known = "" if others >= ENOUGH and others > shown[known] else known
        self._form[table.name] = known or self._unanimous(table, ENOUGH)
        return bool(self._form[table.name])

    def ended(self, table: Table) -> bool:
        """The same where no row comes any more: then one date is enough."""
        if table.dates and not self._form.get(table.name):
            self._form[table.name] = self._unanimous(table, 1)
        return not table.dates or bool(self._form[table.name])

    def _unanimous(self, table: Table, enough: int) -> str:
        shown = self._shown[table.name]
        told = [form for form in FORMS if shown[form]]
        return told[0] if len(told) == 1 and shown[told[0]] >= enough else ""

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
        found = (row for row in rows if table.member(row) and len(self._readings(table, row)) == len(FORMS))
        return [row for row, _ in zip(found, range(ASKED_AT_MOST), strict=False)]

    def told(self, table: Table, row: Row, shown: Sequence[Row]) -> str:
        """The form that another list of the same documents, with ISO dates, tells; "" where it tells none."""
        due = {str(one.get("id", "")): str(one.get("due_date", ""))[:10] for one in shown}.get(str(row.get(table.key, "")))
        return next((form for form, reading in self._readings(table, row).items() if reading == due), "")

    def learn(self, table: Table, told: Iterable[str]) -> bool:
        """What each of the rows that were asked about told, and whether they agree: one alone may be the odd one."""
        forms = {form for form in told if form}
        if len(forms) == 1:
            (self._form[table.name],) = forms
            self._sworn.add(table.name)
        return len(forms) == 1

    def check(self, table: Table, rows: Sequence[Row]) -> None:
        """Raises StopWorker where dates show both forms and others have two readings: of no table is that left open."""
        shown = self._shown.get(table.name, Counter())
        if self._form.get(table.name) or not all(shown[form] for form in FORMS):
            return
        doubtful = sum(len(self._readings(table, row)) == len(FORMS) for row in rows)
        if doubtful:
            raise StopWorker(
                f"{table.name} writes {shown['ymd']} dates in {table.dates} as year-month-day and {shown['ydm']} as"
                f" year-day-month: {doubtful} of {len(rows)} rows could be read in two ways. Give erp.token_v2, whose"
                f" get_unpaid_document tells which is meant, or mend in the ERP the dates that are written otherwise"
            )

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
