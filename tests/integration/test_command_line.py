"""`collector` as an operator runs it: a process of its own, against the real servers."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from dotenv import dotenv_values
from pymongo import MongoClient
from pymongo.database import Database

from deploy.stages import STAGES
from deploy.topics import ensure
from schemas.dead import DeadLetter, Why
from schemas.runtime.releases import NEWEST, RELEASES
from schemas.runtime.version import version
from schemas.stages import Heartbeat, Underway
from schemas.topics import SWEEPS
from schemas.views import DEAD_LETTERS, EPOCHS
from schemas.views import STAGES as STAGES_VIEW
from schemas.views import stage as document_of
from tests.integration.command import Collector

pytestmark = pytest.mark.integration

UP_WITHIN = 180.0
AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)

Store = Database[dict[str, Any]]


@pytest.fixture
def collector(kafka: str, mongo_uri: str, database: str, tmp_path: Path) -> Collector:
    return Collector(tmp_path, {"KAFKA_BOOTSTRAP_SERVERS": kafka, "MONGO_URI": mongo_uri, "MONGO_DATABASE": database})


@pytest.fixture
def store(mongo_uri: str, database: str) -> Iterator[Store]:
    with MongoClient[dict[str, Any]](mongo_uri, tz_aware=True) as client:
        yield client[database]


def test_dead_letters_are_shown_without_and_exported_with_their_content(
    collector: Collector, store: Store, tmp_path: Path
) -> None:
    assert "Dead letters: none" in collector("dead-letters").stdout
    for number, (stage, topic) in enumerate(
        [("hydrate", "erp.bill.v1"), ("hydrate", "erp.bill.v10"), ("views", "debtor.v1")]
    ):
        why = {"stage": stage, "place": f"{topic}[2]@{number}", "field": "row", "reason": "no row"}
        content = {"key": b"norte:7:bill:9", "value": b"\xff\x00" if number else b'{"nome": "Maria"}'}
        store[DEAD_LETTERS].insert_one({"_id": number, "version": 0, **why, **content, "at": AT.replace(minute=number)})
    shown = collector("dead-letters").stdout
    assert shown.index("debtor.v1[2]@2") < shown.index("erp.bill.v1[2]@0")
    assert "Maria" not in shown
    assert collector("dead-letters", "--topic", "erp.bill.v1", "--output", "dead.jsonl").returncode == 0
    (letter,) = [json.loads(line) for line in (tmp_path / "dead.jsonl").read_text().splitlines()]
    assert (letter["place"], letter["encoding"], letter["value"]) == ("erp.bill.v1[2]@0", "utf-8", '{"nome": "Maria"}')
    assert "Dead letters: none" in collector("dead-letters", "--instance", "sul").stdout
    assert "erp.bill.v1[2]@0" in collector("dead-letters", "--instance", "norte").stdout
    assert collector("dead-letters", "--stage", "views", "--output", "dead.csv").returncode == 0
    assert "base64" in (tmp_path / "dead.csv").read_text()


async def test_status_counts_lag_sweeps_and_dead_letters(
    collector: Collector, store: Store, kafka: str, prefix: str
) -> None:
    await ensure(kafka, 1)
    group = f"{prefix}.views"
    async with AIOKafkaProducer(bootstrap_servers=kafka) as sender:
        sent = [await sender.send_and_wait(SWEEPS.name, b"{}") for _ in range(3)]
    async with AIOKafkaConsumer(SWEEPS.name, bootstrap_servers=kafka, group_id=group, enable_auto_commit=False) as consumer:
        await consumer.commit({TopicPartition(SWEEPS.name, 0): sent[0].offset})
    for phase, error in (("completed", ""), ("failed", "no answer")):
        sweep = {"instance": "norte", "kind": "bill", "phase": phase, "at": AT, "rows": 9, "published": 1, "error": error}
        store["sweeps"].insert_one({"_id": f"norte:bill:{phase}", **sweep})
    store["sweeps"].insert_one(
        {"_id": "norte:bill:started", "instance": "norte", "kind": "bill", "phase": "started", "at": AT}
    )
    letter = DeadLetter(b"k", b"v", Why(stage="hydrate", place="erp.bill.v1[0]@3", field="row", reason="no row"))
    for number in range(2):
        store[DEAD_LETTERS].insert_one({"_id": number, **letter.why.model_dump(), "key": b"k", "value": b"v", "at": AT})

    for number, until in ((0, None), (3, 90), (4, 40)):
        store[EPOCHS].insert_one({"_id": f"debtors:{number}", "view": "debtors", "next": 30, "until": until})

    found = json.loads(collector("status", "--prefix", group, "--json").stdout)
    assert found["refills"] == [{"view": "debtors", "partitions": [3, 4], "left": 70}]
    behind = found["lag"][0].pop("behind")
    assert found["lag"] == [{"group": group, "topic": SWEEPS.name}]
    assert behind >= 3  # the topic is shared with other tests
    assert [(one["phase"], one["error"]) for one in found["sweeps"]] == [("completed", ""), ("failed", "no answer")]
    (dead,) = found["dead_letters"]
    assert (dead["stage"], dead["topic"], dead["letters"]) == ("hydrate", "erp.bill.v1", 2)
    shown = collector("status", "--prefix", group)
    assert shown.returncode == 0
    assert all(text in shown.stdout for text in (group, "no answer", "erp.bill.v1"))
    assert re.search(r"debtors\W+3-4\W+70\b", shown.stdout), shown.stdout


def test_status_shows_who_is_there_and_checks_it(collector: Collector, store: Store, kafka: str, tmp_path: Path) -> None:
    assert kafka, "without a stage, but with a broker"
    store[STAGES_VIEW].insert_one(document_of(beat("views", lag=12, sweeps=(Underway(instance="norte", kind="bill"),))))
    found = {one["stage"]: one for one in json.loads(collector("status", "--json").stdout)["stages"]}
    assert {name: one["state"] for name, one in found.items()} == {**dict.fromkeys(STAGES, "silent"), "views": "alive"}
    assert (found["views"]["lag"], found["views"]["sweeps"], found["views"]["version"]) == (12, "norte bill", "0.1.0")
    shown, checked = collector.each([("status",), ("status", "--check")])
    assert (shown.returncode, checked.returncode) == (0, 1)
    assert "no heartbeat" in shown.stdout
    for name in STAGES:
        store[STAGES_VIEW].replace_one({"_id": f"{name}:1"}, document_of(beat(name)), upsert=True)
    done = collector("status", "--check", "--output", "stages.csv")
    assert done.returncode == 0, done.stdout
    lines = (tmp_path / "stages.csv").read_text().splitlines()
    assert lines[0].startswith("stage,worker,state,version,since,beat,lag,progress")
    assert [line.split(",")[:4] for line in lines[1:]] == [[name, "1", "alive", "0.1.0"] for name in STAGES]


def beat(name: str, **more: Any) -> Heartbeat:  # noqa: ANN401 - its other fields
    """Ahead of the clock, so that it stays fresh however slow this machine is."""
    at = datetime.now(UTC) + timedelta(hours=1)
    return Heartbeat(stage=name, worker="1", at=at, since=AT, release="0.1.0", **more)


def test_topics_are_created_and_listed_in_a_file(collector: Collector, tmp_path: Path) -> None:
    assert collector("topics", "--output", "topics.csv").returncode == 0
    lines = (tmp_path / "topics.csv").read_text().splitlines()
    assert lines[0] == "topic,partitions,key,outcome"
    assert {line.rsplit(",", 1)[1] for line in lines[1:]} <= {"created", "verified"}


@contextmanager
def up(folder: Path, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`collector up` with servers of its own, until every stage was started; killed at the end if it is still there."""
    surroundings = {
        name: value for name, value in os.environ.items() if name not in {"KAFKA_BOOTSTRAP_SERVERS", "MONGO_URI"}
    }
    command = [sys.executable, "-m", "deploy.cli.main", "up"]
    with log.open("wb") as output, subprocess.Popen(command, cwd=folder, env=surroundings, stderr=output) as process:
        try:
            end = time.monotonic() + UP_WITHIN
            while any(f"{stage} started" not in log.read_text() for stage in STAGES):
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < end, log.read_text()
                time.sleep(0.1)
            yield process
        finally:
            process.kill()


