"""What `up` hands to its stages and tells its operator."""

from dataclasses import replace
from pathlib import Path

import pytest

from deploy.home import Home
from deploy.local.stack import Stack, database
from deploy.secrets import BACKUP_KEY, HOME_SECRETS, STAGE_SECRETS
from deploy.supervisor import Ended, NotStarted, Started
from deploy.up import environment, on_port_of_its_own, told, where

STACK = Stack("127.0.0.1:1", "mongodb://127.0.0.1:2/?replicaSet=rs0", None, None)
SECRETS = dict.fromkeys(STAGE_SECRETS, "theirs")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "home").mkdir()
    return Home(tmp_path / "home")


def test_on_a_database_of_ours_missing_secrets_are_made_and_told_once(home: Home) -> None:
    said: list[str] = []
    first = environment(home, STACK, {}, said.append)
    assert all(first[name] for name in STAGE_SECRETS)
    assert said == [f"made {' and '.join(HOME_SECRETS)} and keep them in {home.folder / 'secrets.env'}"]
    again = environment(home, STACK, {}, said.append)
    assert {name: again[name] for name in STAGE_SECRETS} == {name: first[name] for name in STAGE_SECRETS}
    assert len(said) == 1
    kept, made = home.secrets({})
    assert (BACKUP_KEY in kept, made) == (True, []), "for `collector backup`"
    assert BACKUP_KEY not in first


def test_servers_that_run_alone_are_told_unless_the_environment_named_them(tmp_path: Path) -> None:
    """Whose address may carry a password."""
    mongo = database(tmp_path, 2, print)
    said = where(replace(STACK, mongo=mongo))
    assert said[0] == f"MONGO_URI={STACK.mongo_uri}"
    assert STACK.kafka_bootstrap not in str(said)
    assert len(where(STACK)) == 1


def test_on_another_database_nothing_is_made_up(home: Home) -> None:
    said: list[str] = []
    env = environment(home, STACK, {**SECRETS, "MONGO_URI": "mongodb://production", "COLLECTOR_SECRET_KEY": ""}, said.append)
    assert not env["COLLECTOR_SECRET_KEY"]
    assert said == ["COLLECTOR_SECRET_KEY not set: the stages that need them will say so"]
    assert not (home.folder / "secrets.env").exists()


def test_every_stage_gets_the_servers_that_run_and_the_rest_of_the_environment(home: Home) -> None:
    env = environment(home, STACK, {**SECRETS, "LOG_LEVEL": "DEBUG", "DASHBOARD_PORT": "9999"}, print)
    assert env == {**SECRETS, **STACK.environment, "LOG_LEVEL": "DEBUG", "DASHBOARD_PORT": "9999"}


@pytest.mark.parametrize(
    ("given", "ports"),
    [({"METRICS_PORT": "9100"}, ["9100", "9101"]), ({"METRICS_PORT": "0"}, ["0", "0"]), ({"METRICS_PORT": "x"}, ["x", "x"])],
)
def test_each_stage_shows_its_metrics_on_a_port_of_its_own(given: dict[str, str], ports: list[str]) -> None:
    """All of them on one port: the second could not start."""
    assert [on_port_of_its_own({**given, "A": "b"}, number) for number in (0, 1)] == [
        {"METRICS_PORT": port, "A": "b"} for port in ports
    ]
    assert on_port_of_its_own({"A": "b"}, 3) == {"A": "b"}


def test_the_last_words_of_a_stage_stand_below_its_end() -> None:
    end = Ended("views", 9, 1, 3, 1, Path("views.log"), said="first\nlast")
    assert told(end).splitlines()[1:] == ["    first", "    last"]
    assert told(Started("views", 9, 77, 0)) == "views started (process 77)"
    cannot = NotStarted("views", 9, "[Errno 11] Resource temporarily unavailable", 2)
    assert told(cannot) == "views cannot be started ([Errno 11] Resource temporarily unavailable); tried again in 2 s"
