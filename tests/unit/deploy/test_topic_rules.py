"""What is said about a topic that is not as `schemas.topics` wants it."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.topics import Found, ReplicationSettings, drift, growth, objections
from schemas.errors import StopWorker
from schemas.runtime.settings import read
from schemas.topics import DEBTORS, KEYED_PARTITIONS, ROW_TOPICS, SWEEPS, TOPICS

MS_A_DAY = 86_400_000

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


def test_unset_topics_are_kept_as_they_are_declared(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ReplicationSettings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)

    assert read(ReplicationSettings).as_set(TOPICS) == TOPICS


@given(rows=st.integers(180, 3_650), sweeps=st.integers(90, 3_650), in_sync=st.integers(1, 3))
def test_rows_and_sweeps_are_kept_as_long_as_is_said_and_the_rest_as_declared(rows: int, sweeps: int, in_sync: int) -> None:
    """What was erased is gone ten days after that; every topic wants as many copies in sync."""
    kept = ReplicationSettings(keep_rows_days=rows, keep_sweeps_days=sweeps, kafka_replication=3, kafka_min_insync=in_sync)
    found = {topic.name: topic.config for topic in kept.as_set(TOPICS)}
    ours = {topic.name for topic in ROW_TOPICS.values()}

    assert {config.pop("min.insync.replicas") for config in found.values()} == {str(in_sync)}
    for name in ours:
        assert found[name]["min.compaction.lag.ms"] == str(rows * MS_A_DAY)
        assert found[name]["max.compaction.lag.ms"] == str((rows + 10) * MS_A_DAY)
    assert found[SWEEPS.name]["retention.ms"] == str(sweeps * MS_A_DAY)
    assert {topic.name: topic.config for topic in TOPICS if topic.name not in {*ours, SWEEPS.name}} == {
        name: config for name, config in found.items() if name not in {*ours, SWEEPS.name}
    }


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("KAFKA_MIN_INSYNC", "3", r"KAFKA_MIN_INSYNC is wrong .*more than KAFKA_REPLICATION"),
        ("KAFKA_MIN_INSYNC", "0", "KAFKA_MIN_INSYNC is wrong"),
        ("KEEP_ROWS_DAYS", "179", "KEEP_ROWS_DAYS is wrong .*180"),
        ("KEEP_SWEEPS_DAYS", "89", "KEEP_SWEEPS_DAYS is wrong .*90"),
        ("KEEP_ROWS_DAYS", "9999", "KEEP_ROWS_DAYS is wrong .*3650"),
    ],
)
def test_what_cannot_be_kept_names_its_variable(name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Less than what snapshots, replays and comparisons rely on would make numbers of the past that are wrong."""
    monkeypatch.setenv("KAFKA_REPLICATION", "2")
    monkeypatch.setenv(name, value)

    with pytest.raises(StopWorker, match=said):
        read(ReplicationSettings)


def test_a_longer_history_can_be_asked_for() -> None:
    whole = ReplicationSettings(keep_rows_days=365).as_set(ROW_TOPICS.values())

    assert {topic.replay for topic in whole} == {timedelta(days=365)}


@given(st.integers(1, 1_000))
def test_partitions_are_never_more_and_never_fewer_and_it_is_said_why(wanted: int) -> None:
    said = growth(wanted)

    assert said.startswith(f"--grow {wanted}: ")
    assert "\n" not in said
    assert ("already" in said, "takes none away" in said, "second installation" in said) == (
        wanted == KEYED_PARTITIONS,
        wanted < KEYED_PARTITIONS,
        wanted > KEYED_PARTITIONS,
    )
