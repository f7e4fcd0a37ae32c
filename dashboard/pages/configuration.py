"""The page "Configuration": built once a session, filled when it is opened. Nothing is written."""

from collections.abc import Mapping

from panel.viewable import Viewable

from dashboard.parts import shell
from dashboard.parts.findings_screen import BLOCKS


class Configuration:
    """One session's blocks, empty until `show`."""

    def __init__(self) -> None:
        self._panes = {name: shell.html("") for name in BLOCKS}
        self.body: Viewable = shell.stack(*self._panes.values(), gap=shell.GAP)

    def show(self, blocks: Mapping[str, str]) -> None:
        """Assign what differs. Call it in one `hold`, with the document's lock."""
        for name, pane in self._panes.items():
            if pane.object != blocks[name]:
                pane.object = blocks[name]
