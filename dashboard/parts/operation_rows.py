"""The operator's lists as files: what the page paints as tables of HTML, in rows (pure)."""

from dashboard.facts.board import DEFAULT_ZONE
from dashboard.facts.operation import Operation, SweepRow
from dashboard.parts.rows import Cell, Column, Rows
from dashboard.words.labels import KINDS, TROUBLES
from dashboard.words.language import Language

BETWEEN = ", "
FILES = {"letters": "registros-ilegiveis", "audit": "auditoria", "stages": "etapas", "sweeps": "leituras"}
"""The names in an address."""


def stage_rows(facts: Operation, say: Language) -> Rows:
    """A line for each process; one for a stage of which no process was ever heard."""
    columns = (
        Column("stage", say("Stage"), "code"),
        Column("state", say("State"), "text"),
        Column("lag", say("Waiting"), "number"),
        Column("worker", say("Process"), "code"),
        Column("at", say("Last heard"), "moment"),
        Column("since", say("Since"), "moment"),
        Column("progress", say("Last progress"), "moment"),
        Column("partitions", say("Partitions"), "text"),
        Column("release", say("Version"), "code"),
    )
    lines: list[tuple[Cell, ...]] = []
    for one in facts.stages:
        stage = one.judged
        works = stage.level == "fresh"
        state = say("Works") if works else say(TROUBLES[stage.trouble][1], stage=stage.name)
        head = (stage.name, state, stage.lag)
        for process in one.processes:
            held = BETWEEN.join(f"{topic} [{BETWEEN.join(map(str, numbers))}]" for topic, numbers in process.partitions)
            lines.append((*head, process.worker, process.at, process.since, process.progress, held, process.release))
        if not one.processes:
            lines.append((*head, None, None, None, None, None, None))
    return Rows(columns, tuple(lines), zone=DEFAULT_ZONE)


def sweep_rows(facts: Operation, say: Language) -> Rows:
    """A line for each kind of each provider."""
    columns = (
        Column("provider", say("Provider"), "text"),
        Column("kind", say("What"), "text"),
        Column("now", say("Now"), "text"),
        Column("completed", say("Last complete"), "moment"),
        Column("rows", say("Rows"), "number"),
        Column("published", say("Changed"), "number"),
        Column("missing", say("Rows missing"), "number"),
        Column("failed", say("Last failure"), "moment"),
        Column("error", say("Reason"), "text"),
    )
    return Rows(columns, tuple(_sweep(one, say) for one in facts.sweeps), zone=DEFAULT_ZONE)


def _sweep(one: SweepRow, say: Language) -> tuple[Cell, ...]:
    state = say("under way") if one.running else say("held back") if one.held else None
    read = (one.rows, one.published) if one.completed_at else (None, None)
    missing = one.missing if one.held else None
    return one.title, say(KINDS[one.kind]), state, one.completed_at, *read, missing, one.failed_at, one.error
