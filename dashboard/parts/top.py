"""What stands over a page of its own facts: its title, what must be known before a number is trusted, its filters (pure)."""

from dashboard.facts.asked import Filters, Unread
from dashboard.facts.board import choose
from dashboard.facts.snapshot import Reading
from dashboard.parts.html import Html
from dashboard.words.notices import Notice, notices


def top(html: Html, title: str, told: str) -> str:
    """The page's heading."""
    return html("top", {"title": title, "told": told})


def warnings(html: Html, reading: Reading, filters: Filters, facts: object) -> str:
    """The notices of the snapshot, and that the page's own facts could not be read."""
    say = html.say
    found = list(notices(reading, choose(reading.snapshot, filters.instance) if reading.snapshot else None, say))
    if isinstance(facts, Unread):
        text = say("This page could not be read.")
        step = say("The page tries again by itself; if this goes on, call the operator.")
        found.insert(0, Notice("stopped", text, step))
    return html("notices", {"notices": found})
