"""Every partition is somebody's, whatever the broker's metadata lack just then."""

from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.cluster import ClusterMetadata
from aiokafka.coordinator.protocol import ConsumerProtocolMemberMetadata

from processors.hydrate.stage import HYDRATE
from processors.keyed.app import make_app
from schemas.runtime.assignment import Known, RoundRobin
from schemas.runtime.settings import KafkaSettings
from schemas.topics import BILLS, DEBTORS

NOTHING = ClusterMetadata()


def test_a_topic_that_the_metadata_lack_is_shared_out_all_the_same() -> None:
    """Two members of a sink, asked just after the broker came back."""
    members = {name: ConsumerProtocolMemberMetadata(0, [DEBTORS.name], b"") for name in ("a", "b")}
    shared = RoundRobin.assign(NOTHING, members)
    given = [number for one in shared.values() for topic, numbers in one.assignment for number in numbers]

    assert sorted(given) == list(range(DEBTORS.partitions))


def test_a_keyed_stage_shares_out_all_of_its_sources_side_by_side() -> None:
    app = make_app(HYDRATE, KafkaSettings(kafka_bootstrap_servers="127.0.0.1:1"))
    assignor: Any = app.assignor
    names = [topic.name for topic in HYDRATE.sources]
    members = {name: assignor.metadata(names) for name in ("a", "b", "c", "d")}
    shared = assignor.assign(NOTHING, members)
    given = [{topic: set(numbers) for topic, numbers in one.assignment} for one in shared.values()]

    assert all(set(one) == set(names) and len({frozenset(numbers) for numbers in one.values()}) == 1 for one in given)
    assert sorted(number for one in given for number in one[BILLS.name]) == list(range(BILLS.partitions))


@pytest.mark.parametrize(("there", "known"), [({0, 1}, {0, 1}), (None, set(range(6))), (set(), set(range(6)))])
def test_what_the_broker_says_counts_where_it_says_something(there: set[int] | None, known: set[int]) -> None:
    assert Known(SimpleNamespace(partitions_for_topic=lambda _: there)).partitions_for_topic(BILLS.name) == known


def test_a_foreign_topic_stays_unknown() -> None:
    assert Known(NOTHING).partitions_for_topic("x.v1") is None
