"""Chips: the filters that are in force (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.parts.html import Html


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter in force. `href` is the address without it."""

    label: str
    value: str
    href: str


def filters(html: Html, chosen: Sequence[Filter], clear: str) -> str:
    """One link for each filter, that drops it, and one to `clear` that drops all; "" without filters."""
    return html("filters", {"filters": chosen, "clear": clear}) if chosen else ""
