"""The filters of a page that are in force, as chips and as words in a sentence (pure)."""

from dataclasses import replace

from dashboard.facts.asked import BANDS, EVERYBODY, Filters
from dashboard.parts import chips
from dashboard.parts.html import Html
from dashboard.words import address
from dashboard.words.labels import N_
from dashboard.words.language import Language

LABELS = {
    "band": N_("Days late"),
    "due_on": N_("Due date"),
    "since": N_("Due from"),
    "until": N_("Due until"),
    "bairro": N_("Bairro"),
    "client_type": N_("Client type"),
    "branch": N_("Branch"),
}
"""The provider is chosen in the app bar and has no chip."""


def ages(say: Language, since: int, until: int | None) -> str:
    """A range of days late, such as `8 a 15 dias`."""
    if until is None:
        return say("%(since)s days or more", since=since)
    return say("%(since)s to %(until)s days", since=since, until=until)


def narrows(filters: Filters) -> bool:
    """Something beside the provider is chosen."""
    return filters != Filters(instance=filters.instance)


def link(path: str, filters: Filters, **changes: object) -> str:
    """The address of the page at `path` with these filters changed."""
    return address.write(path, replace(filters, **changes)) or "?"  # type: ignore[arg-type]  # the fields of Filters


def chosen(html: Html, path: str, filters: Filters, branch: str = "") -> str:
    """A chip for each filter, that drops it. `branch`: what people call the chosen one."""
    say, none = html.say, Filters()
    found = [
        chips.Filter(say(label), _value(say, filters, name, branch), link(path, filters, **{name: getattr(none, name)}))
        for name, label in LABELS.items()
        if getattr(filters, name)
    ]
    return chips.filters(html, found, link(path, Filters(instance=filters.instance or EVERYBODY)))


def _value(say: Language, filters: Filters, name: str, branch: str) -> str:
    if name == "band":
        return ages(say, *BANDS[filters.band])
    if name in {"due_on", "since", "until"}:
        return say.day(getattr(filters, name))
    return branch or filters.branch if name == "branch" else str(getattr(filters, name))


def query(filters: Filters) -> str:
    """What stands after the `?` of a file's address; it holds the same rows as the page."""
    return address.write("", filters)
