"""What the operator sees becomes the text of blocks and the rows of tables (pure)."""

from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from typing import NamedTuple, get_args

from dashboard.access.letters import Letter
from dashboard.facts.asked import EVERYBODY, Filters, Unread
from dashboard.facts.board import DEFAULT_ZONE
from dashboard.facts.operation import Operation
from dashboard.facts.snapshot import Reading
from dashboard.facts.stages import Stage
from dashboard.parts.chosen import query
from dashboard.parts.html import Html
from dashboard.parts.kpi import Kpi, State, strip
from dashboard.parts.operation_rows import FILES
from dashboard.parts.rows import Column, Rows
from dashboard.words import address
from dashboard.words.labels import FAILURES, JOBS
from dashboard.words.language import Language
from dashboard.words.notices import Notice, unknown, unread
from dashboard.words.operation import ABBREVIATED, ACTIONS, MORE_JOBS
from schemas.audit import Action

PATH = "operacao"
BLOCKS = ("heading", "notices", "figures", "stages", "sweeps", "health", "letters", "audit")
HEX = 32
"""Bytes in a line of a record that is no text."""
KIB = 1024
UNITS = ("B", "KiB", "MiB", "GiB", "TiB")


class Screen(NamedTuple):
    """`blocks`: HTML by name. None where nothing was read."""

    blocks: Mapping[str, str]
    letters: Rows | None
    audit: Rows | None


def letter_columns(say: Language) -> tuple[Column, ...]:
    """Of the table of dead letters."""
    return (
        Column("at", say("When"), "moment", 140),
        Column("stage", say("Stage"), "code", 110),
        Column("field", say("Field"), "code", 130),
        Column("reason", say("Reason"), "text"),
        Column("place", say("Place"), "code", 210),
    )


def audit_columns(say: Language) -> tuple[Column, ...]:
    """Of the table of what people did."""
    return (
        Column("at", say("When"), "moment", 140),
        Column("by", say("Who"), "code", 170),
        Column("action", say("What was done"), "text", 230),
        Column("instance", say("Provider"), "code", 140),
        Column("code", say("To what"), "code"),
        Column("what", say("Details"), "text", 160),
    )


@lru_cache(maxsize=32)
def painted(html: Html, reading: Reading, facts: Operation | Unread | None, filters: Filters) -> Screen:
    """Of `facts`: None while nothing has been read. The levels of stages are those of the chip, where it has one."""
    found = facts if isinstance(facts, Operation) else None
    known = {one.name: one for one in reading.snapshot.stages} if reading.snapshot else {}
    values: dict[str, object] = {
        "facts": found,
        "zone": DEFAULT_ZONE,
        "judged": {one.judged.name: known.get(one.judged.name, one.judged) for one in found.stages} if found else {},
        "jobs": {**JOBS, **MORE_JOBS},
        "size": size,
        "runs": runs,
        "files": FILES,
        "query": query(filters),
        "several": found is not None and len({one.instance for one in found.sweeps}) > 1,
    }
    blocks = dict.fromkeys(BLOCKS, "")
    for name in ("stages", "sweeps", "health", "letters", "audit") if found else ():
        blocks[name] = html(f"operation_{name}", values)
    blocks["heading"] = html("operation_heading", values)
    blocks["notices"] = html("notices", {"notices": _notices(html.say, reading, facts, filters)})
    blocks["figures"] = "" if isinstance(facts, Unread) else strip(html, _kpis(html.say, found, known, filters))
    return Screen(blocks, letters(html.say, found), audit(html.say, found)) if found else Screen(blocks, None, None)


def _notices(say: Language, reading: Reading, facts: Operation | Unread | None, filters: Filters) -> list[Notice]:
    known = {filters.instance}
    if reading.snapshot:  # one that is not valid is there too
        known = {one.name for one in reading.snapshot.instances} | {name for name, _ in reading.snapshot.wrong}
    if facts is None and filters.instance not in known | {EVERYBODY}:  # of nobody nothing is read
        return list(unknown(filters.instance, say))
    if facts is None:
        return [Notice("info", say("Looking at the stages…"), say("It appears here in a few seconds."))]
    if isinstance(facts, Unread):
        again = say("The page tries again by itself; if this goes on, call the operator.")
        return [Notice("stopped", unread(say(FAILURES[facts.why]), say), again)]
    found = []
    if facts.held:
        text = say.many("%(n)s reading is held back.", "%(n)s readings are held back.", len(facts.held))
        found.append(Notice("late", text, say("Look into the ERP first, then give the command below.")))
    if facts.kafka.told and not facts.kafka.reached:
        found.append(Notice("stopped", say("Kafka does not answer the dashboard."), say("Nothing new reaches these pages.")))
    return found


