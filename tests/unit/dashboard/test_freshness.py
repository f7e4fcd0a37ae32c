"""The worst of snapshot, stages and sweeps is what the chip says, in words, whichever it is."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymongo.errors import AutoReconnect, NetworkTimeout, OperationFailure, ServerSelectionTimeoutError

from dashboard.facts.asked import EVERYBODY
from dashboard.facts.board import choose
from dashboard.facts.freshness import Cause, Freshness, What, freshness
from dashboard.facts.levels import WORST, Level
from dashboard.facts.refusals import failure_of
from dashboard.facts.snapshot import InstanceFigures, InstanceRows, Reading, Rows, Snapshot, snapshot
from dashboard.facts.sources import Source
from dashboard.facts.stages import PASSING, Stage, needed
from dashboard.words.errors import plain_error
from dashboard.words.freshness import LISTED, chip_text
from dashboard.words.language import Language
from schemas.calling.calendar import Gate
from schemas.figures.debts import Debt
from schemas.figures.queue import Waiting
from schemas.figures.standing import Standing
from schemas.instances import Instance
from schemas.refills import Refill
from schemas.reverse_map import Subject
from schemas.stages import Heartbeat

MakeFigures = Callable[..., InstanceFigures]
MakeReading = Callable[..., Reading]
NOTHING = {"clients": [], "debtors": [], "bills": []}
FOUR = timedelta(minutes=4)


def judged(found: Reading) -> Freshness:
    return freshness(found, choose(found.snapshot, EVERYBODY) if found.snapshot else None)


def chip(found: Reading) -> tuple[str, str]:
    return chip_text(judged(found), Language("pt_BR"))


def test_where_all_is_well_nothing_is_named(figures: MakeFigures, reading: MakeReading, now: datetime) -> None:
    assert judged(reading(figures())) == Freshness("fresh", (), now, now)
    assert chip(reading(figures()))[0] == "Em dia"


def test_before_a_first_snapshot_there_is_no_green(now: datetime) -> None:
    assert judged(Reading(now)).level == "never"
    assert chip(Reading(now, failure="away")) == ("MongoDB não responde", "MongoDB não responde")


@pytest.mark.parametrize("name", needed(calls=True))
def test_each_stage_that_stopped_is_named(figures: MakeFigures, reading: MakeReading, now: datetime, name: str) -> None:
    """With since when; and what it does, for whoever asks."""
    way = [Stage(one, "fresh", passed=now) for one in needed(calls=True) if one != name]
    found = reading(figures(), stages=(*way, Stage(name, "stopped", "silent", now - FOUR)))
    short, detail = chip(found)

    assert (judged(found).level, judged(found).since) == ("stopped", now - FOUR)
    assert short == f"{name} parado há 4 min."
    assert detail.startswith(f"{short} (")


def test_where_nobody_is_heard_the_one_through_whom_all_are_heard_is_named(
    figures: MakeFigures, reading: MakeReading, now: datetime
) -> None:
    """Once, not once for each stage; that of all the newest sign is the last one seen."""
    way = tuple(Stage(one, "stopped", "silent", now - FOUR - timedelta(seconds=n)) for n, one in enumerate(PASSING))
    short, detail = chip(reading(figures(), stages=way, deaf=True))

    assert short == "views parado há 4 min."
    assert "Kafka" in detail


def test_a_database_that_is_away_goes_before_what_follows_from_it(
    figures: MakeFigures, reading: MakeReading, now: datetime
) -> None:
    late = (Source("bill", now - timedelta(hours=2), 7, None, "", "stopped"),)
    found = reading(figures(title="Norte", sources=late), age=FOUR, failure="away")

    assert [cause.what for cause in judged(found).causes] == ["database", "sweep"]
    assert chip(found)[0] == "MongoDB não responde (+1)"
    assert chip(found)[1] == "MongoDB não responde; leitura de faturas de Norte há 2 h"
    assert chip(reading(figures(title="Norte", sources=late)))[0] == "leitura de faturas de Norte há 2 h"


@given(st.lists(st.sampled_from(["stopped", "late", "fresh"]), min_size=1, max_size=4), st.sampled_from(WORST))
def test_no_part_is_worse_than_the_whole(levels: list[Level], of_bills: Level) -> None:
    """And green means that every part is."""
    at = datetime.fromisoformat("2026-11-23T12:00:00Z")
    way = tuple(Stage(str(n), level, "silent" if level != "fresh" else "", at) for n, level in enumerate(levels))
    found = Reading(at, Snapshot(at, (), 0, (), (), way))
    one = choose(Snapshot(at, (), 0, ()), EVERYBODY)
    completed = None if of_bills == "never" else at
    source = Source("bill", completed, 1, None, "", of_bills)
    board = replace(one, instances=(_figures_of(source),))
    judged_so = freshness(found, board)

    assert judged_so.level == min([*levels, of_bills], key=WORST.index)
    assert bool(judged_so.causes) is (judged_so.level != "fresh")


def _figures_of(source: Source) -> InstanceFigures:
    nothing: dict[Subject, tuple[Debt, ...]] = {"bairro": (), "client_type": ()}
    numbers = (7, Gate(), Standing(), Waiting(), nothing, ())
    return InstanceFigures("norte", "Norte", "IXC Soft", True, "America/Sao_Paulo", *numbers, (source,))


def test_every_cause_has_its_words_in_either_language(language: Language, now: datetime) -> None:
    whats: list[What] = ["snapshot", "refill", "held", "first", "deaf", "stage"]
    causes = tuple(Cause(what, "late", now - FOUR, "hydrate", "behind", 5, "Norte", "bill", None, 2, 4) for what in whats)
    short, detail = chip_text(Freshness("late", causes, now, now), language)

    assert short.endswith("(+5)")
    assert len(detail.split("; ")) == LISTED == len(whats)
    assert "%(" not in short + detail
    more = chip_text(Freshness("late", causes * 2, now, now), language)[1]
    assert len(more.split("; ")) == LISTED + 1


def test_a_view_that_is_read_anew_is_never_green(figures: MakeFigures, reading: MakeReading) -> None:
    found = reading(figures())
    assert found.snapshot is not None
    refilled = replace(found, snapshot=replace(found.snapshot, refills=(Refill(view="queue", partitions=(1,), left=9),)))

    assert (judged(refilled).level, judged(refilled).causes[0].what) == ("late", "refill")


def swept(at: datetime, **more: object) -> dict[str, object]:
    return {"instance": "norte", "kind": "bill", "phase": "completed", "at": at, "rows": 10, "error": "", **more}


@pytest.mark.parametrize(("known", "ends", "shown"), [(0, 60, True), (0, 20, False), (500, 20, True)])
def test_a_first_reading_is_shown_only_when_every_stage_has_passed_it(
    instance: Callable[..., Instance],
    rows_of: Callable[..., Rows],
    beat: Callable[..., Heartbeat],
    now: datetime,
    known: int,
    ends: int,
    shown: bool,
) -> None:
    """Completed `ends` seconds ago, while a heartbeat proves nothing that is younger than 15 s, nor of a stage that works.

    Later readings hide nothing: what the one before brought is on the screen.
    """
    beats = [beat("erp-poller", lag=None), *(beat(name, now - timedelta(seconds=10)) for name in PASSING)]
    sweeps = [swept(now - timedelta(seconds=ends), known=known)]
    read = InstanceRows(instance(), NOTHING, [], [], {"bairro": [], "client_type": []})
    board = choose(snapshot(rows_of(read, sweeps=sweeps, beats=beats), now), EVERYBODY)

    assert (board.numbers, board.complete) == (shown, (int(shown), 1))


def test_an_exceptions_name_is_no_cause_that_a_clerk_could_read(language: Language) -> None:
    """Of MongoDB's client one of a closed list; in a sweep's error words instead; nothing else is touched."""
    found = [
        failure_of(exc)
        for exc in (
            ServerSelectionTimeoutError(),
            AutoReconnect(),
            NetworkTimeout(),
            TimeoutError(),
            OperationFailure("not allowed", 13),
            OperationFailure("broken", 2),
            KeyError("x"),
        )
    ]

    assert found == ["away", "away", "slow", "slow", "refused", "failed", "failed"]
    for name in ("ConnectTimeout", "ReadError", "RemoteProtocolError"):
        assert name not in plain_error(f"no answer from the ERP on cliente: {name}", language)
    assert plain_error("HTTP 500: Internal Server Error, Timeout of 5 s", language).startswith("HTTP 500: Internal Server E")
