"""The operator's page: what its rows become, and how they are painted."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.access.letters import Letter
from dashboard.facts.asked import Filters, Unread
from dashboard.facts.health import Mongo, kafka, members
from dashboard.facts.operation import Operation, entry, letter_row, stage_rows, sweep_rows
from dashboard.facts.snapshot import Reading, Snapshot
from dashboard.facts.stages import Stage, needed
from dashboard.parts import operation_rows
from dashboard.parts.html import Html
from dashboard.parts.operation_screen import opened, painted, runs, size, text
from dashboard.words.language import Language
from dashboard.words.operation import ABBREVIATED
from schemas.instances import Instance
from schemas.stages import Heartbeat

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MakeInstance = Callable[..., Instance]
MakeBeat = Callable[..., Heartbeat]
MONGO = Mongo(3.4, "6.0.5", "rs0", writable=True, members=members([{"name": "a", "stateStr": "PRIMARY", "health": 1}]))
LETTER = MappingProxyType(
    {"_id": "erp.bill.v1[3]@8:hydrate:ab", "at": NOW, "stage": "hydrate", "place": "erp.bill.v1[3]@8", "field": "due_on"}
)


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).replace("\xa0", " ").split())


def swept(phase: str, at: datetime, kind: str = "bill", **more: object) -> dict[str, Any]:
    return {"instance": "norte", "kind": kind, "phase": phase, "at": at, "sweep": "7", **more}


def facts(instance: Instance, beats: list[Heartbeat], *, sweeps: list[dict[str, Any]], **more: object) -> Operation:
    like: dict[str, Any] = {"dead": (), "letters": 0, "audit": (), "entries": 0, "mongo": MONGO} | more
    like.setdefault("kafka", kafka(beats, NOW, "", None))
    ways = stage_rows(beats, NOW, calls=True), sweep_rows([instance], sweeps, beats, NOW)
    return Operation(NOW, *ways, **like)


def test_every_needed_stage_has_a_row_and_what_else_is_heard(beat: MakeBeat) -> None:
    """The oldest start and the oldest turn of the heard processes; a silent one is told, and counts for neither."""
    held = [{"topic": "erp.bill.v1", "partitions": [3, 0, 1]}]
    old = NOW - timedelta(minutes=5)
    beats = [
        beat("hydrate", NOW, 4, held=held, release="0.5.0", since=NOW - timedelta(hours=2)),
        beat("hydrate", NOW, 6, worker="1", release="0.4.0", progress=NOW - timedelta(seconds=9)),
        beat("hydrate", old, 9, worker="2", release="0.1.0", since=NOW - timedelta(days=3), progress=old),
        beat("snapshots", NOW, None),
    ]
    rows = stage_rows(beats, NOW, calls=False)

    assert [one.judged.name for one in rows] == [*needed(calls=False), "snapshots"]
    assert [one.needed for one in rows] == [True] * 4 + [False]
    hydrate = rows[1]
    assert hydrate.releases == ("0.4.0", "0.5.0")
    assert hydrate.since == NOW - timedelta(hours=2)
    assert hydrate.progress == NOW - timedelta(seconds=9)
    assert hydrate.judged.lag == 10
    assert [(one.worker, one.heard) for one in hydrate.processes] == [("0", True), ("1", True), ("2", False)]
    assert hydrate.processes[0].partitions == (("erp.bill.v1", (0, 1, 3)),)


def test_a_sweep_is_held_until_a_later_one_completes(instance: MakeInstance) -> None:
    held = swept("held", NOW - timedelta(hours=1), missing=40, known=100)
    before = swept("completed", NOW - timedelta(hours=2), rows=100, published=3)
    after = swept("completed", NOW - timedelta(minutes=1), rows=60)

    def bill(*rows: dict[str, Any]) -> Any:  # noqa: ANN401 - a row
        return next(one for one in sweep_rows([instance()], rows, (), NOW) if one.kind == "bill")

    found = bill(before, held)
    assert (found.held, found.missing, found.known, found.rows, found.published) == (True, 40, 100, 100, 3)
    assert bill(held).held
    assert not bill(after, held).held
    assert not bill(before).held


def test_a_sweep_is_under_way_only_while_a_process_says_so(instance: MakeInstance, beat: MakeBeat) -> None:
    """A document of a sweep whose process died stays; and rows of an older sweep are not this one's."""
    rows = [swept("started", NOW - timedelta(minutes=3)), swept("reading", NOW, rows=80)]
    here = beat("erp-poller", NOW, None, sweeps=[{"instance": "norte", "kind": "bill"}])
    gone = beat("erp-poller", NOW - timedelta(minutes=2), None, sweeps=[{"instance": "norte", "kind": "bill"}])

    def bill(beats: list[Heartbeat], rows: list[dict[str, Any]] = rows) -> Any:  # noqa: ANN401 - a row
        return next(one for one in sweep_rows([instance()], rows, beats, NOW) if one.kind == "bill")

    assert (bill([here]).running, bill([here]).rows_read) == (True, 80)
    assert (bill([gone]).running, bill([gone]).rows_read) == (False, 0)
    assert bill([here], [rows[0], {**rows[1], "sweep": "6"}]).rows_read == 0


