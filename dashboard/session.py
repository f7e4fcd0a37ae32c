"""One open browser tab: which instance it shows, and its page."""

import panel as pn
from bokeh.document import Document
from jinja2 import Template

from dashboard import ui
from dashboard.board import EVERYBODY
from dashboard.monitoring import Monitoring
from dashboard.refresher import Refresher
from dashboard.screen import Painter
from dashboard.snapshot import Reading

QUERY = "instancia"
"""The query parameter that names the selected instance, so that a link or a bookmark opens it."""


class Session:
    """Built in the request for a page. `page` is what Panel serves."""

    def __init__(self, document: Document, refresher: Refresher, painter: Painter, template: Template) -> None:
        self._document = document
        self._painter = painter
        self._reading = refresher.reading
        self._selected = _asked()
        say = painter.say
        self._monitoring = Monitoring(painter.paint(self._reading, self._selected), say, self._choose)
        self.page = ui.open_page(say("Collection"), template, self._monitoring.body, say("Light or dark"), self._recolour)
        refresher.join(document, self._show)

    def _show(self, reading: Reading) -> None:
        self._reading = reading
        screen = self._painter.paint(reading, self._selected)
        with pn.io.hold(self._document):
            self._monitoring.show(screen)

    def _recolour(self, dark: bool) -> None:
        self._monitoring.recolour(dark=dark)

    def _choose(self, instance: str) -> None:
        if instance == self._selected:
            return
        self._selected = instance
        if pn.state.location:
            pn.state.location.search = f"?{QUERY}={instance}" if instance else ""
        self._show(self._reading)


def _asked() -> str:
    values = (pn.state.session_args or {}).get(QUERY, [])
    return values[0].decode("utf-8", "replace") if values else EVERYBODY
