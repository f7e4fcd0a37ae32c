"""Token and app key, each wherever the configuration says: the vendor's own place is not known."""

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple, get_args

Where = Literal["header", "query", "body"]
PLACES: Final = frozenset(get_args(Where))


class Secret(NamedTuple):
    """What a request must show, and under which name; an empty value is never asked for."""

    value: str
    where: Where
    name: str

    def shown(self, headers: Mapping[str, str], query: Mapping[str, str], body: Mapping[str, str]) -> bool:
        """Whether a request shows it. `headers` must not care for case."""
        return not self.value or {"header": headers, "query": query, "body": body}[self.where].get(self.name) == self.value


def secret(value: str, place: str) -> Secret:
    """From a place such as `header:X-Token`, `query:appkey` or `body:token`. Raises ValueError."""
    where, _, name = place.partition(":")
    if where not in PLACES or not name:
        raise ValueError(f"{place} is none of header:NAME, query:NAME, body:NAME")
    return Secret(value, where, name)  # type: ignore[arg-type]  # mypy does not narrow by a set of literals
