"""A plan of faults: seeded, bounded, and with every kind in it."""

from collections import Counter, defaultdict
from datetime import timedelta
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from deploy.demo.chaos import said
from deploy.demo.crew import crew
from deploy.demo.plan import (
    CLOCKED,
    DURATION,
    FAULTS,
    FEWEST,
    LONGEST_PAUSE,
    STEPS,
    SUPERVISOR,
    Blow,
    Kind,
    longest_pause,
    plan,
)
from deploy.stages import STAGES

NAMES = [hand.name for hand in crew(several=True)]
SERVERS = ["Kafka", "MongoDB"]
PABXES = ["PABX"]
SEEDS = st.integers(0, 2**32)
SIZES = st.integers(FEWEST, 200)
SPANS = st.integers(10, 1_200).map(lambda seconds: timedelta(seconds=seconds))


@given(SEEDS, SIZES, SPANS)
def test_every_kind_occurs_and_all_of_it_within_its_time(seed: int, faults: int, lasting: timedelta) -> None:
    """Also pauses: none outlives the chaos, or is longer than the longest."""
    found = plan(faults, lasting, seed, NAMES, SERVERS, pabxes=PABXES)

    assert len(found) == faults
    assert {blow.kind for blow in found} == set(get_args(Kind)) - {"cut", "full", "loss"}
    for blow in found:
        assert 0 <= blow.at <= blow.at + blow.lasting <= lasting.total_seconds() + 1e-6
        assert (blow.lasting > 0) == (blow.kind == "pause")
        assert blow.lasting <= longest_pause(lasting).total_seconds() <= LONGEST_PAUSE.total_seconds()
    assert found == sorted(found, key=lambda blow: blow.at)


@given(SEEDS, SIZES, SPANS)
def test_each_server_is_restarted_and_paused_once_never_at_once(seed: int, faults: int, lasting: timedelta) -> None:
    found = plan(faults, lasting, seed, NAMES, SERVERS, pabxes=PABXES)
    for server in SERVERS:
        ours = [blow for blow in found if blow.target == server]
        assert [blow.kind for blow in ours] == ["restart", "pause"]


@given(SEEDS, SIZES, SPANS)
def test_a_pabx_is_killed_once_and_stands_still_for_less_than_a_minute(seed: int, faults: int, lasting: timedelta) -> None:
    ours = [blow for blow in plan(faults, lasting, seed, NAMES, SERVERS, pabxes=PABXES) if blow.target in PABXES]

    assert [blow.kind for blow in ours] == ["kill", "pause"]
    assert ours[1].lasting < 60


@given(SEEDS, SIZES, SPANS)
def test_a_clock_that_was_right_is_moved_by_a_step_and_then_put_right_again(
    seed: int, faults: int, lasting: timedelta
) -> None:
    clocks: defaultdict[str, timedelta] = defaultdict(timedelta)
    for blow in plan(faults, lasting, seed, NAMES, SERVERS, pabxes=PABXES):
        if blow.kind == "clock":
            assert blow.target.startswith(CLOCKED)
            assert abs(blow.shift) in (STEPS if not clocks[blow.target] else (timedelta(),))
            clocks[blow.target] = blow.shift


@given(SEEDS, SIZES, SPANS)
def test_a_supervisor_is_killed_once_and_that_is_one_of_the_faults(seed: int, faults: int, lasting: timedelta) -> None:
    found = plan(faults, lasting, seed, NAMES, SERVERS, pabxes=PABXES, supervisor=True)

    assert len(found) == faults
    assert [blow.kind for blow in found if blow.target == SUPERVISOR] == ["kill"]


def test_clocks_are_wrong_by_an_hour_and_by_three_either_way() -> None:
    found = [blow for seed in range(50) for blow in plan(FAULTS, DURATION, seed, NAMES, SERVERS, pabxes=PABXES)]
    moved = {blow.shift for blow in found if blow.kind == "clock" and blow.shift}
    assert moved == {sign * step for sign in (-1, 1) for step in STEPS}


def test_the_usual_one_has_forty_faults_in_five_minutes_and_pauses_of_up_to_two() -> None:
    assert (FAULTS, DURATION, longest_pause(DURATION)) == (40, timedelta(minutes=5), timedelta(minutes=2))
    found = [blow for seed in range(50) for blow in plan(FAULTS, DURATION, seed, NAMES, SERVERS, pabxes=PABXES)]
    assert max(blow.lasting for blow in found) > 110
    struck = Counter(blow.target for blow in found if blow.kind in {"kill", "end", "pause"})
    assert struck.keys() == {*NAMES, *SERVERS, *PABXES}


def test_who_asks_for_the_time_before_it_writes_or_rings_lives_in_another_hour_now_and_then() -> None:
    found = [blow for seed in range(50) for blow in plan(FAULTS, DURATION, seed, NAMES, SERVERS, pabxes=PABXES)]
    assert {blow.target.rpartition("-")[0] for blow in found if blow.kind == "clock"} == {
        "erp-poller",
        "hydrate",
        "dialer",
        "originate",
    }


def test_the_same_seed_is_the_same_plan_and_another_is_another() -> None:
    one, again, other = (plan(FAULTS, DURATION, seed, NAMES, SERVERS, pabxes=PABXES) for seed in (7, 7, 8))
    assert one == again
    assert one != other


def test_under_chaos_there_are_several_of_whatever_shares_its_work() -> None:
    assert [hand.name for hand in crew(several=False)] == list(STAGES)
    count = Counter(hand.stage for hand in crew(several=True))
    several = {"erp-poller": 2, "cdr-poller": 2, "hydrate": 3, "dialer": 4, "originate": 3}
    assert {**dict.fromkeys(STAGES, 1), **several} == count
    assert len(set(NAMES)) == len({(hand.stage, hand.worker) for hand in crew(several=True)}) == len(NAMES)


def test_every_kind_is_told_in_words() -> None:
    told = {said(Blow(1, "hydrate-1", kind, lasting=20, shift=-STEPS[1])) for kind in get_args(Kind)}
    assert told == {
        "SIGKILL to hydrate-1",
        "SIGTERM to hydrate-1",
        "SIGSTOP to hydrate-1 for 20 s",
        "clock of hydrate-1 now -3 h, SIGTERM",
        "restart of hydrate-1",
        "port of hydrate-1 cut for 20 s",
        "disk of hydrate-1 full for 20 s",
        "SIGKILL to hydrate-1, its volume lost",
    }
