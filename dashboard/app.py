"""The dashboard's process: one server, one refresher, one page for each session."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from functools import cache, partial
from secrets import token_hex
from typing import Any, NamedTuple

import panel as pn
import structlog
from jinja2 import Template
from panel.io.server import Server, get_server
from panel.viewable import Viewable

from dashboard.access import gate, setup
from dashboard.access.access import Access
from dashboard.access.letters import LetterDesk, PutBack
from dashboard.access.masking import people_of
from dashboard.access.preferences import Preferences
from dashboard.access.rules import may
from dashboard.access.who import current
from dashboard.controls import Clerk
from dashboard.drafts.desk import Desk
from dashboard.drafts.what_if import WhatIf
from dashboard.facts import evidence, reads
from dashboard.facts.counting import Counting
from dashboard.facts.open_pages import OpenPages
from dashboard.facts.refresher import Refresher
from dashboard.files import exports, operation
from dashboard.files.lists import Files
from dashboard.handlers import Alive, Guarded, Ready
from dashboard.pages import PAGES
from dashboard.pages.page import Opened
from dashboard.parts import plots, shell
from dashboard.parts.block import block
from dashboard.parts.held import keep_held_changes
from dashboard.parts.screen import Painter
from dashboard.parts.styles import ASSETS
from dashboard.selection import Selection
from dashboard.session import Session
from dashboard.settings import Settings
from dashboard.words.language import language
from schemas.errors import StopWorker
from schemas.runtime.clock import now
from schemas.runtime.mongo import connect
from schemas.runtime.process import run
from schemas.users import Role

Handler = tuple[Any, ...]

log = structlog.get_logger(stage="dashboard")

WALLBOARD_SECONDS = 86_400
"""A page on a wall may reconnect a day after it was opened."""
WARM_AFTER_S = 20.0
FIRST_S = 3.0
"""So long whoever opens a page of a new process may wait for its first numbers, before the page says that there are none."""


class Outside(NamedTuple):
    """What others do for the dashboard, which knows only `schemas`. None: it is not offered."""

    put_back: PutBack | None = None
    what_if: WhatIf | None = None


ALONE = Outside()


def main(outside: Outside = ALONE) -> None:
    """Serve until SIGTERM or SIGINT. MongoDB may be away: the page then says so and tries again."""
    run("dashboard", Settings, partial(_serve, outside))


async def _serve(outside: Outside, settings: Settings) -> None:
    async with serving(settings, outside):
        await asyncio.Event().wait()


@asynccontextmanager
async def serving(settings: Settings, outside: Outside = ALONE, **server: int) -> AsyncIterator[tuple[Server, Refresher]]:
    """The dashboard, up while the context lasts. `server`: Bokeh's options. Raises StopWorker where the port is taken."""
    keep_held_changes()
    pn.extension("tabulator")  # a page with a table may be opened in a tab that began without one
    database = connect(settings)
    readers = {page.path: page.read for page in PAGES if page.read}
    of_all = {page.path for page in PAGES if page.of_all}
    pages = OpenPages(database, readers, of_all, settings.kafka_bootstrap_servers)
    refresher = Refresher(reads.Reader(database).read, settings.dashboard_refresh_seconds, now, pages.read)
    counting = Counting(partial(reads.count, database), now)
    access = setup.access(settings, database, now)

    letters = LetterDesk(database, now, outside.put_back)

    @cache
    def painter(locale: str, role: Role) -> Painter:
        """Shared by all who read the same language and may see the same."""
        return Painter(language(locale), role)

    @cache
    def template(locale: str) -> Template:
        return shell.shell(language(locale))

    def open_session() -> Viewable:
        if pn.state.curdoc is None:
            raise RuntimeError("a page is opened only for a session")
        user = current(pn.state.curdoc)
        try:
            by = f"user:{user.name}" if user.logged_in else "dashboard"
            opened = Opened(
                painter(user.locale, user.role),
                Selection(),  # type: ignore[no-untyped-call]  # param declares no types
                user,
                Clerk(database, now, by, may_act=may(user.role, "operator")),
                people_of(user.role),
                partial(evidence.look_up, database),
                Desk(database, now, settings.key, by, may_act=may(user.role, "admin")),
                letters,
                outside.what_if if may(user.role, "admin") else None,
            )
            return Session(pn.state.curdoc, refresher, PAGES, opened, template(user.locale)).page
        except Exception:  # else Panel would show the traceback to the clerk
            log.exception("page failed")
            return block(painter(user.locale, user.role).html.apology)

    handlers: list[Handler] = [
        (r"/healthz", Alive),
        (r"/preferences", Preferences),
        (r"/readyz", Ready, {"refresher": refresher, "clock": now}),
        *Files(database, refresher, counting, now).handlers(),
        *exports.handlers(database, refresher, now),
        *operation.handlers(database, refresher, now),
    ]
    running = [
        asyncio.create_task(refresher.run()),
        asyncio.create_task(access.watch(settings.dashboard_refresh_seconds)),
        asyncio.create_task(_warm()),
    ]
    try:
        with suppress(TimeoutError):  # the pages then say that nothing was read yet
            await asyncio.wait_for(refresher.asked.wait(), FIRST_S)
        try:
            started = _listen(settings, open_session, handlers, access, server)
        except OSError as exc:
            raise StopWorker(
                f"DASHBOARD_PORT {settings.dashboard_port} cannot be used ({exc.strerror}): set a free one"
            ) from exc
        try:
            yield started, refresher
        finally:
            started.stop()
    finally:
        for one in running:
            one.cancel()
        await asyncio.wait(running)
        await database.client.close()


async def _warm() -> None:
    """Seconds that whoever opens the first chart need not wait; not while the first page is served."""
    await asyncio.sleep(WARM_AFTER_S)
    await asyncio.to_thread(plots.warm)


def _listen(
    settings: Settings,
    open_session: Callable[[], Viewable],
    handlers: list[Handler],
    access: Access,
    options: Mapping[str, Any],
) -> Server:
    before = signal.getsignal(signal.SIGINT)
    server = get_server(
        {"/": open_session},
        port=settings.dashboard_port,
        address=settings.dashboard_address,
        websocket_origin=settings.origins,
        extra_patterns=handlers,
        static_dirs={"assets": str(ASSETS)},
        session_token_expiration=WALLBOARD_SECONDS,
        auth_provider=access,
        cookie_secret=setup.cookie_secret(settings) or token_hex(),
        xsrf_cookies=True,  # of every form, also of one that is added later
        include_cookies=[shell.THEME_COOKIE],  # no other: the page's token would tell a script what HttpOnly hides
        exclude_headers=["Cookie", "Authorization"],
        **options,
    )
    gate.close(server._tornado)  # noqa: SLF001 - as below
    signal.signal(signal.SIGINT, before)  # Panel takes it over; `process.run` ends the dashboard in order
    server._tornado.add_transform(Guarded)  # noqa: SLF001 - Bokeh shows its Tornado application nowhere else
    server.start()
    return server
