"""What stands in an address, so that a link or a bookmark opens the same page with the same rows (pure).

Read by ourselves and not by `pn.state.location.sync`: that one takes the branch `01` for the number 1, keeps what a later
address no longer names, and writes what was never chosen.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import fields
from datetime import date
from typing import Any, Final
from urllib.parse import parse_qs, urlencode

from dashboard.facts.asked import BANDS, Filters

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
}
"""The fields of `Filters`, to the query parameters that name them."""
LETTERS = 200
"""Of one value; no name of an ERP is longer, and whoever writes an address may write anything."""


def _band(text: str) -> str:
    if text not in BANDS:
        raise ValueError(text)
    return text


READERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "since": date.fromisoformat,
    "until": date.fromisoformat,
    "due_on": date.fromisoformat,
    "band": _band,
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
