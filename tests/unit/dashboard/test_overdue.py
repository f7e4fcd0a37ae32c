"""The facts of the page "Overdue bills": what rows become, which due dates filters leave, what a month ago was."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.facts.asked import BANDS, Filters
from dashboard.facts.choices import Found
from dashboard.facts.coming_back import coming_back
from dashboard.facts.connection import LOST, ORDINARY, connection
from dashboard.facts.due import narrowed
from dashboard.facts.names import Names
from dashboard.facts.overdue import Day, Overdue, Read, overdue
from dashboard.facts.trend import DAYS, trend
from schemas.figures.narrow import Narrow
from schemas.figures.overdue import Late
from schemas.figures.recovered import Recovered, Roll
from schemas.figures.scope import AGES
from schemas.figures.standing import Share
from schemas.instances import Instance

TODAY = date(2026, 11, 23)
MakeInstance = Callable[..., Instance]
REVERSE = {"bairro": {"Centro": ["Ctr."]}, "client_type": {"Residencial": ["Casa"]}}
TABLES = {"client_type": {"1": "CASA", "2": "rural"}, "branch": {"1": "Praia"}}


def late(days: int, cents: int, bairro: str = "CENTRO", client_type: str = "1", branch: str = "1", debtors: int = 1) -> Late:
    return Late(TODAY - timedelta(days=days), bairro, client_type, branch, Share(debtors, 2, cents))


def bill(days: int, cents: int, code: str = "7", **more: object) -> dict[str, object]:
    row = {"id": f"b{days}", "contract": "c1", "due_on": (TODAY - timedelta(days=days)).isoformat(), "open_cents": cents}
    return {"code": code, "client": {"name": "Ana", "bairro": "ctr."}, "bill": row, "contracts": [], **more}


def read(instance: Instance, *cells: Late, bills: tuple[dict[str, object], ...] = ()) -> Read:
    names = Names(instance, TABLES)  # type: ignore[arg-type]  # its keys are By
    return Read(instance, TODAY, names, cells, cells, bills, Found(instance, names, cells, {}))


def test_everything_adds_up_whatever_it_is_broken_down_by(instance: MakeInstance) -> None:
    """Terms, ranges, days, names: each is the whole again."""
    norte = instance("norte", reverse=REVERSE)
    found = overdue([read(norte, late(1, 100), late(7, 20), late(8, 3, "ctr."), late(91, 4, "Farol", "2", "9"))], TODAY)

    assert (found.short, found.long) == (Share(2, 4, 120), Share(2, 4, 7))
    assert [(band.since, band.cents) for band in found.aging] == [(1, 120), (8, 3), (16, 0), (31, 0), (61, 0), (91, 4)]
    assert found.days == (Day(1, 2, 100), Day(7, 2, 20), Day(8, 2, 3), Day(91, 2, 4))
    names = {by: [(part.name, part.short.cents, part.long.cents) for part in parts] for by, parts in found.parts.items()}
    assert names == {
        "bairro": [("Centro", 120, 3), ("Farol", 0, 4)],
        "client_type": [("Residencial", 120, 3), ("Rural", 0, 4)],
        "branch": [("Praia", 120, 3), ("9", 0, 4)],
    }
    assert all(sum((part.share for part in parts), Share()) == found.share for parts in found.parts.values())


def test_a_branch_is_its_providers_own(instance: MakeInstance) -> None:
    """One code of two providers is two branches, and each line says whose it is and asks for that one."""
    found = overdue(
        [read(instance(name, title=name.title()), late(1, cents)) for name, cents in (("a", 5), ("b", 6))], TODAY
    )

    assert [(part.name, part.instance, part.key) for part in found.parts["branch"]] == [
        ("Praia · B", "b", "1"),
        ("Praia · A", "a", "1"),
    ]
    assert [part.share.cents for part in found.parts["bairro"]] == [11]


def test_the_ranges_stay_while_one_of_them_is_chosen(instance: MakeInstance) -> None:
    """So that another can be picked; all else is the chosen one."""
    one = read(instance(), late(1, 100), late(9, 7))
    found = overdue([one._replace(inner=[late(9, 7)])], TODAY)

    assert [band.cents for band in found.aging][:2] == [100, 7]
    assert found.share.cents == 7


def test_lines_of_all_providers_are_one_list(instance: MakeInstance) -> None:
    """The most late first; a client that is not known is shown by its code; names as people say them."""
    norte = instance("norte", title="Norte", reverse=REVERSE)
    one = read(norte, bills=(bill(3, 5), bill(9, 1, "8", client=None)))
    other = read(instance("sul"), bills=(bill(9, 4, "9"),))
    found = overdue([one, other], TODAY)

    assert [(line.days, line.cents, line.instance, line.name) for line in found.lines] == [
        (9, 4, "sul", "Ana"),
        (9, 1, "norte", "8"),
        (3, 5, "norte", "Ana"),
    ]
    assert (found.lines[2].bairro, found.lines[2].branch, found.lines[2].provider) == ("Centro", "Indefinido", "Norte")


def test_no_instance_is_no_debt() -> None:
    """And no error."""
    found = overdue([], TODAY)

    assert isinstance(found, Overdue)
    assert (found.share, found.lines, found.days, found.today) == (Share(), (), (), TODAY)


def test_the_worst_of_a_debtors_connections_is_told() -> None:
    """One that is not listed is an ordinary one; of a lost one nothing is known; codes read as the ERP calls them."""
    contract = {"access": "active", "access_raw": "A", "speed": "normal", "trust_unlock": True}
    blocked = {"access": "blocked_auto", "access_raw": "CA", "speed": "reduced", "trust_unlock": False}

    assert connection("ixc", []) == ORDINARY
    assert connection("ixc", [{**blocked, "lost": True}]) == LOST
    assert connection("ixc", [{**blocked, "lost": True}, contract]).access == "active"
    assert connection("ixc", [contract, blocked]) == ("blocked_auto", "Bloqueio Automático", "reduced", True)
    assert connection("ixc", [blocked]).blocked
    assert not connection("ixc", [contract]).blocked


@given(st.sampled_from(list(BANDS)), st.integers(1, 400))
def test_a_range_leaves_exactly_its_days(name: str, days: int) -> None:
    """The due dates of what is so many days late, both ends included."""
    since, until = BANDS[name]
    left = narrowed(Filters(band=name), TODAY)
    due_on = TODAY - timedelta(days=days)

    assert ((left.first or date.min) <= due_on <= (left.last or date.max)) == (since <= days <= (until or days))


def test_filters_on_due_dates_count_all_at_once() -> None:
    """A day, a period and a range of ages: what is in all of them."""
    day = TODAY - timedelta(days=10)
    every = Filters(since=TODAY - timedelta(days=20), until=TODAY, due_on=day, band="8-15")

    assert narrowed(every, TODAY) == Narrow(day, day)
    assert narrowed(Filters(), TODAY) == Narrow()
    assert narrowed(Filters(band="8-15"), TODAY, band=False) == Narrow()


def test_a_name_finds_what_the_erp_writes(instance: MakeInstance) -> None:
    """However it is spelt; of a branch the code alone, since names repeat. What nothing answers to is nobody."""
    names = Names(instance(reverse=REVERSE), TABLES)  # type: ignore[arg-type]  # its keys are By
    found = [("bairro", raw) for raw in ("CENTRO", "ctr.", "Farol", "")] + [("client_type", "1"), ("branch", "1")]

    assert names.chosen(Filters(bairro="centro"), found) == {"bairro": ("CENTRO", "ctr.")}  # type: ignore[arg-type]  # as above
    assert names.chosen(Filters(bairro="Indefinido"), found) == {"bairro": ("",)}  # type: ignore[arg-type]  # as above
    assert names.chosen(Filters(client_type="residencial", branch="1", bairro="x"), found) == {  # type: ignore[arg-type]  # as above
        "bairro": (),
        "client_type": ("1",),
        "branch": ("1",),
    }
    assert names.chosen(Filters(branch="Praia"), found) == {"branch": ()}  # type: ignore[arg-type]  # as above


def days(**by_ago: float) -> list[dict[str, object]]:
    """A row of each day: `d0` is today's."""
    return [
        {"_id": (TODAY - timedelta(days=int(ago[1:]))).isoformat(), "figures": {"f": number}}
        for ago, number in by_ago.items()
    ]


