"""What the page shows, as files for a spreadsheet: whole lists, of one instance or all, for whoever may open the page."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from bokeh.server.views.auth_request_handler import AuthRequestHandler
from pymongo.errors import PyMongoError
from tornado.web import authenticated

from dashboard.drafts.brought import written
from dashboard.facts import reads
from dashboard.facts.asked import EVERYBODY
from dashboard.facts.board import DEFAULT_ZONE, Board, choose
from dashboard.facts.counting import Counting
from dashboard.facts.refresher import Clock, Refresher
from dashboard.files import export
from dashboard.words.address import QUERY
from dashboard.words.labels import DEBTS
from dashboard.words.language import Language
from schemas.errors import RetryLater
from schemas.reverse_map import Subject
from schemas.runtime.mongo import Database
from schemas.views import INSTANCES

Content = Callable[[str], Awaitable[str]]
"""The text of a file for a selected instance, or EVERYBODY."""


class Files:
    """The contents. Each raises RetryLater where there is nothing to show: half a file would look like a whole one."""

    def __init__(
        self, database: Database, refresher: Refresher, counting: Counting, language: Language, clock: Clock
    ) -> None:
        self._database = database
        self._refresher = refresher
        self._counting = counting
        self._language = language
        self._clock = clock

    def handlers(self) -> list[tuple[Any, ...]]:
        """Address, handler and its arguments of each file."""
        contents: dict[str, Content] = {
            "fila": self._queue,
            **{names.file: partial(self._debts, subject) for subject, names in DEBTS.items()},
            "configuracao": self._findings,
        }
        return [
            (r"/instancias\.json", Exported, {"database": self._database}),
            *(
                (rf"/{name}\.csv", File, {"name": name, "content": content, "here": self._here})
                for name, content in contents.items()
            ),
        ]

    async def _queue(self, selected: str) -> str:
        return export.table(await reads.queue(self._database, selected, self._clock()), self._language)

    async def _debts(self, subject: Subject, selected: str) -> str:
        board = self._board(selected)
        if board is None:
            raise RetryLater("no snapshot yet")
        return export.debts(subject, board.debts[subject], self._language)

    async def _findings(self, selected: str) -> str:
        outcome = await self._counting.newest()
        if outcome.counted is None or outcome.failure:
            raise RetryLater(outcome.failure)
        return export.findings(outcome.counted.of(selected), self._language)

    def _board(self, selected: str) -> Board | None:
        snapshot = self._refresher.reading.snapshot
        return choose(snapshot, selected) if snapshot else None

    def _here(self, selected: str) -> datetime:
        """The time that the page's stamp would show."""
        board = self._board(selected)
        return self._clock().astimezone(ZoneInfo(board.zone if board else DEFAULT_ZONE))


class File(AuthRequestHandler):
    """`/NAME.csv?instancia=…`"""

    def initialize(self, name: str, content: Content, here: Callable[[str], datetime]) -> None:
        self.name = name
        self.content = content
        self.here = here

    @authenticated
    async def get(self) -> None:
        """503 where there is nothing to show."""
        selected = self.get_query_argument(QUERY, EVERYBODY)
        try:
            text = await self.content(selected)
        except RetryLater:
            self.send_error(HTTPStatus.SERVICE_UNAVAILABLE)
            return
        self.set_header("Content-Type", "text/csv; charset=utf-8")
        self.set_header("Content-Disposition", f'attachment; filename="{self.name}-{self.here(selected):%Y%m%d-%H%M}.csv"')
        self.set_header("Cache-Control", "no-store")
        self.write(text)


class Exported(AuthRequestHandler):
    """`/instancias.json?instancia=…`: one provider or all, without secrets, as `collector instance export` writes them."""

    def initialize(self, database: Database) -> None:
        self.database = database

    @authenticated
    async def get(self) -> None:
        """404 for an instance that there is not, 503 without MongoDB."""
        selected = self.get_query_argument(QUERY, EVERYBODY)
        try:
            which = {"_id": selected} if selected else {}
            found = await self.database[INSTANCES].find(which).sort("_id").max_time_ms(reads.QUERY_MS).to_list()
        except PyMongoError:
            self.send_error(HTTPStatus.SERVICE_UNAVAILABLE)
            return
        if selected and not found:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.set_header(
            "Content-Disposition", f'attachment; filename="{found[0]["_id"] if selected else "instancias"}.json"'
        )
        self.set_header("Cache-Control", "no-store")
        self.write(written(found))
