"""How far behind a consumer group is."""

from datetime import UTC, datetime, timedelta

import pytest
from aiokafka import TopicPartition
from hypothesis import given
from hypothesis import strategies as st

from deploy.status import Lag, LastSweep, lags, standing

OFFSETS = st.integers(0, 1000)


@given(st.dictionaries(st.integers(0, 5), st.tuples(OFFSETS, OFFSETS, OFFSETS), min_size=1))
def test_lag_is_the_sum_over_partitions_of_what_was_written_and_not_committed(
    partitions: dict[int, tuple[int, int, int]],
) -> None:
    begins, committed, ends = {}, {}, {}
    for number, offsets in partitions.items():
        one = TopicPartition("queue.v1", number)
        begins[one], committed[one], ends[one] = sorted(offsets)
    expected = sum(ends.values()) - sum(committed.values())
    assert lags("dialer", committed, begins, ends) == [Lag(group="dialer", topic="queue.v1", behind=expected)]


def test_a_partition_without_a_commit_lags_from_its_beginning() -> None:
    one = TopicPartition("a", 0)
    assert lags("g", {one: -1}, {one: 100}, {one: 150}) == [Lag(group="g", topic="a", behind=50)]


def test_a_commit_before_the_oldest_record_counts_only_what_is_there() -> None:
    one = TopicPartition("a", 0)
    assert lags("g", {one: 10}, {one: 100}, {one: 150})[0].behind == 50


def test_topics_are_told_apart_and_a_commit_past_the_end_is_no_lag() -> None:
    ends = {TopicPartition("b", 0): 3, TopicPartition("a", 0): 1}
    found = lags("g", {TopicPartition("b", 0): 1, TopicPartition("a", 0): 5}, dict.fromkeys(ends, 0), ends)
    assert found == [Lag(group="g", topic="a", behind=0), Lag(group="g", topic="b", behind=2)]


AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def ended(phase: str, minutes: int, *, instance: str = "norte", kind: str = "bill") -> LastSweep:
    at = AT + timedelta(minutes=minutes)
    return LastSweep(instance=instance, kind=kind, phase=phase, at=at, rows=9, published=1, error="")


@pytest.mark.parametrize("phase", ["failed", "held"])
def test_a_failure_is_over_once_the_same_kind_of_the_same_instance_was_read(phase: str) -> None:
    """An operator acted on a failure of last week."""
    others = [ended(phase, 0, kind="client"), ended(phase, 0, instance="sul")]
    success = ended("completed", 5)

    assert standing([success, ended(phase, 0), *others]) == [success, *others]


@pytest.mark.parametrize("minutes", [5, 6])
def test_a_failure_since_the_last_success_stands(minutes: int) -> None:
    found = [ended("completed", 5), ended("failed", minutes)]

    assert standing(found) == found
