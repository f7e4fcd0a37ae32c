"""Rows become the snapshot; the snapshot becomes the board of one instance or of all."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.facts.asked import EVERYBODY
from dashboard.facts.board import DEFAULT_ZONE, HEAD, choose
from dashboard.facts.snapshot import (
    SHOWN,
    Debtor,
    InstanceFigures,
    InstanceRows,
    Reading,
    Rows,
    Snapshot,
    snapshot,
)
from dashboard.words.labels import VIEWS
from schemas.calling.calendar import Gate
from schemas.figures.debts import Debt
from schemas.figures.queue import Hold, Waiting
from schemas.figures.scope import scope_of
from schemas.figures.standing import Share, Standing
from schemas.instances import Instance
from schemas.refills import Refill
from schemas.reverse_map import Subject
from schemas.views import DEAD_LETTERS, STAGES
from schemas.views import VIEWS as EVERY_VIEW

MakeInstance = Callable[..., Instance]
MakeRows = Callable[..., Rows]
NO_DEBTS: Mapping[Subject, tuple[Debt, ...]] = {"bairro": (), "client_type": ()}
NOTHING = {"clients": [], "debtors": [], "bills": []}


def row(code: str, **facts: object) -> dict[str, Any]:
    due = [["2026-11-01", 45_000], ["2026-11-22", 5_000], ["2026-11-23", 9_990]]
    found = {"name": "", "phones": ["+5582999991234"], "due": due, **facts}
    return {"instance": "norte", "code": code, "facts": found, "verdict": {"oldest_due_on": "2026-11-01"}, "score": 270}


def test_today_is_the_instances_own_date(instance: MakeInstance) -> None:
    """At 02:30 UTC it is still yesterday in Brazil, and two different hours of it."""
    at = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)

    assert scope_of(instance("sp"), at).today == date(2026, 11, 22)
    assert scope_of(instance("noronha", zone="America/Noronha"), at).today == date(2026, 11, 23)


def test_a_debtor_is_named_by_the_code_until_the_name_is_known(
    instance: MakeInstance, now: datetime, rows_of: MakeRows
) -> None:
    """The client's row may arrive after the bills."""
    read = InstanceRows(instance(title="Norte"), NOTHING, [], [row("7", newer=1)], {})
    (one,) = snapshot(rows_of(read), now).instances
    (found,) = one.head

    assert (found.name, found.title, found.days_late) == ("7", "Norte", 22)
    assert (found.cents, found.score) == (50_000, 370)
    assert found.parts == (("days_late", 220), ("never_reached", 100), ("amount_due", 50))


def test_midnight_changes_the_figures_at_the_next_refresh(instance: MakeInstance, rows_of: MakeRows) -> None:
    """The very same rows: a day later the debt is a day older, and another bill is overdue."""
    late, early = datetime(2026, 11, 24, 2, 59, tzinfo=UTC), datetime(2026, 11, 24, 3, 0, tzinfo=UTC)  # 23:59, 00:00
    read = InstanceRows(instance(), NOTHING, [], [row("7")], {})
    (before,), (after,) = (snapshot(rows_of(read, at=at), at).instances[0].head for at in (late, early))

    assert (before.days_late, before.cents, before.score) == (22, 50_000, 370)
    assert (after.days_late, after.cents, after.score) == (23, 59_990, 389)


@pytest.mark.parametrize(
    ("at", "closed", "ready", "gated"),
    [
        (datetime(2026, 11, 23, 12, 0, tzinfo=UTC), None, 3, 0),  # Monday, 09:00
        (datetime(2026, 11, 23, 11, 59, tzinfo=UTC), "outside_window", 0, 3),
        (datetime(2026, 11, 22, 15, 0, tzinfo=UTC), "outside_window", 0, 3),  # Sunday
        (datetime(2026, 11, 20, 15, 0, tzinfo=UTC), "holiday", 0, 3),
    ],
)
def test_the_gate_is_the_instances_not_each_debtors(
    instance: MakeInstance, at: datetime, closed: str | None, ready: int, gated: int, rows_of: MakeRows
) -> None:
    """The very same rows at another hour; the reasons of those who are held stay."""
    rows = [
        {"_id": {"state": "", "holds": []}, "debtors": 3, "cents": 900},
        {"_id": {"state": "", "holds": ["no_phone"]}, "debtors": 2, "cents": 0},
    ]
    (one,) = snapshot(rows_of(InstanceRows(instance(), NOTHING, rows, [], {}), at=at), at).instances

    assert (one.gate.closed, one.waiting.ready, one.waiting.gated) == (closed, ready, gated)
    assert (one.waiting.ready + one.waiting.held, one.waiting.holds) == (5, (Hold("no_phone", 2, 2),))


@pytest.mark.parametrize(
    ("at", "ready", "held", "gated", "away"),
    [
        (datetime(2026, 11, 23, 12, 30, tzinfo=UTC), 5, 5, 5, (("AC", "outside_window", 4), ("AM", "outside_window", 1))),
        (datetime(2026, 11, 23, 23, 30, tzinfo=UTC), 4, 6, 6, ()),
        (datetime(2026, 7, 9, 18, 0, tzinfo=UTC), 5, 5, 5, ()),
    ],
)
def test_a_debtor_in_another_state_has_its_gate(
    instance: MakeInstance,
    at: datetime,
    ready: int,
    held: int,
    gated: int,
    away: tuple[tuple[str, str, int], ...],
    rows_of: MakeRows,
) -> None:
    """Acre is two hours behind São Paulo, Amazonas one; on the ninth of July only São Paulo has a holiday.

    Who waits for the same reason as the instance is counted with it.
    """
    some = {"": 2, "SP": 3, "AC": 4, "AM": 1}
    rows = [{"_id": {"state": state, "holds": []}, "debtors": some[state], "cents": 0} for state in some]
    (one,) = snapshot(rows_of(InstanceRows(instance(), NOTHING, rows, [], {}), at=at), at).instances

    assert (one.waiting.ready, one.waiting.held, one.waiting.gated) == (ready, held, gated)
    assert one.waiting.away == away
    assert one.waiting.gated_at_home == gated - sum(debtors for _, _, debtors in away)


