"""The findings become the text of the blocks of the page "Configuration" (pure)."""

from collections.abc import Mapping

from dashboard.facts.board import common_zone
from dashboard.facts.counting import Outcome
from dashboard.parts.html import Html
from dashboard.words.labels import FAILURES
from dashboard.words.notices import Notice, misconfigured, unknown, unread
from schemas.figures.debts import SUBJECTS

BLOCKS = ("configuration", "notices", "findings")
SHOWN = 25
"""Lines of a list of names; the file has them all."""


def painted(html: Html, outcome: Outcome | None, selected: str) -> Mapping[str, str]:
    """The blocks by name. `outcome`: None while nothing has been counted. `selected`: an instance, or EVERYBODY."""
    counted = outcome.counted if outcome else None
    instances = counted.of(selected) if counted else ()
    values: dict[str, object] = {
        "counted": counted,
        "instances": instances,
        "selected": instances[0].name if len(instances) == 1 else "",
        "zone": common_zone(one.zone for one in instances),
        "subjects": SUBJECTS,
        "most": SHOWN,
        "notices": _notices(html, outcome, selected),
    }
    return {name: html(name, values) for name in BLOCKS}


def _notices(html: Html, outcome: Outcome | None, selected: str) -> list[Notice]:
    say = html.say
    if outcome is None:
        return [Notice("info", say("Counting what is not mapped…"), say("It appears here in a few seconds."))]
    found = []
    if outcome.failure:
        text = unread(say(FAILURES[outcome.failure]), say)
        found.append(Notice("stopped", text, say("Open this page again; if this goes on, call the operator.")))
    if outcome.counted:
        listed = {one.name for one in outcome.counted.instances} | {name for name, _ in outcome.counted.wrong}
        found += [] if selected in listed else unknown(selected, say)
        found += misconfigured(outcome.counted.wrong, say, none=not outcome.counted.instances)
    return found
