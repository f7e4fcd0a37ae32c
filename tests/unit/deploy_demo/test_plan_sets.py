"""Faults at sets of servers: of each at most one member is away, every kind occurs, and a seed is a plan."""

from collections import defaultdict
from datetime import timedelta
from itertools import pairwise
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from deploy.demo.crew import crew
from deploy.demo.folder import LOGS
from deploy.demo.plan import SUPERVISOR, Blow, Kind
from deploy.demo.plan_sets import FEWEST, KINDS, LASTING, LONGEST_S, plan_sets, set_of
from deploy.local.cluster import KAFKAS, MONGOS, SMALL

NAMES = [hand.name for hand in crew(several=True)]
MEMBERS = [*KAFKAS, *MONGOS]
PABXES = ["PABX"]
SEEDS = st.integers(0, 2**32)
SIZES = st.integers(FEWEST, 200)
SPANS = st.integers(60, 1_200).map(lambda seconds: timedelta(seconds=seconds))
SMALLS = st.sampled_from([(), SMALL, SMALL[:1]])


def planned(seed: int, faults: int, lasting: timedelta, small: tuple[str, ...] = SMALL) -> list[Blow]:
    return plan_sets(faults, lasting, seed, NAMES, MEMBERS, pabxes=PABXES, small=small, disks=[LOGS])


@given(SEEDS, SIZES, SPANS, SMALLS)
def test_of_each_set_one_member_is_away_and_comes_back_before_the_next_goes(
    seed: int, faults: int, lasting: timedelta, small: tuple[str, ...]
) -> None:
    """Members of different sets may be away together."""
    by_set: defaultdict[str, list[Blow]] = defaultdict(list)
    found = planned(seed, faults, lasting, small)
    for blow in found:
        if blow.target in MEMBERS:
            by_set[set_of(blow.target)].append(blow)
    assert len(found) == faults
    assert found == sorted(found, key=lambda blow: blow.at)
    assert by_set.keys() == KINDS.keys()
    for name, blows in by_set.items():
        slot = lasting.total_seconds() / len(blows)
        for one, another in pairwise(blows):
            assert one.at + one.lasting + 0.2 * slot <= another.at + 1e-6, name
        assert blows[-1].at + blows[-1].lasting <= lasting.total_seconds()


@given(SEEDS, SIZES, SPANS, SMALLS)
def test_every_kind_strikes_each_set_and_a_disk_is_filled_only_where_it_can_be(
    seed: int, faults: int, lasting: timedelta, small: tuple[str, ...]
) -> None:
    found = planned(seed, faults, lasting, small)
    for name, kinds in KINDS.items():
        ours = [blow for blow in found if blow.target in MEMBERS and set_of(blow.target) == name]
        filled = {blow.target for blow in ours if blow.kind == "full"}
        can_be = {one for one in small if set_of(one) == name}
        assert filled <= can_be
        assert {blow.kind for blow in ours} == {kind for kind in kinds if kind != "full" or can_be}
        assert all((blow.lasting > 0) == (blow.kind in LASTING) and blow.lasting <= LONGEST_S for blow in ours)


def test_every_member_stage_and_pabx_is_struck_and_every_kind_there_is() -> None:
    found = [blow for seed in range(50) for blow in planned(seed, FEWEST, timedelta(minutes=5))]
    assert {blow.target for blow in found} == {*NAMES, *MEMBERS, *PABXES, SUPERVISOR, LOGS}
    assert {blow.kind for blow in found if blow.target == LOGS} == {"full"}
    assert {blow.kind for blow in found} == set(get_args(Kind))
    assert max(blow.lasting for blow in found if blow.target in MEMBERS) > 20


def test_the_same_seed_is_the_same_plan_and_another_is_another() -> None:
    one, again, other = (planned(seed, 40, timedelta(minutes=5)) for seed in (7, 7, 8))
    assert one == again
    assert one != other


def test_a_server_that_is_alone_is_a_set_of_its_own() -> None:
    assert [set_of(name) for name in ("Kafka", "PABX", "MongoDB-3")] == ["Kafka", "PABX", "MongoDB"]
