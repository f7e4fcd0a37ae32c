"""What is said about a topic that is not as `schemas.topics` wants it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.topics import Found, drift, objections
from schemas.topics import DEBTORS, SWEEPS, TOPICS

COUNTS = st.integers(1, 50)


def as_wanted(partitions: int = DEBTORS.partitions, replication: int = 1) -> Found:
    return Found(partitions, replication, {**DEBTORS.config, "segment.bytes": "1073741824"})


@given(partitions=COUNTS, copies=COUNTS, wanted=COUNTS)
def test_there_is_an_objection_exactly_where_something_differs(partitions: int, copies: int, wanted: int) -> None:
    said = objections(DEBTORS, as_wanted(partitions, copies), wanted)
    assert len(said) == (partitions != DEBTORS.partitions) + (copies < wanted)
    assert all(line.startswith("debtor.v1 has ") for line in said)


@pytest.mark.parametrize(("partitions", "reason"), [(5, "keys would move"), (7, "Kafka takes none away")])
def test_both_ways_of_changing_partitions_have_their_reason_and_next_step(partitions: int, reason: str) -> None:
    (said,) = objections(DEBTORS, as_wanted(partitions), 1)
    assert reason in said
    assert "mend schemas/topics.py" in said


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_only_settings_that_we_set_can_drift(topic: object) -> None:
    assert isinstance(topic, type(SWEEPS))
    assert drift(topic, Found(1, 1, {**topic.config, "min.insync.replicas": "7"})) == {}
    assert drift(topic, Found(1, 1, {})) == dict.fromkeys(topic.config, "")


def test_drift_shows_what_the_broker_has() -> None:
    assert drift(SWEEPS, Found(1, 1, {**SWEEPS.config, "retention.ms": "1"})) == {"retention.ms": "1"}
