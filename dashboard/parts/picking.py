"""Lists to choose one thing from; typing goes to what begins so."""

# mypy: disable-error-code="no-untyped-call"
# Panel's constructors declare no types.

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from panel.viewable import Viewable
from panel_material_ui.widgets.select import Select

from dashboard.facts.choices import Choice
from dashboard.parts.block import TALL
from schemas.spelling import fold

WIDTH = 420
"""Pixels."""
NARROW = {"flex": "1 1 150px", "min-width": "150px", "max-width": "210px"}
"""Several in a row, two on a phone; a width of their own would make its page wider than it is."""


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


class Named:
    """A list of names to narrow a page by, `every` for all of them. `choose` is given what somebody picked.

    Its entries change only where there are other names, so that a list that is open is not taken away.
    """

    def __init__(self, label: str, every: str, choose: Callable[[Choice], None]) -> None:
        self._every = Choice(every, "")
        self._shown = self._every
        self._offered: dict[str, Choice] = {every: self._every}
        self._choose = choose
        self.select = Select(
            label=label,
            options=[every],
            value=every,
            size="small",
            margin=0,
            sizing_mode="stretch_width",
            styles=TALL | NARROW,
        )
        self.select.param.watch(lambda event: self._picked(event.new), "value")

    def show(self, key: str, choices: Sequence[Choice] | None) -> None:
        """Show what is chosen; nobody picked it here. `choices`: None keeps those of before."""
        known = list(self._offered.values())[1:] if choices is None else choices
        chosen = next((one for one in known if key and fold(one.key) == fold(key)), Choice(key, key) if key else self._every)
        names = Counter(one.name for one in known)
        some = [one if names[one.name] == 1 else one._replace(name=f"{one.name} ({one.key})") for one in known]
        offered = {one.name: one for one in (self._every, *some, *([chosen] if chosen not in (self._every, *known) else []))}
        value = next(name for name, one in offered.items() if one.key == chosen.key and one.instance == chosen.instance)
        self._shown = offered[value]
        if offered != self._offered:
            self._offered = offered
            self.select.param.update(options=list(offered), value=value)
            self.select.param.trigger("value")  # the library would show nothing where only the options differ
        elif self.select.value != value:
            self.select.value = value

    def _picked(self, name: str | None) -> None:
        found = self._offered.get(name or "", self._every)
        if found != self._shown:
            self._choose(found)
