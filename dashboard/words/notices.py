"""What the clerk must know before trusting a number: each warning with its next step (pure)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from dashboard.facts.asked import Filters
from dashboard.facts.board import Board
from dashboard.facts.freshness import Freshness, freshness
from dashboard.facts.levels import of_snapshot
from dashboard.facts.snapshot import InstanceFigures, Reading
from dashboard.words import address
from dashboard.words.freshness import told
from dashboard.words.labels import FAILURES, KINDS, N_, VIEWS
from dashboard.words.language import Language
from schemas.refills import Refill

Tone = Literal["info", "late", "stopped"]
NAME_SHOWN = 60
LATE_LEVELS: tuple[Literal["stopped", "late"], ...] = ("stopped", "late")


@dataclass(frozen=True, slots=True)
class Notice:
    """One warning. `tone` is shown as icon, word and colour. `readings`: the address where the ERP readings stand."""

    tone: Tone
    text: str
    step: str
    readings: str = ""


def notices(reading: Reading, board: Board | None, say: Language) -> tuple[Notice, ...]:
    """Every warning of a page, the gravest first. `board` is None until a first snapshot was built."""
    found = [*_database(reading, board, say)]
    if reading.snapshot and board:
        found += misconfigured(reading.snapshot.wrong, say, none=not reading.snapshot.instances)
        known = {name for name, _ in reading.snapshot.wrong}
        found += [] if board.unknown in known else unknown(board.unknown, say)
        found += [*_refilled(reading.snapshot.refills, say), *_stages(freshness(reading, board), say)]
        found += [*_partial(board, say), *_erp(board, say)]
    return tuple(sorted(found, key=lambda notice: ("stopped", "late", "info").index(notice.tone)))


def _database(reading: Reading, board: Board | None, say: Language) -> list[Notice]:
    again = say("The page tries again by itself; if this goes on, call the operator.")
    if reading.snapshot is None or board is None:
        if reading.failure:
            return [Notice("stopped", unread(say(FAILURES[reading.failure]), say), again)]
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
            text += " " + unread(say(FAILURES[reading.failure]), say)
        return [Notice("stopped" if level == "stopped" else "late", text, again)]
    return []


def unread(why: str, say: Language) -> str:
    """That there are no newer numbers. `why`: in words."""
    return say("The newest numbers could not be read: %(why)s.", why=why)


def unknown(name: str, say: Language) -> list[Notice]:
    """One where an address names a provider that does not exist; nothing is shown then, least of all everybody's."""
    if not name:
        return []
    text = say("The provider “%(name)s” does not exist.", name=shortened(name))
    return [Notice("stopped", text, say("Choose one of the list; the address may be old or mistyped."))]


def shortened(name: str) -> str:
    """`name`, which anybody may have typed, no longer than a line."""
    return name if len(name) <= NAME_SHOWN else f"{name[: NAME_SHOWN - 1]}…"


def _stages(found: Freshness, say: Language) -> list[Notice]:
    """One for each level, with every stage that stands still or is behind."""
    notes: list[Notice] = []
    for level in LATE_LEVELS:
        named = [told(one, found, say) for one in found.causes if one.level == level and one.what in ("deaf", "stage")]
        if named:
            text = say("A part of the system is not keeping up: %(stages)s.", stages="; ".join(named))
            step = say("These numbers may be old. Wait a few minutes; if this goes on, call the operator.")
            notes.append(Notice(level, text, step))
    return notes


def _partial(board: Board, say: Language) -> list[Notice]:
    """Providers whose first reading is not complete; how many readings are done of each."""

    def named(which: Iterable[InstanceFigures]) -> str:
        readings = N_("%(instance)s (%(done)s of %(all)s readings)")
        return "; ".join(say(readings, instance=one.title, done=one.complete[0], all=one.complete[1]) for one in which)

    found: list[Notice] = []
    if without := named(one for one in board.partial if not one.countable):
        text = say("The first reading is not complete: %(instances)s.", instances=without)
        found.append(Notice("info", text, say("Until then there are no numbers of it; they appear by themselves.")))
    if partial := named(one for one in board.partial if one.countable):
        text = say("The numbers are partial: %(instances)s.", instances=partial)
        step = say("What has not been read yet is missing from them; see how far it is:")
        found.append(Notice("info", text, step, _readings(board)))
    return found


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
            step = say("Their numbers may be old; see when each was read:")
            found.append(Notice(level, text, step, _readings(board)))
    return found


def _readings(board: Board) -> str:
    """They stand on the first page alone."""
    return address.write("", Filters(instance=board.selected)) or "?"
