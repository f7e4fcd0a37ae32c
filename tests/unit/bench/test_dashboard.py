"""The provider of the dashboard's benchmark, and what is said of what was measured there."""

from datetime import UTC, datetime, timedelta

import pytest

from deploy.bench.dashboard import provider
from deploy.bench.dashboard.browsing import Seen, Turn
from deploy.bench.dashboard.crowd import Held
from deploy.bench.dashboard.provider import OWES_EACH, PROVIDER
from deploy.bench.dashboard.told import Look, crowd_figures, looks, page_figures
from deploy.bench.figures import Comparison, Figure, Result
from schemas.calling.freshness import Signs
from schemas.calling.gates import gate_of

NOW = datetime(2026, 11, 29, 2, 0, tzinfo=UTC)
TODAY = NOW.astimezone(PROVIDER.clock).date()


def figures(found: list[Result]) -> dict[str, Figure]:
    return {one.name: one for one in found if isinstance(one, Figure)}


def test_so_many_clients_have_so_many_bills() -> None:
    """27,000 would have 74,000; every seventh owes, and some may be called at any hour."""
    found = list(provider.debtors(2_700, TODAY))
    owing = provider.overdue(iter(found), TODAY)
    entries = [provider.entry(one, NOW) for one in found]

    assert sum(len(one.bills) for one in found) == 7_400
    assert owing == -(-2_700 // OWES_EACH)
    assert sum(not one.verdict.holds for one in entries) > owing
    assert found == list(provider.debtors(2_700, TODAY))


def test_everything_is_fresh_and_nobody_is_held_by_the_hour() -> None:
    """So that the page has a queue to show, whenever it is measured."""
    swept = {one.instance: one.at for one in provider.sweeps(NOW) if one.kind == "bill"}
    hydrates = tuple(one for one in provider.beats(NOW) if one.stage == "hydrate")

    assert gate_of(PROVIDER, Signs(swept, hydrates), NOW + timedelta(minutes=90)).closed is None


def test_a_page_that_shows_another_number_has_failed_however_fast_it_was() -> None:
    fast, slow = Seen(0.5, 1.0, 41), Seen(2.0, 2.5, 42)
    found = looks([Look("dashboard", 0, fast, 1, 1, 100, 0.5), Look("Streamlit", 0, slow, 1, 1, 100, 9.5)], 42)

    compared = [one for one in found if isinstance(one, Comparison)]
    assert [one.verdict("Streamlit") for one in compared] == ["failed", "failed"]
    assert figures(found)["load of the machine"].value == 9.5


@pytest.mark.parametrize(("complete", "verdict"), [(2.9, "met"), (3.1, "not met")])
def test_all_of_the_page_may_take_a_fifth_longer(complete: float, verdict: str) -> None:
    found = looks(
        [
            Look("dashboard", 0, Seen(1.0, complete, 42), 1, 1, 100, 1),
            Look("Streamlit", 0, Seen(1.0, 2.5, 42), 1, 1, 100, 1),
        ],
        42,
    )
    first, all_of_it = (one for one in found if isinstance(one, Comparison))

    assert (first.verdict("Streamlit"), all_of_it.verdict("Streamlit")) == ("met", verdict)


def test_the_slowest_page_and_the_one_with_most_models_are_named() -> None:
    turned = {"faturas": Turn(1.2, 240), "": Turn(0.3, 260)}
    found = page_figures(turned, 0.4, {"": 150, "faturas": 230})

    assert [(one.name, one.value, one.verdict) for one in found if isinstance(one, Figure)] == [
        ("page change, the slowest (faturas)", 1.2, "met"),
        ("a year of Histórico", 0.4, "met"),
        ("Bokeh models, the page with most (, after others)", 260, "not met"),
    ]


def test_a_refresh_is_counted_without_what_reading_costs() -> None:
    """And what each page adds must not grow with how many there are."""
    idle = Held(0, 2, 0.2, 0)
    few, many = Held(10, 2, 0.6, 18_000), Held(50, 2, 4.2, 38_000)
    found = list(crowd_figures(idle, [few, many], [300, 310, 311, 330], 30))
    values = [(round(one.value, 3), one.verdict) for one in found if isinstance(one, Figure)]

    assert values == [(100, ""), (40, "met"), (2.0, "not met"), (19, "met"), (20, "not met")]
