"""Chips: the filters that are in force, and how fresh the numbers are (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.facts.freshness import Level
from dashboard.parts.html import Html


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter in force. `href` is the address without it."""

    label: str
    value: str
    href: str


@dataclass(frozen=True, slots=True)
class Chip:
    """How fresh something is: `text` is the chip, `detail` names what is old and since when."""

    level: Level
    text: str
    detail: str = ""


def filters(html: Html, chosen: Sequence[Filter], clear: str) -> str:
    """One link for each filter, that drops it, and one to `clear` that drops all; "" without filters."""
    return html("filters", {"filters": chosen, "clear": clear}) if chosen else ""


def freshness(html: Html, chip: Chip) -> str:
    """The chip's HTML."""
    return html("freshness", {"chip": chip})
