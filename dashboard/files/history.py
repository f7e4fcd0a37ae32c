"""The page "History" as a file: all its rows, by the page's own address."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

from bokeh.server.views.auth_request_handler import AuthRequestHandler
from pymongo.errors import PyMongoError
from tornado.web import authenticated

from dashboard.access.who import current
from dashboard.facts import history
from dashboard.facts.asked import EVERYBODY, Filters
from dashboard.facts.refresher import Clock
from dashboard.facts.sight import Sight
from dashboard.files.sheets import Sheet, as_csv, as_xlsx
from dashboard.parts import history_rows
from dashboard.parts.history_screen import PATH
from dashboard.parts.rows import Rows
from dashboard.words import address
from dashboard.words.language import Language
from schemas.runtime.mongo import Database, instances

TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


async def rows(sight: Sight, filters: Filters, say: Language) -> Rows:
    """Every row. PyMongoError is left to the caller."""
    return history_rows.rows(await history.read(sight, filters), say)


def handler(database: Database, language: Callable[[str], Language], clock: Clock) -> tuple[Any, ...]:
    """Address, handler and its arguments. `language`: by the name of a locale."""
    return rf"/{PATH}\.(csv|xlsx)", File, {"database": database, "language": language, "clock": clock}


class File(AuthRequestHandler):
    """`/historico.csv` or `.xlsx`, with the filters of the page."""

    def initialize(self, database: Database, language: Callable[[str], Language], clock: Clock) -> None:
        self.database = database
        self.language = language
        self.clock = clock

    @authenticated
    async def get(self, kind: str) -> None:
        """404 for an instance that there is not; 503 without MongoDB: half a file would look like a whole one."""
        _, filters = address.read(self.request.query)
        now = self.clock()
        say = self.language(current(self.request).locale)
        try:
            valid, _ = await instances(self.database)
            if filters.instance not in (EVERYBODY, *valid):
                self.send_error(HTTPStatus.NOT_FOUND)
                return
            chosen = tuple(one for one in valid.values() if filters.instance in (EVERYBODY, one.name))
            found = await rows(Sight(self.database, chosen, now), filters, say)
        except PyMongoError:
            self.send_error(HTTPStatus.SERVICE_UNAVAILABLE)
            return
        sheet = Sheet(found.columns, found.cells, found.zone)
        self.set_header("Content-Type", TYPES[kind])
        name = f"{PATH}-{filters.figure or history.FIGURE}-{now:%Y%m%d-%H%M}.{kind}"
        self.set_header("Content-Disposition", f'attachment; filename="{name}"')
        self.set_header("Cache-Control", "no-store")
        self.write(as_xlsx(sheet) if kind == "xlsx" else as_csv(sheet, say))
