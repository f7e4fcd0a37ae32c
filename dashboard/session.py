"""One open browser tab: which page and which instance it shows."""

import asyncio
from urllib.parse import urlencode

import panel as pn
from bokeh.document import Document
from jinja2 import Template

from dashboard.facts.board import EVERYBODY
from dashboard.facts.counting import Counting, Outcome
from dashboard.facts.refresher import Refresher
from dashboard.facts.snapshot import Reading
from dashboard.pages.configuration import Configuration
from dashboard.pages.monitoring import Monitoring
from dashboard.parts import shell
from dashboard.parts.findings_screen import painted
from dashboard.parts.screen import Painter
from dashboard.words.address import PAGE, QUERY

MONITORING, CONFIGURATION = "", "configuracao"
TOP = {"align-items": "center", "justify-content": "space-between"}
ROOM = {"gap": "12px", "padding": "14px clamp(12px, 2.2vw, 32px) 40px"}


class Session:
    """Built in the request for a page. `page` is what Panel serves."""

    def __init__(
        self, document: Document, refresher: Refresher, counting: Counting, painter: Painter, template: Template
    ) -> None:
        self._document = document
        self._counting = counting
        self._painter = painter
        self._reading = refresher.reading
        self._outcome: Outcome | None = None
        self._waiting: asyncio.Task[None] | None = None
        self._selected = _asked(QUERY, EVERYBODY)
        self._shown = CONFIGURATION if _asked(PAGE, MONITORING) == CONFIGURATION else MONITORING
        say = painter.say
        screen = painter.paint(self._reading, self._selected)
        self._monitoring = Monitoring(screen, say)
        self._configuration = Configuration()
        pages = {say("Monitoring"): MONITORING, say("Configuration"): CONFIGURATION}
        self._selector = shell.selector(say("Provider"), screen.choices, screen.selected, self._choose)
        top = shell.flow(shell.pages(pages, self._shown, self._turn), self._selector, gap="10px 16px", **TOP)
        body = shell.stack(top, self._monitoring.body, self._configuration.body, **ROOM)
        self.page = shell.open_page(say("Collection"), template, body, say("Light or dark"), self._recolour)
        self._open()
        refresher.join(document, self._refreshed)
        document.on_session_destroyed(lambda _context: self._ended())

    def _refreshed(self, reading: Reading) -> None:
        self._reading = reading
        with pn.io.hold(self._document):
            self._show()
        self._count_if_open()

    def _show(self) -> None:
        """The page that is open; the other one is brought up to date when it is opened."""
        screen = self._painter.paint(self._reading, self._selected)
        if self._shown == MONITORING:
            self._monitoring.show(screen)
        else:
            self._configuration.show(painted(self._painter.html, self._outcome, self._selected))
        if self._selector.options != screen.choices:
            self._selector.options = dict(screen.choices)
        self._selector.value = screen.selected

    def _open(self) -> None:
        self._monitoring.body.visible = self._shown == MONITORING
        self._configuration.body.visible = self._shown == CONFIGURATION
        self._show()
        self._count_if_open()

    def _count_if_open(self) -> None:
        """Count anew for the page that shows it; whoever else has it open shares the count."""
        if self._shown == CONFIGURATION and not self._waiting:
            self._waiting = asyncio.get_running_loop().create_task(self._count())

    async def _count(self) -> None:
        # without the document's lock: the tab must answer while MongoDB counts
        self._outcome = await self._counting.newest()
        self._waiting = None
        self._document.add_next_tick_callback(self._counted)

    def _counted(self) -> None:
        with pn.io.hold(self._document):
            self._show()

    def _ended(self) -> None:
        if self._waiting:
            self._waiting.cancel()

    def _recolour(self, dark: bool) -> None:
        self._monitoring.recolour(dark=dark)

    def _choose(self, instance: str) -> None:
        if instance != self._selected:
            self._selected = instance
            self._locate()
            with pn.io.hold(self._document):
                self._show()

    def _turn(self, page: str) -> None:
        if page != self._shown:
            self._shown = page
            self._locate()
            with pn.io.hold(self._document):
                self._open()

    def _locate(self) -> None:
        """Let the address say what is shown."""
        if pn.state.location:
            named = {PAGE: self._shown, QUERY: self._selected}
            query = urlencode({name: value for name, value in named.items() if value})
            pn.state.location.search = f"?{query}" if query else ""


def _asked(name: str, otherwise: str) -> str:
    values = (pn.state.session_args or {}).get(name, [])
    return values[0].decode("utf-8", "replace") if values else otherwise
