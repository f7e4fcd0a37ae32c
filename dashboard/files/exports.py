"""The whole lists of the pages that read their own facts: the same rows as the page, by the same address."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import Any, Final
from zoneinfo import ZoneInfo

from bokeh.server.views.auth_request_handler import AuthRequestHandler
from pymongo.errors import PyMongoError
from tornado.web import authenticated

from dashboard.access.masking import people_of
from dashboard.access.who import current
from dashboard.facts import blocked, calls, collection, coming_back, history, overdue, undated
from dashboard.facts.asked import EVERYBODY, Filters
from dashboard.facts.board import common_zone
from dashboard.facts.due import SHORT_DAYS
from dashboard.facts.refresher import Clock, Refresher
from dashboard.facts.sight import Sight, chosen
from dashboard.files.partial import named
from dashboard.files.sheets import Sheet, as_csv, as_xlsx
from dashboard.parts import (
    blocked_rows,
    blocked_screen,
    calls_screen,
    collection_screen,
    history_rows,
    history_screen,
    overdue_rows,
    overdue_screen,
)
from dashboard.parts import undated as undated_parts
from dashboard.parts.rows import Rows
from dashboard.words import address
from dashboard.words.language import Language, language
from dashboard.words.people import People
from schemas.errors import RetryLater
from schemas.figures.collection import Part
from schemas.figures.narrow import BY, By
from schemas.instances import Instance
from schemas.runtime.mongo import Database, instances

Export = Callable[[Sight, Filters, Language, People], Awaitable[Rows]]
"""One list. PyMongoError is left to the caller."""
TYPES: Final[Mapping[str, str]] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


async def _bills(sight: Sight, filters: Filters, say: Language, people: People) -> Rows:
    found = await overdue.every_line(sight, filters)
    return overdue_rows.rows(found, say, people.name)


async def _part(by: By, sight: Sight, filters: Filters, say: Language, _people: People) -> Rows:
    return overdue_rows.part_rows(by, (await overdue.read(sight, filters)).parts[by], say)


async def _days(sight: Sight, filters: Filters, say: Language, _people: People) -> Rows:
    return overdue_rows.day_rows((await overdue.read(sight, filters)).days, say)


async def _recovered(sight: Sight, _filters: Filters, say: Language, _people: People) -> Rows:
    return overdue_rows.recovered_rows(await coming_back.read(sight), say)


async def _rolls(sight: Sight, _filters: Filters, say: Language, _people: People) -> Rows:
    return overdue_rows.roll_rows(await coming_back.read(sight), say)


async def _undated(sight: Sight, _filters: Filters, say: Language, people: People) -> Rows:
    return undated_parts.rows(await undated.every_line(sight), say, people.name)


async def _inventory(sight: Sight, filters: Filters, say: Language, people: People, *, is_short: bool) -> Rows:
    found = await blocked.every_entry(sight, filters)
    of_term = [one for one in found if ((one.days or 0) <= SHORT_DAYS) == is_short]
    return blocked_rows.rows(of_term, say, people.name)


async def _idle(sight: Sight, filters: Filters, say: Language, people: People) -> Rows:
    found = await blocked.every_entry(sight, filters, idle=True)
    return blocked_rows.rows(found, say, people.name)


async def _blocked_part(by: By, sight: Sight, filters: Filters, say: Language, _people: People) -> Rows:
    return blocked_rows.part_rows(by, (await blocked.read(sight, filters)).parts[by], say)


async def _late_days(sight: Sight, filters: Filters, say: Language, _people: People) -> Rows:
    return blocked_rows.day_rows((await blocked.read(sight, filters)).days, say)


async def _contracts(part: Part, sight: Sight, filters: Filters, say: Language, people: People) -> Rows:
    found = (await collection.whole(sight, filters)).lists[part]
    return collection_screen.rows(found, say, people, several=len(sight.instances) > 1)


async def _calls(sight: Sight, filters: Filters, say: Language, people: People) -> Rows:
    found = await calls.whole(sight, filters)
    return calls_screen.rows(found.rows, say, people, several=found.several, file=True)


async def _history(sight: Sight, filters: Filters, say: Language, _people: People) -> Rows:
    return history_rows.rows(await history.read(sight, filters), say)


EXPORTS: Mapping[str, Export] = {
    blocked_screen.INVENTORIES["short"][1]: partial(_inventory, is_short=True),
    blocked_screen.INVENTORIES["long"][1]: partial(_inventory, is_short=False),
    blocked_screen.IDLE: _idle,
    "bloqueados-dias": _late_days,
    **{blocked_screen.FILES[by]: partial(_blocked_part, by) for by in BY},
    overdue_screen.PATH: _bills,
    **{overdue_screen.FILES[by]: partial(_part, by) for by in BY},
    "faturas-dias": _days,
    undated_parts.FILE: _undated,
    "faturas-recuperado": _recovered,
    "faturas-rolagem": _rolls,
    calls_screen.PATH: _calls,
    history_screen.PATH: _history,
    **{file: partial(_contracts, part) for part, file in collection_screen.FILES.items()},
}


OF_THE_PAST: Final = frozenset({calls_screen.PATH, history_screen.PATH})
"""Files of what was recorded, whatever of the ERP is read."""


def handlers(database: Database, refresher: Refresher, clock: Clock) -> list[tuple[Any, ...]]:
    """Address, handler and its arguments of each file."""
    shared = {"database": database, "refresher": refresher, "clock": clock}
    return [(rf"/({name})\.(csv|xlsx)", File, {"export": export, **shared}) for name, export in EXPORTS.items()]


class File(AuthRequestHandler):
    """`/NAME.csv` or `.xlsx`, with the filters of a page."""

    def initialize(self, export: Export, database: Database, refresher: Refresher, clock: Clock) -> None:
        self.export = export
        self.database = database
        self.refresher = refresher
        self.clock = clock

    def titled(self, name: str, instance: str, say: Language) -> str:
        """The file's name, which says that its numbers are partial. Raises RetryLater where there are none yet."""
        return name if name in OF_THE_PAST else named(name, self.refresher.reading, instance, say)

    @authenticated
    async def get(self, name: str, kind: str) -> None:
        """404 for an instance that there is not; 503 without MongoDB: half a file would look like a whole one.

        And where the page would show no number yet; the name of a file says that its numbers are partial.
        """
        _, filters = address.read(self.request.query)
        now, user = self.clock(), current(self.request)
        say = language(user.locale)
        try:
            valid, _ = await instances(self.database)
            if filters.instance not in (EVERYBODY, *valid):
                self.send_error(HTTPStatus.NOT_FOUND)
                return
            some = chosen(valid, filters.instance)
            told = self.titled(name, filters.instance, say)
            rows = await self.export(Sight(self.database, some, now), filters, say, people_of(user.role))
        except (PyMongoError, RetryLater):
            self.send_error(HTTPStatus.SERVICE_UNAVAILABLE)
            return
        sheet = Sheet(rows.columns, rows.cells, rows.zone)
        # a large one takes seconds, in which no tab would be answered
        content = await asyncio.to_thread(as_xlsx, sheet) if kind == "xlsx" else await asyncio.to_thread(as_csv, sheet, say)
        self.set_header("Content-Type", TYPES[kind])
        self.set_header("Content-Disposition", f'attachment; filename="{told}-{_here(some, now):%Y%m%d-%H%M}.{kind}"')
        self.set_header("Cache-Control", "no-store")
        self.write(content)


def _here(some: tuple[Instance, ...], now: datetime) -> datetime:
    """The local time of the one provider, else of most."""
    return now.astimezone(ZoneInfo(common_zone(one.zone for one in some)))
