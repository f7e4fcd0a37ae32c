"""What the clerk must know before trusting a number: each warning with its next step (pure)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from dashboard.facts.board import Board
from dashboard.facts.freshness import of_snapshot
from dashboard.facts.snapshot import Reading
from dashboard.words.labels import KINDS, VIEWS
from dashboard.words.language import Language
from schemas.refills import Refill

Tone = Literal["info", "late", "stopped"]
LATE_LEVELS: tuple[Literal["stopped", "late"], ...] = ("stopped", "late")


@dataclass(frozen=True, slots=True)
class Notice:
    """One warning. `tone` is shown as icon, word and colour."""

    tone: Tone
    text: str
    step: str


def notices(reading: Reading, board: Board | None, say: Language) -> tuple[Notice, ...]:
    """Every warning of a page, the gravest first. `board` is None until a first snapshot was built."""
    found = [*_database(reading, board, say)]
    if reading.snapshot and board:
        found += misconfigured(reading.snapshot.wrong, say, none=not reading.snapshot.instances)
        found += [*_refilled(reading.snapshot.refills, say), *_erp(board, say)]
    return tuple(sorted(found, key=lambda notice: ("stopped", "late", "info").index(notice.tone)))


def _database(reading: Reading, board: Board | None, say: Language) -> list[Notice]:
    again = say("The page tries again by itself; if this goes on, call the operator.")
    if reading.snapshot is None or board is None:
        if reading.failure:
            return [Notice("stopped", say("The newest numbers could not be read (%(why)s).", why=reading.failure), again)]
        return [Notice("info", say("Reading the first numbers…"), say("They appear here in a few seconds."))]
    age = reading.at - reading.snapshot.built_at
    level = of_snapshot(age)
    if level != "fresh" or reading.failure:
        text = say(
            "The numbers on this page are from %(clock)s (%(ago)s).",
            clock=say.clock(reading.snapshot.built_at, board.zone),
            ago=say.ago(age),
        )
        if reading.failure:
            text += " " + say("The newest numbers could not be read (%(why)s).", why=reading.failure)
        return [Notice("stopped" if level == "stopped" else "late", text, again)]
    return []


def misconfigured(wrong: Iterable[tuple[str, str]], say: Language, *, none: bool) -> list[Notice]:
    """One for each instance that is not valid, with its field; where there is `none` at all, what to do first."""
    found = [
        Notice(
            "late",
            say("The configuration of %(instance)s is not valid: %(field)s.", instance=name, field=field),
            say("Ask the operator to correct it; until then this provider is not shown."),
        )
        for name, field in wrong
    ]
    if none and not found:
        text, step = say("No provider is configured yet."), say("Ask the operator to add the first one.")
        found.append(Notice("info", text, step))
    return found


def _refilled(refills: Sequence[Refill], say: Language) -> list[Notice]:
    if not refills:
        return []
    left = sum(one.left for one in refills)
    views = ", ".join(say(VIEWS[one.view]) for one in refills)
    text = say.many(
        "The numbers are incomplete: %(views)s are being read again, with at most %(n)s record to go.",
        "The numbers are incomplete: %(views)s are being read again, with at most %(n)s records to go.",
        left,
        views=views,
    )
    return [Notice("late", text, say("Wait before you conclude anything from them; if this goes on, call the operator."))]


def _erp(board: Board, say: Language) -> list[Notice]:
    found: list[Notice] = []
    for level in LATE_LEVELS:
        late = {
            one.title: ", ".join(say(KINDS[source.kind]) for source in one.sources if source.level == level)
            for one in board.instances
        }
        named = "; ".join(f"{title} ({kinds})" for title, kinds in late.items() if kinds)
        if named:
            text = say("The ERP has not been read in time: %(instances)s.", instances=named)
            found.append(Notice(level, text, say("Their numbers may be old; see “ERP readings” below.")))
    return found
