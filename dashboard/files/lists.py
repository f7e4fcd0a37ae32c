"""What the page shows, as files for a spreadsheet: whole lists, of one instance or all, for whoever may open the page."""

from collections.abc import Awaitable, Callable
from functools import partial
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from bokeh.server.views.auth_request_handler import AuthRequestHandler
from pymongo.errors import PyMongoError
from tornado.web import authenticated

from dashboard.access import masking
from dashboard.access.who import User, current
from dashboard.drafts.brought import written
from dashboard.facts import reads
from dashboard.facts.asked import EVERYBODY
from dashboard.facts.board import DEFAULT_ZONE, Board, NoSuchInstance, choose
from dashboard.facts.counting import Counting
from dashboard.facts.refresher import Clock, Refresher
from dashboard.files import export
from dashboard.files.partial import named
from dashboard.words.address import QUERY
from dashboard.words.labels import DEBTS
from dashboard.words.language import language
from schemas.errors import RetryLater
from schemas.reverse_map import Subject
from schemas.runtime.mongo import Database
from schemas.users import Role
from schemas.views import INSTANCES

FINDINGS = "configuracao"
"""What is found in the data is no number of it: its file is whole as soon as there is one."""
Content = Callable[[str, User], Awaitable[str]]
"""The text of a file for a selected instance, or EVERYBODY, as somebody may see it and in his language."""


class Files:
    """The contents. Each raises RetryLater where there is nothing to show: half a file would look like a whole one.

    And NoSuchInstance where nobody has the name.
    """

    def __init__(self, database: Database, refresher: Refresher, counting: Counting, clock: Clock) -> None:
        self._database = database
        self._refresher = refresher
        self._counting = counting
        self._clock = clock

    def handlers(self) -> list[tuple[Any, ...]]:
        """Address, handler and its arguments of each file."""
        contents: dict[str, tuple[Role, Content]] = {
            "fila": ("viewer", self._queue),
            **{names.file: ("viewer", partial(self._debts, subject)) for subject, names in DEBTS.items()},
            FINDINGS: ("operator", self._findings),
        }
        return [
            (r"/instancias\.json", Exported, {"database": self._database}),
            *(
                (rf"/{name}\.csv", File, {"name": name, "needs": needs, "content": content, "told": self._told})
                for name, (needs, content) in contents.items()
            ),
        ]

    async def _queue(self, selected: str, user: User) -> str:
        found = await reads.queue(self._database, selected, self._clock())
        board = self._board(selected)
        counted = {one.name for one in board.counted} if board else set()  # as the page, which leaves out what is not read
        found = [one for one in found if one.instance in counted]
        return export.table((masking.debtor(one, user.role) for one in found), language(user.locale))

    async def _debts(self, subject: Subject, selected: str, user: User) -> str:
        board = self._board(selected)
        if board is None:
            raise RetryLater("no snapshot yet")
        if board.unknown:
            raise NoSuchInstance(selected)
        return export.debts(subject, board.debts[subject], language(user.locale))

    async def _findings(self, selected: str, user: User) -> str:
        outcome = await self._counting.newest()
        if outcome.counted is None or outcome.failure:
            raise RetryLater(outcome.failure or "nothing was counted yet")
        found = outcome.counted.of(selected)
        if selected != EVERYBODY and not found:
            raise NoSuchInstance(selected)
        return export.findings(found, language(user.locale))

    def _board(self, selected: str) -> Board | None:
        snapshot = self._refresher.reading.snapshot
        return choose(snapshot, selected) if snapshot else None

    def _told(self, name: str, selected: str, user: User) -> str:
        """The file's name, with the time that the page's stamp would show."""
        board = self._board(selected)
        here = self._clock().astimezone(ZoneInfo(board.zone if board else DEFAULT_ZONE))
        told = name if name == FINDINGS else named(name, self._refresher.reading, selected, language(user.locale))
        return f"{told}-{here:%Y%m%d-%H%M}"


class File(AuthRequestHandler):
    """`/NAME.csv?instancia=…`, for whoever has the role `needs`: the gate looks."""

    def initialize(self, name: str, needs: Role, content: Content, told: Callable[[str, str, User], str]) -> None:
        self.name = name
        self.needs = needs
        self.content = content
        self.told = told

    @authenticated
    async def get(self) -> None:
        """404 where there is no such instance, 503 where there is nothing to show."""
        selected = self.get_query_argument(QUERY, EVERYBODY)
        try:
            user = current(self.request)
            text, name = await self.content(selected, user), self.told(self.name, selected, user)
        except NoSuchInstance:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        except RetryLater:
            self.send_error(HTTPStatus.SERVICE_UNAVAILABLE)
            return
        self.set_header("Content-Type", "text/csv; charset=utf-8")
        self.set_header("Content-Disposition", f'attachment; filename="{name}.csv"')
        self.set_header("Cache-Control", "no-store")
        self.write(text)


class Exported(AuthRequestHandler):
    """`/instancias.json?instancia=…`: one provider or all, without secrets, as `collector instance export` writes them."""

    needs: Role = "admin"

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