def test_the_page_says_all_of_it(instance: MakeInstance, beat: MakeBeat, portuguese: Language, reading: Any) -> None:  # noqa: ANN401 - makes one
    """Stages as the chip judges them, the command for what is held, the tables' rows under the letters' own names."""
    beats = [beat(stage, NOW, 0) for stage in needed(calls=True)]
    sweeps = [swept("held", NOW - timedelta(hours=1), missing=40, known=1_100), swept("failed", NOW, "client", error="<b>x")]
    sweeps += [swept("completed", NOW - timedelta(hours=2), rows=5, as_of=NOW - timedelta(days=3))]
    found = facts(
        instance(),
        beats,
        sweeps=sweeps,
        dead=(letter_row({**LETTER, "reason": "<script>no day"}),),
        letters=7,
        audit=(entry({"at": NOW, "by": "user:ana", "action": "letter_discarded", "instance": "", "code": "x"}),),
        entries=1,
    )
    late = Stage("views", "late", "behind", NOW - timedelta(minutes=4), lag=12)
    seen: Reading = reading(stages=(late,))
    screen = painted(Html(portuguese), seen, found, Filters())
    said = {name: words(html) for name, html in screen.blocks.items()}

    assert "collector instance believe norte bill" in said["sweeps"]
    assert "de 1.100 linhas conhecidas, faltam 40" in said["sweeps"]
    assert re.search(r"há 2 h\.? de arquivos de 20/11", said["sweeps"]), said["sweeps"]
    assert "<b>x" not in screen.blocks["sweeps"]
    assert re.search(r"views\b.*? há 4 min\.? 12 ", said["stages"])
    assert f"{len(needed(calls=True)) - 1} de {len(needed(calls=True))}" in said["figures"]
    assert "1 leitura retida" in said["notices"]
    assert "Na lista, os mais novos: 1 de 7" in said["letters"]
    assert "PRIMARY" in said["health"]
    assert "não perguntado" in said["health"]
    assert screen.letters is not None
    assert screen.letters.keys == (LETTER["_id"],)
    assert screen.letters.cells[0][1:] == ("hydrate", "due_on", "<script>no day", "erp.bill.v1[3]@8")
    assert screen.audit is not None
    assert screen.audit.cells[0][1:3] == ("user:ana", "Registro ilegível descartado")


def test_what_was_not_read_is_no_number(portuguese: Language, reading: Any) -> None:  # noqa: ANN401 - makes one
    """Skeletons before the first reading; words after a failed one; never a zero."""
    html, seen = Html(portuguese), reading()
    first, failed = (painted(html, seen, found, Filters()) for found in (None, Unread("slow")))

    assert "skeleton" in first.blocks["figures"]
    assert not re.search(r"\d", words(first.blocks["figures"]))
    assert first.letters is None
    assert failed.blocks["figures"] == failed.blocks["stages"] == ""
    assert "demora demais" in words(failed.blocks["notices"])
    assert "atlantis" in words(painted(html, seen, None, Filters(instance="atlantis")).blocks["notices"])
    invalid = Reading(NOW, Snapshot(NOW, (), 0, (("atlantis", "zone"),)))
    assert "atlantis" not in words(painted(html, invalid, None, Filters(instance="atlantis")).blocks["notices"])
    assert "Olhando as etapas" in words(first.blocks["notices"])


