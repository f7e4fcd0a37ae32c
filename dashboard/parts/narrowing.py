"""The filters of a page of debt as lists and a day, two-way with the address."""

# mypy: disable-error-code="no-untyped-call,no-any-unimported"
# Panel's constructors declare no types.

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any, Protocol

from panel.viewable import Viewable
from panel_material_ui.widgets.input import DatePicker

from dashboard.facts.asked import BANDS, Filters
from dashboard.facts.choices import Choice, Choices
from dashboard.parts import shell
from dashboard.parts.block import TALL
from dashboard.parts.chosen import LABELS, ages
from dashboard.parts.picking import NARROW, Named
from dashboard.words.labels import N_
from dashboard.words.language import Language
from schemas.figures.narrow import By

EVERY: dict[By, str] = {"bairro": N_("All bairros"), "client_type": N_("All client types"), "branch": N_("All branches")}


class Choose(Protocol):
    """Is given the fields of `Filters` that change."""

    def __call__(self, **changes: Any) -> None: ...  # noqa: ANN401 - the fields of Filters


class Narrowing:
    """`body` holds them side by side. `show` is told what the address says."""

    def __init__(self, say: Language, choose: Choose) -> None:
        self._choose = choose
        self._ages = tuple(Choice(ages(say, *span), name) for name, span in BANDS.items())
        titles = {field: say(label) for field, label in LABELS.items()}
        self._band = Named(titles["band"], say("Any age"), lambda one: choose(band=one.key))
        self._names = {by: Named(titles[by], say(every), self._picked(by)) for by, every in EVERY.items()}
        self._day: date | None = None
        self._due = DatePicker(
            label=titles["due_on"],
            format="DD/MM/YYYY",
            clearable=True,
            size="small",
            margin=0,
            sizing_mode="stretch_width",
            styles=TALL | NARROW,
        )
        self._due.param.watch(lambda event: self._dated(event.new), "value")
        lists = (self._band, *self._names.values())
        self.body: Viewable = shell.flow(*(one.select for one in lists), self._due, gap="12px")

    def show(self, filters: Filters, choices: Choices | None) -> None:
        """What is chosen. `choices`: the names that there are; None while they are not read, which keeps those of before."""
        self._band.show(filters.band, self._ages)
        for by, named in self._names.items():
            named.show(getattr(filters, by), None if choices is None else choices.get(by, ()))
        self._day = filters.due_on
        if self._due.value != filters.due_on:
            self._due.value = filters.due_on

    def _picked(self, by: By) -> Callable[[Choice], None]:
        return partial(self._named, by)

    def _named(self, by: By, one: Choice) -> None:
        self._choose(**{by: one.key}, **({"instance": one.instance} if one.instance else {}))

    def _dated(self, day: date | None) -> None:
        if day != self._day:
            self._choose(due_on=day)
