"""A long list to choose one thing from, in groups; typing goes to what begins so."""

# mypy: disable-error-code="no-untyped-call"
# Panel's constructors declare no types.

from collections.abc import Callable, Mapping

from panel.viewable import Viewable
from panel_material_ui.widgets.select import Select

from dashboard.parts.block import TALL

WIDTH = 420


class Grouped:
    """`groups`: the title of each, to the names of its choices by title. `choose` is given a name that somebody picked."""

    def __init__(self, label: str, groups: Mapping[str, Mapping[str, str]], choose: Callable[[str], None]) -> None:
        self._shown = next(iter(next(iter(groups.values())).values()))
        self._select = Select(
            label=label,
            # not `groups`: their headings have roles that ARIA forbids in a list
            options={title: name for choices in groups.values() for title, name in choices.items()},
            value=self._shown,
            size="small",
            margin=0,
            sizing_mode="stretch_width",  # a width of its own would make a phone's page wider than the phone
            styles=TALL | {"max-width": f"{WIDTH}px"},
        )
        self.body: Viewable = self._select
        self._choose = choose
        self._select.param.watch(lambda event: self._picked(event.new), "value")

    def show(self, name: str) -> None:
        """Show what is chosen; nobody picked it here."""
        self._shown = name
        if self._select.value != name:
            self._select.value = name

    def _picked(self, name: str | None) -> None:
        if name and name != self._shown:
            self._choose(name)
