"""One open browser tab: which page it shows, built when it is first opened, and under which filters."""

import asyncio
from collections.abc import Sequence

import panel as pn
from bokeh.document import Document
from jinja2 import Template
from panel.io.resources import LOCAL_DIST

from dashboard.access.rules import may
from dashboard.access.who import LANGUAGES
from dashboard.facts.asked import Asked
from dashboard.facts.refresher import Refresher
from dashboard.facts.snapshot import Reading
from dashboard.pages.page import Opened, Page, Seen, Shown
from dashboard.parts import shell
from dashboard.parts.early import early, text
from dashboard.selection import ALL


class Session:
    """Built in the request for a page. `page` is what Panel serves."""

    def __init__(
        self, document: Document, refresher: Refresher, pages: Sequence[Page], opened: Opened, template: Template
    ) -> None:
        if pn.state.location is None:
            raise RuntimeError("a page is opened only for an address")
        self._document = document
        self._refresher = refresher
        self._opened = opened
        self._reading = refresher.reading
        self._pages = {page.path: page for page in pages if may(opened.user.role, page.role)}
        self._first = pages[0]
        self._shown: dict[str, Shown] = {}
        self._asking: asyncio.Task[None] | None = None
        self._dark = False
        self._selection = opened.selection
        self._selection.follow(pn.state.location)
        say = opened.painter.say
        self._bar = shell.Bar(opened.painter, lambda instance: self._selection.choose(instance=instance))
        self._body = shell.stack(gap=shell.GAP, **shell.ROOM)
        self.page = shell.open_page(say("Collection"), template, self._bar, self._body, self._recolour)
        mine = self._pages.values()
        # Panel sets it when it writes the page; for a tab that connects again none is, and it asked Panel's CDN for styles
        document.template_variables["dist_url"] = LOCAL_DIST
        document.template_variables["nav"] = [
            {"path": page.path, "title": say(page.title), "icon": page.icon, "key": page.key} for page in mine
        ]
        document.template_variables.update(user=opened.user, languages=LANGUAGES)
        self._turn()
        document.template_variables.update(early=early(self._body), chip=text(self._bar.chip))
        self._selection.param.watch(self._changed, list(ALL))
        refresher.join(document, self._refreshed, lambda: self._asked)
        document.on_session_destroyed(lambda _context: self._ended())

    @property
    def _page(self) -> Page:
        """An address of a page that there is not, or not for this user, opens the first."""
        return self._pages.get(self._selection.page, self._first)

    @property
    def _asked(self) -> Asked:
        """The facts of the page that is shown, which need not be the one that the address names."""
        return self._page.asked(self._selection.filters)

    def _changed(self, *_events: object) -> None:
        self._reading = self._refresher.reading  # another tab may have had these facts read since the last refresh
        with pn.io.hold(self._document):
            self._turn()

    def _refreshed(self, reading: Reading) -> None:
        self._reading = reading
        with pn.io.hold(self._document):
            self._show()

    def _turn(self) -> None:
        """The page that is chosen into the body, and what it shows."""
        path = self._page.path
        if path not in self._shown:
            self._shown[path] = self._page.build(self._opened)
            self._shown[path].recolour(dark=self._dark)
        body = self._shown[path].body
        if list(self._body) != [body]:
            self._body[:] = [body]
        self._show()

    def _show(self) -> None:
        page, filters = self._page, self._selection.filters
        facts = self._reading.pages.get(self._asked)
        self._shown[page.path].show(Seen(self._reading, filters, facts))
        self._bar.show(*self._opened.painter.top(self._reading, filters.instance))
        if facts is None and page.read and not self._asking:
            self._asking = asyncio.get_running_loop().create_task(self._ask())

    async def _ask(self) -> None:
        """Without the document's lock: the tab must answer while MongoDB reads."""
        asked = self._asked
        await self._refresher.also(asked)
        self._asking = None
        if asked != self._asked:  # chosen anew meanwhile
            self._document.add_next_tick_callback(lambda: self._refreshed(self._refresher.reading))

    def _ended(self) -> None:
        if self._asking:
            self._asking.cancel()

    def _recolour(self, dark: bool) -> None:
        self._dark = dark
        for shown in self._shown.values():
            shown.recolour(dark=dark)
