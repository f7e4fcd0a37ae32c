"""What a filter by name may be set to: the names that there are under all the other filters (pure)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

from dashboard.facts.names import Names
from schemas.figures.narrow import BY, By
from schemas.instances import Instance
from schemas.reverse_map import UNDEFINED
from schemas.spelling import fold


class Cell(Protocol):
    """A client's columns, as the ERP writes them."""

    @property
    def bairro(self) -> str: ...
    @property
    def client_type(self) -> str: ...
    @property
    def branch(self) -> str: ...


class Choice(NamedTuple):
    """`key`: what the filter asks for. `instance`: whose branch it is, "" where one alone is shown."""

    name: str
    key: str
    instance: str = ""


class Found(NamedTuple):
    """Of one instance: its `cells` under the filters on due dates alone, and the values that those on names leave."""

    instance: Instance
    names: Names
    cells: Sequence[Cell]
    raws: Mapping[By, tuple[str, ...]]

    def values(self, by: By) -> set[str]:
        """Those of the column `by` in the cells that every other filter leaves."""
        others = {other: raws for other, raws in self.raws.items() if other != by}
        return {
            getattr(cell, by) for cell in self.cells if all(getattr(cell, other) in raws for other, raws in others.items())
        }


Choices = Mapping[By, tuple[Choice, ...]]


def choices(found: Sequence[Found]) -> Choices:
    """By column, as people look for them: by name, what has none last."""
    return {by: _sorted(_branches(found) if by == "branch" else _named(found, by)) for by in BY}


def _named(found: Iterable[Found], by: By) -> Iterable[Choice]:
    names: dict[str, str] = {}
    for one in found:
        for raw in one.values(by):
            name = one.names.shown(by, raw)
            names[fold(name)] = min(name, names.get(fold(name), name))
    return (Choice(name, name) for name in names.values())


def _branches(found: Sequence[Found]) -> Iterable[Choice]:
    """Each of each instance: one code may be another branch elsewhere. A client of no branch has no filter."""
    several = len(found) > 1
    return (
        Choice(
            one.names.shown("branch", code) + (f" · {one.instance.title or one.instance.name}" if several else ""),
            code,
            one.instance.name if several else "",
        )
        for one in found
        for code in one.values("branch")
        if code
    )


def _sorted(some: Iterable[Choice]) -> tuple[Choice, ...]:
    return tuple(sorted(some, key=lambda one: (one.name == UNDEFINED, fold(one.name), one.name, one.key)))
