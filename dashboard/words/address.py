"""What stands in an address, so that a link or a bookmark opens the same page with the same rows (pure).

Read by ourselves and not by `pn.state.location.sync`: that one takes the branch `01` for the number 1, keeps what a later
address no longer names, and writes what was never chosen.
"""

from collections.abc import Callable, Container, Mapping
from contextlib import suppress
from dataclasses import fields
from datetime import date
from typing import Any, Final
from urllib.parse import parse_qs, urlencode

from dashboard.facts.asked import BANDS, DRAWINGS, GROUPS, PERIODS, Filters
from schemas.figures.names import FIGURES

QUERY = "instancia"
PAGE = "pagina"
"""The query parameters that name the selected instance and the page."""
NAMES: Final[Mapping[str, str]] = {
    "instance": QUERY,
    "since": "de",
    "until": "ate",
    "due_on": "vencimento",
    "bairro": "bairro",
    "client_type": "tipo",
    "branch": "filial",
    "band": "faixa",
    "figure": "figura",
    "group": "grupo",
    "kind": "grafico",
    "period": "periodo",
}
"""The fields of `Filters`, to the query parameters that name them."""
LETTERS = 200
"""Of one value; no name of an ERP is longer, and whoever writes an address may write anything."""


def _one_of(known: Container[str]) -> Callable[[str], str]:
    def one(text: str) -> str:
        if text not in known:
            raise ValueError(text)
        return text

    return one


READERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "since": date.fromisoformat,
    "until": date.fromisoformat,
    "due_on": date.fromisoformat,
    "band": _one_of(BANDS),
    "figure": _one_of(FIGURES),
    "group": _one_of(GROUPS),
    "kind": _one_of(DRAWINGS),
    "period": _one_of(PERIODS),
}


def read(search: str) -> tuple[str, Filters]:
    """The page's path and the filters in the query `search`, with or without its `?`. What cannot be read is not chosen."""
    found = {name: values[0][:LETTERS] for name, values in parse_qs(search.removeprefix("?")).items()}
    chosen: dict[str, Any] = {}
    for field, name in NAMES.items():
        with suppress(KeyError, ValueError):
            chosen[field] = READERS.get(field, str)(found[name])
    return found.get(PAGE, ""), Filters(**chosen)


def write(path: str, filters: Filters) -> str:
    """The query that `read` reads, with its `?`; "" where nothing differs from the first page."""
    values = {PAGE: path, **{NAMES[each.name]: getattr(filters, each.name) for each in fields(filters)}}
    query = urlencode({name: str(value) for name, value in values.items() if value})
    return f"?{query}" if query else ""
