"""How far a comparison of rules is, and what came of it, as HTML (pure)."""

from zoneinfo import ZoneInfo

from dashboard.parts.html import Html
from dashboard.words.labels import HOLDS
from dashboard.words.what_if import BASIS, FIGURES
from schemas.what_if import Compared, Progress


def heading(html: Html) -> str:
    """What it is."""
    return html("what_if_head", {})


def under_way(html: Html, progress: Progress | None, zone: ZoneInfo) -> str:
    """None: nothing was told yet."""
    return html("what_if_progress", {"progress": progress, "zone": zone})


def result(html: Html, found: Compared, zone: ZoneInfo) -> str:
    """Today's rules and the draft's, side by side."""
    values = {"found": found, "zone": zone, "figures": FIGURES, "basis": BASIS[found.basis], "holds": HOLDS}
    return html("what_if", values)
