"""The local servers' configuration, their ports and the lock of their jars, as values."""

import re
import socket
import string
import uuid
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jgo.env import LockFile

from deploy.leash import lives
from deploy.local import jars, ports
from deploy.local.kafka import cluster_id, properties
from deploy.local.stack import local_stack
from deploy.local.wheels import part
from schemas.errors import StopWorker

LOCK = jars.LOCK.read_text()


@given(st.uuids())
@example(uuid.UUID(int=0xFB << 120))
def test_a_cluster_id_is_one_that_kafkas_tools_take(seed: uuid.UUID) -> None:
    found = cluster_id(seed)
    assert len(found) == 22
    assert set(found) <= {*string.ascii_letters, *string.digits, "-", "_"}
    assert found[0] != "-"


def test_the_broker_listens_on_the_loopback_only_and_makes_no_topic_by_accident() -> None:
    settings = dict(line.split("=", 1) for line in properties(Path("data"), 2001, 2002).splitlines())
    assert settings["listeners"] == "PLAINTEXT://127.0.0.1:2001,CONTROLLER://127.0.0.1:2002"
    assert settings["advertised.listeners"] == "PLAINTEXT://127.0.0.1:2001"
    assert settings["controller.quorum.voters"] == "1@127.0.0.1:2002"
    assert settings["auto.create.topics.enable"] == "false"
    assert {value for name, value in settings.items() if "replication.factor" in name or name.endswith("min.isr")} == {"1"}


def test_free_ports_differ_and_are_none_that_a_client_may_get_as_its_own() -> None:
    found = ports.free(20)
    assert len(set(found)) == 20
    assert all(ports.LOWEST <= port < ports._end() for port in found)
    for port in found:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", port))


def test_every_jar_is_locked_by_its_sum_and_by_nothing_of_one_machine() -> None:
    locked = LockFile.load(jars.LOCK).dependencies
    assert {(jar.groupId, jar.artifactId, jar.version) for jar in locked} >= {tuple(root.split(":")) for root in jars.ROOTS}
    assert all(re.fullmatch(r"[0-9a-f]{64}", str(jar.sha256)) for jar in locked)
    assert not re.search(r"https?:|file:|[\"' ]/|\\", LOCK)


def test_all_of_kafka_is_of_one_version() -> None:
    """A common resolution with log4j's binding takes an older client library, and the broker does not start."""
    locked = LockFile.load(jars.LOCK).dependencies
    assert {jar.version for jar in locked if jar.groupId == "org.apache.kafka"} == {jars.ROOTS[0].rsplit(":", 1)[1]}


def test_a_platform_without_the_wheels_names_both_variables() -> None:
    with pytest.raises(StopWorker, match=r"no_such_wheel.* set KAFKA_BOOTSTRAP_SERVERS and MONGO_URI") as said:
        part("no_such_wheel")
    assert "\n" not in str(said.value)


async def test_a_login_for_a_broker_that_knows_none_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KAFKA_SECURITY", "SASL_SSL")
    with pytest.raises(StopWorker, match=r"^KAFKA_SECURITY=SASL_SSL without KAFKA_BOOTSTRAP_SERVERS: "):
        async with local_stack(tmp_path, print, {}):
            pass


def test_a_process_that_cannot_be_lives_not() -> None:
    assert lives(1)
    assert not lives(2**22 + 1)  # above the kernel's greatest id