def test_kafka_is_judged_by_those_who_are_heard(beat: MakeBeat) -> None:
    beats = [
        beat("hydrate", NOW, away=("Kafka",)),
        beat("views", NOW - timedelta(minutes=9), away=("Kafka",)),
        beat("dialer", NOW, away=("MongoDB",)),
    ]
    found = kafka(beats, NOW, "a:9092,b:9092", None)

    assert found.without == ("hydrate:0",)
    assert (found.told, found.reached, found.heard_at) == (True, False, NOW)
    assert kafka([], NOW, "", None).told is False
    assert kafka([], NOW, "a:9092", (2.0, 3)).reached


@pytest.mark.parametrize(
    ("state", "health", "well"), [("PRIMARY", 1, True), ("RECOVERING", 1, False), ("SECONDARY", 0, False)]
)
def test_a_member_is_well_that_answers_and_serves(state: str, health: int, *, well: bool) -> None:
    (found,) = members([{"name": "a:1", "stateStr": state, "health": health}])

    assert found.well is well


def test_bytes_are_text_where_they_are_and_hex_where_not(portuguese: Language) -> None:
    """Escaped, and clipped; nothing is never taken for something empty."""
    assert text("ação\n".encode()) == ("ação\n", "text")
    assert text(b"\xff\x00a") == ("ff 00 61", "hex")
    assert text(b"a\x00") == ("61 00", "hex")
    assert text(None) == ("", "none")
    assert text(b"") == ("", "text")
    html = Html(portuguese)
    shown = opened(html, Letter(None, b"<script>" + b"x" * ABBREVIATED))
    assert "<script>" not in shown
    assert "Só o começo" in words(shown)
    assert "não existe mais" in words(opened(html, None))


@given(st.binary(max_size=200))
def test_hex_and_text_lose_nothing(part: bytes) -> None:
    shown, kind = text(part)

    assert (bytes.fromhex(shown) if kind == "hex" else shown.encode()) == part


@given(st.sets(st.integers(0, 40)))
def test_runs_name_each_partition_once(numbers: set[int]) -> None:
    shown = runs(tuple(sorted(numbers)))
    ends = [list(map(int, one.split("-"))) for one in shown.split(", ") if one]
    found = [number for one in ends for number in range(one[0], one[-1] + 1)]

    assert found == sorted(numbers)
    assert all(after[0] > before[-1] + 1 for before, after in pairwise(ends))


@pytest.mark.parametrize(
    ("value", "shown"), [(None, ""), (0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (3 << 40, "3.0 TiB")]
)
def test_sizes(value: int | None, shown: str) -> None:
    assert size(value) == shown


def test_the_lists_that_are_painted_as_tables_are_files_too(
    instance: MakeInstance, portuguese: Language, beat: MakeBeat
) -> None:
    """A line for each process and each reading, with what the page shows of it."""
    rows = [swept("completed", NOW, rows=120, published=7), swept("held", NOW + timedelta(minutes=1), missing=40, known=100)]
    held = beat(worker="1", stage="hydrate", at=NOW, held=[{"topic": "erp.bill.v1", "partitions": [1, 0]}])
    facts = Operation(
        at=NOW,
        stages=stage_rows([held], NOW, calls=False),
        sweeps=sweep_rows([instance("norte")], rows, [], NOW),
        dead=(),
        letters=0,
        audit=(),
        entries=0,
        mongo=MONGO,
        kafka=kafka([], NOW, "", None),
    )
    lines = {str(line[0]): line for line in operation_rows.stage_rows(facts, portuguese).cells}
    assert lines["hydrate"][3:6] == ("1", NOW, held.since)
    assert lines["hydrate"][7] == "erp.bill.v1 [0, 1]"
    assert lines["erp-poller"][3] is None
    bills = next(line for line in operation_rows.sweep_rows(facts, portuguese).cells if line[1] == "Faturas")
    assert bills[2:7] == ("retida", NOW, 120, 7, 40)