def test_an_instance_shows_its_erp_and_the_names_of_its_reverse_map(
    instance: MakeInstance, now: datetime, rows_of: MakeRows
) -> None:
    """What the map does not name is in title case, a blank is undefined; most cents first."""
    raw = {"CENTRO": 500, "Ctr.": 70, "jardim das rosas": 30, "0": 9}
    rows = [{"_id": value, "debtors": 1, "bills": 2, "cents": cents} for value, cents in raw.items()]
    altarede = {"kind": "altarede-export", "folder": "exports"}
    sul = instance("sul", erp=altarede, reverse={"bairro": {"Centro": ["Ctr."]}})
    read = InstanceRows(sul, NOTHING, [], [], {"bairro": rows, "client_type": []})
    (one,) = snapshot(rows_of(read), now).instances

    assert (one.erp, one.verified) == ("Altarede, exportações (não verificado com o fornecedor)", False)
    assert one.debts["bairro"] == (
        Debt("Centro", Share(2, 4, 570)),
        Debt("Jardim das Rosas", Share(1, 2, 30)),
        Debt("Indefinido", Share(1, 2, 9)),
    )


def test_instances_are_ordered_by_what_people_read(instance: MakeInstance, now: datetime, rows_of: MakeRows) -> None:
    """By title, not by name; the name stands in for a missing title."""
    titles = {"a": "zulu", "b": "Alfa", "mike": ""}
    rows = [InstanceRows(instance(name, title=title), NOTHING, [], [], {}) for name, title in titles.items()]
    built = snapshot(rows_of(*rows, dead_letters=3, wrong={"x": "zone"}), now)

    assert [one.title for one in built.instances] == ["Alfa", "mike", "zulu"]
    assert (built.dead_letters, built.wrong, built.built_at) == (3, (("x", "zone"),), now)


def test_one_instance_or_all_of_them(figures: Callable[..., InstanceFigures], reading: Callable[..., Reading]) -> None:
    """All of them is their sum; an unknown name means nobody, not everybody."""
    norte, sul = figures("norte"), figures("sul", zone="America/Maceio", min_days=10)
    built = reading(norte, sul).snapshot
    assert built is not None

    alone, everybody = choose(built, "sul"), choose(built, EVERYBODY)

    assert (alone.selected, alone.standing, alone.zone, alone.min_days) == ("sul", sul.standing, "America/Maceio", (10,))
    assert (everybody.standing, everybody.zone, everybody.min_days) == (norte.standing + sul.standing, DEFAULT_ZONE, (7, 10))
    assert alone.debts == sul.debts
    assert everybody.debts["client_type"] == (Debt("Residencial", Share(10, 12, 267_110)),)
    gone = choose(built, "gone")
    assert (gone.unknown, gone.selected, gone.instances, gone.standing) == ("gone", EVERYBODY, (), Standing())


def test_no_instance_at_all_is_an_empty_board(reading: Callable[..., Reading]) -> None:
    """A fresh installation opens too."""
    built = reading().snapshot
    assert built is not None

    board = choose(built, EVERYBODY)

    assert (board.standing, board.waiting, board.head, board.zone) == (Standing(), Waiting(), (), DEFAULT_ZONE)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 3), st.sampled_from(["norte", "sul"])), max_size=60))
def test_the_queues_of_all_instances_merge_into_one_total_order(places: list[tuple[int, int, str]]) -> None:
    """Score down, oldest due date up, key up; no more than the head."""
    debtors = [
        Debtor(name, name, f"{i:03}", "x", "", "", date(2026, 11, day), 1, 1, score, ())
        for i, (score, day, name) in enumerate(places)
    ]
    instances = [
        InstanceFigures(name, name, "", True, DEFAULT_ZONE, 7, Gate(), Standing(), Waiting(), NO_DEBTS, head, ())
        for name in ("norte", "sul")
        for head in [tuple(debtor for debtor in debtors if debtor.instance == name)]
    ]
    at = datetime(2026, 11, 23, tzinfo=UTC)
    merged = choose(Snapshot(at, tuple(instances), 0, ()), EVERYBODY).head

    def order(debtor: Debtor) -> tuple[int, date, str]:
        return (-debtor.score, debtor.due_on, f"{debtor.instance}:{debtor.code}")

    assert list(merged) == sorted(debtors, key=order)[:HEAD]


def test_only_views_that_the_page_shows_make_it_incomplete(now: datetime, rows_of: MakeRows) -> None:
    """A new `view_epochs` is also written for the heartbeats, which say nothing about a debtor."""
    found = [Refill(view=view, partitions=(0,), left=1) for view in ("debtors", "references", "stages", "sweeps")]
    assert [one.view for one in snapshot(rows_of(refills=found), now).refills] == ["debtors", "references", "sweeps"]
    assert set(VIEWS) == set(SHOWN), "each has its word"
    assert set(SHOWN) == {view.name for view in EVERY_VIEW} - {STAGES} | {DEAD_LETTERS}, "each view is on some page"
