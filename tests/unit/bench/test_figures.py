"""What a benchmark says about its runs: ratios round by round, and no good word for a wrong result."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.bench.figures import (
    Comparison,
    Figure,
    Run,
    Spread,
    Target,
    comparison_rows,
    figure_rows,
    percentile,
    plain,
    remarks,
    spread,
)

OURS, BARE = "ours", "bare"
SECONDS = st.floats(0.1, 1_000)


def comparison(target: Target, *seconds: tuple[float, float], wrong: str = "") -> Comparison:
    """One round for each pair of (our seconds, the bare program's seconds), 100 items each; the last of ours is `wrong`."""
    runs = []
    for number, (ours, bare) in enumerate(seconds):
        is_last = number == len(seconds) - 1
        runs.append(Run(OURS, number, 100, ours, wrong=wrong if is_last else ""))
        runs.append(Run(BARE, number, 100, bare))
    return Comparison("trial", "events", OURS, {BARE: target}, runs, {OURS: "all of it", BARE: "less"})


def test_a_ratio_is_taken_round_by_round() -> None:
    """A machine that is ten times slower in one round slows both: the ratio stays."""
    found = comparison(Target(at_least=0.5), (2, 1), (20, 10), (2, 1)).ratio(BARE)

    assert found == Spread(0.5, 0.5, 0.5)


def test_a_target_for_the_time_is_a_ratio_of_times() -> None:
    assert comparison(Target(at_most=1.4), (3, 2)).ratio(BARE) == Spread(1.5, 1.5, 1.5)


@given(st.lists(st.tuples(SECONDS, SECONDS), min_size=1, max_size=5))
def test_rate_and_time_are_each_others_inverse(seconds: list[tuple[float, float]]) -> None:
    rate = comparison(Target(at_least=1), *seconds).ratio(BARE)
    time = comparison(Target(at_most=1), *seconds).ratio(BARE)

    assert rate is not None
    assert time is not None
    assert rate.least * time.most == pytest.approx(1)
    assert rate.most * time.least == pytest.approx(1)


@pytest.mark.parametrize(
    ("target", "seconds", "verdict"),
    [
        (Target(at_least=0.5), (2, 1), "met"),
        (Target(at_least=0.51), (2, 1), "not met"),
        (Target(at_most=2), (2, 1), "met"),
        (Target(at_most=1.99), (2, 1), "not met"),
    ],
)
def test_the_bound_itself_is_met(target: Target, seconds: tuple[float, float], verdict: str) -> None:
    assert comparison(target, seconds).verdict(BARE) == verdict


@given(st.lists(st.tuples(SECONDS, SECONDS), min_size=1, max_size=4))
def test_one_wrong_round_fails_however_fast_it_was(seconds: list[tuple[float, float]]) -> None:
    found = comparison(Target(at_least=0), *seconds, wrong="wrong: 1 state differs")

    assert found.verdict(BARE) == "failed"
    assert f"ours, round {len(seconds)}: wrong: 1 state differs" in remarks(found)


def test_where_every_round_is_wrong_there_is_no_ratio() -> None:
    assert comparison(Target(at_least=0), (1, 1), wrong="wrong").ratio(BARE) is None


@given(st.lists(st.integers(0, 1_000), min_size=1), st.integers(1, 100))
def test_a_percentile_is_the_least_value_that_enough_do_not_exceed(values: list[int], percent: int) -> None:
    found = percentile(values, percent)

    assert found in values
    assert 100 * sum(value <= found for value in values) >= percent * len(values)
    assert 100 * sum(value < found for value in values) < percent * len(values)


@given(st.lists(SECONDS, min_size=1))
def test_a_spread_holds_its_median(values: list[float]) -> None:
    found = spread(values)

    assert found.least <= found.median <= found.most


@pytest.mark.parametrize(("value", "limit", "verdict"), [(299.9, 300, "met"), (300, 300, "not met"), (1, None, "")])
def test_a_figure_must_stay_below_its_limit(value: float, limit: float | None, verdict: str) -> None:
    assert Figure("memory", value, "MB", limit).verdict == verdict


def test_the_table_shows_target_and_verdict_beside_the_ratio() -> None:
    ours, bare = comparison_rows(comparison(Target(at_least=0.2), (4, 1), (2, 1)))

    assert (ours["program"], ours["ours ÷ this"], ours["verdict"]) == (OURS, "", "")
    assert (bare["ours ÷ this"], bare["target"], bare["verdict"]) == (Spread(0.375, 0.25, 0.5), "≥ 0.2", "met")
    assert str(ours["events a second"]) == "37.5\n25 to 50"


def test_the_json_holds_every_run_and_every_verdict() -> None:
    results = [comparison(Target(at_most=1.4), (3, 2)), Figure("p99", 1_500, "ms", 1_000)]
    told = json.loads(json.dumps(plain(results)))

    assert [(run["program"], run["seconds"]) for run in told[0]["runs"]] == [(OURS, 3), (BARE, 2)]
    assert told[0]["targets"][BARE] == {
        "ratio": {"median": 1.5, "least": 1.5, "most": 1.5},
        "target": "time ≤ 1.4",
        "verdict": "not met",
    }
    assert (told[1]["value"], told[1]["verdict"]) == (1_500, "not met")
    assert figure_rows([Figure("p99", 1_500, "ms", 1_000)])[0]["value"] == "1,500 ms"
