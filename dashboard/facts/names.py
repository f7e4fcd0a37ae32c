"""What people call a client's bairro, type and branch, and which of the ERP's values answer to such a name (pure)."""

from collections.abc import Collection, Iterable

from dashboard.facts.asked import Filters
from schemas.figures.narrow import BY, By
from schemas.figures.tables import Named
from schemas.instances import Instance
from schemas.reverse_map import UNDEFINED, ReverseMap
from schemas.spelling import fold


class Names:
    """Of one instance. `tables`: what the ERP's own tables say."""

    def __init__(self, instance: Instance, tables: Named) -> None:
        self._bairro = ReverseMap(instance.reverse.get("bairro", {}))
        self._type = ReverseMap(instance.reverse.get("client_type", {}))
        self._tables = tables

    def shown(self, by: By, raw: str) -> str:
        """The name that people read."""
        named = self._tables.get(by, {}).get(raw)
        if by == "bairro":
            return self._bairro.shown(raw)
        if by == "client_type":
            return self._type.shown(raw if named is None else named)
        return named or raw or UNDEFINED

    def answers(self, by: By, raw: str, wanted: str) -> bool:
        """Whether `raw` is what a filter `wanted`: of a branch its code, of the others their name, as it is spoken."""
        return raw == wanted if by == "branch" else fold(self.shown(by, raw)) == fold(wanted)

    def chosen(self, filters: Filters, found: Iterable[tuple[By, str]]) -> dict[By, tuple[str, ...]]:
        """By column that `filters` narrow: the values among those `found` that answer."""
        wanted: dict[By, str] = {by: getattr(filters, by) for by in BY if getattr(filters, by)}
        known: Collection[tuple[By, str]] = set(found)
        return {
            by: tuple(sorted(raw for column, raw in known if column == by and self.answers(by, raw, name)))
            for by, name in wanted.items()
        }