def test_a_trend_is_known_where_every_provider_knows_it() -> None:
    """A sum of some would look like a fall. Today is the last value."""
    found = trend([(TODAY, days(d0=5, d1=4, d2=3)), (TODAY, days(d0=50, d1=40))], "f")

    assert len(found.values) == DAYS
    assert found.values[-3:] == (None, 44, 55)
    assert found.yesterday == 44
    assert trend([], "f").yesterday is None
    assert trend([(TODAY, days(d0=5))], "other").values == (None,) * DAYS


def snapshot(**ages: int) -> dict[str, object]:
    named = {f"standing.age_{since}_cents": ages.get(f"a{since}", 0) for since, _ in AGES}
    return {"figures": named}


def test_what_came_back_is_added_day_by_day_and_rolls_need_every_provider() -> None:
    """A provider without figures of a month ago leaves no rate, for it would be of others."""
    days = [Recovered(TODAY, 1, 100, 2, 30, 1)], [Recovered(TODAY, 0, 5, 1, 7, 0)]
    before, after = snapshot(a1=60, a8=30, a16=10), snapshot(a31=25)
    found = coming_back(days, [before, before], [after, after])

    assert found.days == (Recovered(TODAY, 1, 105, 3, 37, 1),)
    assert (found.after, found.without) == (105, 37)
    assert found.rolls[0] == Roll(1, 30, 200, 50)
    assert coming_back(days, [before], [after, after]).rolls == ()
    assert coming_back([], [], []).rolls == ()


@pytest.mark.parametrize("hour", [2, 12])
def test_ages_are_of_the_providers_own_day(instance: MakeInstance, hour: int) -> None:
    """At two in the morning UTC it is still yesterday in São Paulo."""
    now = datetime(2026, 11, 23, hour, tzinfo=UTC)
    today = now.astimezone(instance().clock).date()

    assert narrowed(Filters(band="1-7"), today).last == today - timedelta(days=1)
    assert (today == TODAY) == (hour == 12)
