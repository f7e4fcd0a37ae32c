"""Every topic is what it says it is, and every check of that can fail."""

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import schemas
from deploy.stages import STAGES
from schemas.topics import BILLS, CALLS, DEAD, DEBTORS, QUEUE, ROW_TOPICS, TOPICS, Topic
from tests.contract.policy import topic_faults, use_faults, used_by

ROOT = Path(schemas.__file__).parent.parent


def test_topics_keep_the_policy() -> None:
    assert list(topic_faults(TOPICS, STAGES)) == []


def test_topics_are_used_by_the_stages_that_they_name() -> None:
    assert list(use_faults(TOPICS, STAGES, ROOT)) == []


def test_every_declared_topic_is_created() -> None:
    """`collector topics` creates `TOPICS`; a topic that is missing there exists nowhere."""
    from schemas import topics  # noqa: PLC0415 - looked into as a module

    assert {value.name for value in vars(topics).values() if isinstance(value, Topic)} == {topic.name for topic in TOPICS}
    assert set(ROW_TOPICS.values()) <= set(TOPICS)


@pytest.mark.parametrize(
    ("spoiled", "complaint"),
    [
        ({"name": "ERP.Bill"}, "is no topic name"),
        ({"name": "erp.bill"}, "is no topic name"),
        ({"replay": None}, "needs one of replay and retention"),
        ({"replay": timedelta(200)}, "longer than ERASE"),
        ({"partitions": 7}, "KEYED_PARTITIONS"),
        ({"producers": ()}, "written or read by nobody"),
        ({"consumers": ()}, "written or read by nobody"),
        ({"producers": ("erp-poler",)}, "names erp-poler, which is no stage"),
        ({"consumers": ("hydrat",)}, "names hydrat, which is no stage"),
    ],
)
def test_each_rule_can_be_broken(spoiled: dict[str, Any], complaint: str) -> None:
    (said,) = topic_faults([replace(BILLS, **spoiled)], STAGES)

    assert complaint in said


def test_a_topic_that_is_declared_twice_is_noticed() -> None:
    assert set(topic_faults([BILLS, BILLS], STAGES)) == {"erp.bill.v1 is declared twice"}


@pytest.mark.parametrize(
    ("file", "word", "complaint"),
    [
        ("processors/dialer/worker.py", "QUEUE", "queue.v1 names dialer, whose code never uses it"),
        ("processors/hydrate/stage.py", "BILLS", "erp.bill.v1 names hydrate, whose code never uses it"),
        ("producers/erp/outbox.py", "SWEEPS", "erp.sweep.v1 names erp-poller, whose code never uses it"),
        ("sinks/views/worker.py", "VIEWS", "debtor.v1 names views, whose code never uses it"),
        ("dashboard/app.py", "schemas.runtime.process", "stage.v1 names dashboard, whose code never uses it"),
    ],
)
def test_a_stage_that_no_longer_uses_a_topic_is_noticed(tmp_path: Path, file: str, word: str, complaint: str) -> None:
    for package in ("producers", "processors", "sinks", "dashboard"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("*.pyc", "__pycache__"))
    source = tmp_path / file
    source.write_text(source.read_text().replace(word, "GONE"))

    assert complaint in list(use_faults(TOPICS, STAGES, tmp_path))


def test_a_topic_of_no_stages_code_is_noticed() -> None:
    unused = replace(QUEUE, name="call.nobody.v1", producers=("dialer",), consumers=("views",))

    assert list(use_faults([unused], STAGES, ROOT)) == [
        "call.nobody.v1 names dialer, whose code never uses it",
        "call.nobody.v1 names views, whose code never uses it",
    ]


def test_a_stage_uses_what_it_imports_and_what_its_own_package_imports() -> None:
    assert {DEBTORS.name, QUEUE.name, DEAD.name} <= set(used_by("processors.dialer.worker", ROOT))
    assert BILLS.name not in set(used_by("processors.dialer.worker", ROOT))


def test_kafka_compacts_what_is_kept_and_deletes_what_is_not() -> None:
    assert BILLS.config == {
        "max.message.bytes": "2097152",
        "delete.retention.ms": str(30 * 86_400_000),
        "cleanup.policy": "compact",
        "min.compaction.lag.ms": str(180 * 86_400_000),
        "max.compaction.lag.ms": str(190 * 86_400_000),
    }
    assert DEBTORS.config["segment.ms"] == DEBTORS.config["min.compaction.lag.ms"] == str(3_600_000)
    assert DEAD.config["cleanup.policy"] == "delete"
    assert DEAD.config["retention.ms"] == str(365 * 86_400_000)
    assert CALLS.config["cleanup.policy"] == "compact,delete"
    assert CALLS.config["retention.ms"] == str(180 * 86_400_000)
    assert CALLS.config["min.compaction.lag.ms"] == str(3_600_000)