def _kpis(say: Language, facts: Operation | None, known: Mapping[str, Stage], filters: Filters) -> list[Kpi]:
    href = address.write(PATH, filters) or "?"
    state: State = "known" if facts else "skeleton"

    def card(name: str, label: str, value: str | None, definition: str, note: str = "") -> Kpi:
        return Kpi(label, value, None, None, href, definition, state, name=name, note=note)

    judged = [known.get(one.judged.name, one.judged) for one in facts.stages] if facts else []
    well = sum(one.level == "fresh" for one in judged)
    missing = sum(one.missing for one in facts.held) if facts else 0
    reach = say("not asked") if facts and not facts.kafka.told else ""
    if facts and facts.kafka.told:
        reach = say("answers") if facts.kafka.reached else say("does not answer")
    return [
        card(
            "stages",
            say("Stages that work"),
            say("%(n)s of %(all)s", n=well, all=len(judged)),
            say("A stage works that is heard, makes progress and is at the end of what it reads, or nearly."),
        ),
        card(
            "lag",
            say("Records that wait"),
            None if facts is None or facts.lag is None else say.number(facts.lag),
            say("What the stages have not read yet of what others have written for them."),
        ),
        card(
            "held",
            say("Readings held back"),
            say.number(len(facts.held)) if facts else None,
            say("Readings of an ERP that miss so many rows that nothing is closed until somebody believes it."),
            say.many("%(n)s row missing", "%(n)s rows missing", missing) if missing else "",
        ),
        card(
            "dead",
            say("Unreadable records"),
            say.number(facts.letters) if facts else None,
            say("Records that a stage could not read and that nobody has discarded."),
        ),
        card(
            "mongo",
            "MongoDB",
            say("%(n)s ms", n=say.number(max(1, round(facts.mongo.ping_ms)))) if facts else None,
            say("How long MongoDB took to answer the dashboard, there and back."),
        ),
        card("kafka", "Kafka", reach or None, say("Whether a bootstrap server told the dashboard which brokers there are.")),
    ]


def letters(say: Language, facts: Operation) -> Rows:
    """Of the table of dead letters."""
    cells = tuple((one.at, one.stage, one.field, one.reason, one.place) for one in facts.dead)
    return Rows(letter_columns(say), cells, tuple(one.id for one in facts.dead), DEFAULT_ZONE)


def audit(say: Language, facts: Operation) -> Rows:
    """Of the table of what people did."""
    cells = tuple((one.at, one.by, _action(say, one.action), one.instance, one.code, one.what) for one in facts.audit)
    return Rows(audit_columns(say), cells, tuple(map(str, range(len(cells)))), DEFAULT_ZONE)


def _action(say: Language, action: str) -> str:
    """An action of a newer version keeps its own name."""
    return next((say(ACTIONS[each]) for each in get_args(Action) if each == action), action)


def opened(html: Html, letter: Letter | None) -> str:
    """The bytes of a letter, or that it is gone."""
    parts = [(html.say("Key"), letter.key), (html.say("Value"), letter.value)] if letter else []
    shown = [(title, *text(part), 0 if part is None else len(part)) for title, part in parts]
    return html("operation_letter", {"letter": letter, "parts": shown, "most": ABBREVIATED})


def text(part: bytes | None) -> tuple[str, str]:
    """As text, or in hex where it is none; and which: `text`, `hex`, or `none` where there is nothing."""
    if part is None:
        return "", "none"
    with suppress(UnicodeDecodeError):
        found = part.decode()
        if all(sign.isprintable() or sign in "\n\r\t" for sign in found):
            return found[:ABBREVIATED], "text"
    lines = (part[at : at + HEX].hex(" ") for at in range(0, min(len(part), ABBREVIATED), HEX))
    return "\n".join(lines), "hex"


def size(value: int | None) -> str:
    """Bytes in their unit, such as `1.5 GiB`; "" where it is not known."""
    if value is None:
        return ""
    amount, unit = float(value), 0
    while amount >= KIB and unit < len(UNITS) - 1:
        amount, unit = amount / KIB, unit + 1
    return f"{amount:.1f} {UNITS[unit]}" if unit else f"{value} B"


def runs(numbers: tuple[int, ...]) -> str:
    """Partitions, such as `0-5, 8`. They are sorted."""
    found: list[list[int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in found)