def left_by_a_newer_one(folder: Path) -> str:
    """The release that has left its number in the running system's database; from now on it is a newer one's."""
    uri = str(dotenv_values(folder / ".collector" / "servers.env")["MONGO_URI"])
    with MongoClient[dict[str, Any]](uri) as client:
        found = client["collector"][RELEASES].find_one_and_update({"_id": NEWEST}, {"$set": {"release": "999.0.0"}})
        assert found is not None
        return str(found["release"])


def test_up_makes_its_secrets_runs_every_stage_and_ends_in_order_or_at_once(
    tmp_path: Path, gone: Callable[..., bool]
) -> None:
    """The first life ends by SIGTERM, the second, in the same folder, by `kill -9`; neither leaves a process.

    Between the two a newer release was there: whoever starts says so in one line, and each stage in its log.
    """
    log = tmp_path / "up.log"
    with up(tmp_path, log) as process:
        children = [child.pid for child in psutil.Process(process.pid).children(recursive=True)]
        assert len(children) == len(STAGES) + 2
        assert "made COLLECTOR_SECRET_KEY and COLLECTOR_PERSON_KEY and DASHBOARD_COOKIE_SECRET" in log.read_text()
        command = [sys.executable, "-m", "deploy.cli.main", "status", "--json"]
        status = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert json.loads(status.stdout)["dead_letters"] == []
        assert left_by_a_newer_one(tmp_path) == version()
        process.send_signal(signal.SIGTERM)
        assert process.wait(UP_WITHIN) == 0
    assert gone(*children)
    secrets = (tmp_path / ".collector" / "secrets.env").read_text()
    with up(tmp_path, log) as process:
        children = [child.pid for child in psutil.Process(process.pid).children(recursive=True)]
        assert "made COLLECTOR" not in log.read_text()
        assert f"this is release {version()}, and 999.0.0 has worked with this database before" in log.read_text()
        end = time.monotonic() + UP_WITHIN
        while "older_release" not in (said := (tmp_path / ".collector" / "logs" / "views.log").read_text()):
            assert time.monotonic() < end, said
            time.sleep(0.1)
        process.kill()
    assert gone(*children)
    assert (tmp_path / ".collector" / "secrets.env").read_text() == secrets
