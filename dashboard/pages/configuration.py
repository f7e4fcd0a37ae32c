"""The page "Configuration": what nobody has mapped, counted anew while somebody has it open. Nothing is written."""

from panel.viewable import Viewable

from dashboard.facts import reads
from dashboard.facts.asked import Filters, Unread
from dashboard.facts.counting import Outcome
from dashboard.facts.findings import Counted
from dashboard.facts.sight import Sight
from dashboard.pages.page import Opened, Page, Seen
from dashboard.parts import shell
from dashboard.parts.block import block
from dashboard.parts.findings_screen import BLOCKS, painted
from dashboard.words.labels import N_


class Configuration:
    """One tab's blocks, empty until `show`."""

    def __init__(self, opened: Opened) -> None:
        self._html = opened.painter.html
        self._panes = {name: block("") for name in BLOCKS}
        self.body: Viewable = shell.stack(*self._panes.values(), gap=shell.GAP)

    def show(self, seen: Seen) -> None:
        """The counted names and codes, or why there are none."""
        facts: Counted | Unread | None = seen.facts
        outcome = None if facts is None else Outcome(None, facts.why) if isinstance(facts, Unread) else Outcome(facts)
        shell.assign(self._panes, painted(self._html, outcome, seen.filters.instance))

    def recolour(self, *, dark: bool) -> None:
        """Blocks follow the theme by themselves."""


async def read(sight: Sight, _filters: Filters) -> Counted:
    """Of every instance: the page lists those of others where the chosen one is gone. Raises RetryLater."""
    return await reads.count(sight.database, sight.now)


PAGE = Page(N_("Configuration"), "configuracao", "c", "tune", Configuration, read, role="operator", of_all=True)
