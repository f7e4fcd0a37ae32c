"""The dashboard's process: one server, one refresher, one page for each session."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import panel as pn
import structlog
from panel.io.server import Server, get_server
from panel.viewable import Viewable

from dashboard.drafts.desk import Desk
from dashboard.facts import reads
from dashboard.facts.counting import Counting
from dashboard.facts.open_pages import OpenPages
from dashboard.facts.refresher import Refresher
from dashboard.files.lists import Files
from dashboard.handlers import Alive, Guarded, Ready
from dashboard.pages import PAGES
from dashboard.parts import plots, shell
from dashboard.parts.block import block
from dashboard.parts.screen import Painter
from dashboard.parts.styles import ASSETS
from dashboard.session import Session
from dashboard.settings import Settings
from dashboard.words.language import Language
from schemas.errors import StopWorker
from schemas.runtime.clock import now
from schemas.runtime.mongo import connect
from schemas.runtime.process import run

Handler = tuple[Any, ...]

log = structlog.get_logger(stage="dashboard")

WALLBOARD_SECONDS = 86_400
"""A page on a wall may reconnect a day after it was opened."""
WARM_AFTER_S = 20.0


def main() -> None:
    """Serve until SIGTERM or SIGINT. MongoDB may be away: the page then says so and tries again."""
    run("dashboard", Settings, _serve)


async def _serve(settings: Settings) -> None:
    async with serving(settings):
        await asyncio.Event().wait()


@asynccontextmanager
async def serving(settings: Settings, **server: int) -> AsyncIterator[tuple[Server, Refresher]]:
    """The dashboard, up while the context lasts. `server`: Bokeh's options. Raises StopWorker where the port is taken."""
    database = connect(settings)
    language = Language(settings.collector_locale)
    painter = Painter(language)
    pages = OpenPages(database, {page.path: page.read for page in PAGES if page.read})
    refresher = Refresher(partial(reads.read, database), settings.dashboard_refresh_seconds, now, pages.read)
    counting = Counting(partial(reads.count, database), now)
    template = shell.shell(language)
    desk = Desk(database, now, settings.key)

    def open_session() -> Viewable:
        if pn.state.curdoc is None:
            raise RuntimeError("a page is opened only for a session")
        try:
            return Session(pn.state.curdoc, refresher, PAGES, painter, template, desk=desk).page
        except Exception:  # else Panel would show the traceback to the clerk
            log.exception("page failed")
            return block(painter.html.apology)

    handlers: list[Handler] = [
        (r"/healthz", Alive),
        (r"/readyz", Ready, {"refresher": refresher, "clock": now}),
        *Files(database, refresher, counting, language, now).handlers(),
    ]
    try:
        started = _listen(settings, open_session, handlers, server)
    except OSError as exc:
        raise StopWorker(
            f"DASHBOARD_PORT {settings.dashboard_port} cannot be used ({exc.strerror}): set a free one"
        ) from exc
    refreshing = asyncio.create_task(refresher.run())
    warming = asyncio.create_task(_warm())
    try:
        yield started, refresher
    finally:
        refreshing.cancel()
        warming.cancel()
        await asyncio.wait([refreshing, warming])
        started.stop()
        await database.client.close()


async def _warm() -> None:
    """Seconds that whoever opens the first chart need not wait; not while the first page is served."""
    await asyncio.sleep(WARM_AFTER_S)
    await asyncio.to_thread(plots.warm)


def _listen(
    settings: Settings, open_session: Callable[[], Viewable], handlers: list[Handler], options: Mapping[str, Any]
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
        **options,
    )
    signal.signal(signal.SIGINT, before)  # Panel takes it over; `process.run` ends the dashboard in order
    server._tornado.add_transform(Guarded)  # noqa: SLF001 - Bokeh shows its Tornado application nowhere else
    server.start()
    return server
