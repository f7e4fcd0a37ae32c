"""What COLLECTOR_HOME keeps, and when it may speak for the environment."""

import stat
from io import StringIO
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from dotenv import dotenv_values

from deploy.home import Home, complete, told_in, unfold
from deploy.secrets import BACKUP_KEY, HOME_SECRETS, KEYS, MAKERS, lines, make
from schemas.errors import StopWorker

SERVERS = {"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1", "MONGO_URI": "mongodb://127.0.0.1:2/?replicaSet=rs0"}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def test_missing_secrets_are_made_once_and_kept_for_their_owner_only(home: Home) -> None:
    with home.held():
        first, made = home.secrets({})
        assert (set(first), made) == (set(HOME_SECRETS), list(HOME_SECRETS))
        assert home.secrets({}) == (first, [])
    assert stat.S_IMODE((home.folder / "secrets.env").stat().st_mode) == 0o600
    assert stat.S_IMODE(home.folder.stat().st_mode) == 0o700


def test_a_secret_of_the_environment_is_neither_made_nor_kept(home: Home) -> None:
    with home.held():
        found, made = home.secrets(dict.fromkeys(HOME_SECRETS, "mine") | {"COLLECTOR_PERSON_KEY": ""})
    assert (list(found), made) == (["COLLECTOR_PERSON_KEY"], ["COLLECTOR_PERSON_KEY"])
    assert "COLLECTOR_SECRET_KEY" not in (home.folder / "secrets.env").read_text()


def test_the_folder_has_one_owner_at_a_time(home: Home) -> None:
    assert not home.running
    with home.held():
        assert home.running
        with pytest.raises(StopWorker, match="COLLECTOR_HOME"), home.held():
            pytest.fail("two owners")
    assert not home.running


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StopWorker, match=r"COLLECTOR_HOME=.* cannot be written"), Home(tmp_path / "file" / "home").held():
        pytest.fail("it was made")


def test_other_commands_find_the_servers_only_while_they_run(home: Home) -> None:
    with home.held():
        home.announce(SERVERS)
        secrets, _ = home.secrets({})
        environ = {"LOG_LEVEL": "DEBUG"}
        home.fill(environ)
        assert environ == {"LOG_LEVEL": "DEBUG", **SERVERS, **secrets}
    environ = {}
    home.fill(environ)
    assert environ == secrets


def test_what_the_environment_says_wins(home: Home) -> None:
    with home.held():
        home.announce(SERVERS)
        environ = {"KAFKA_BOOTSTRAP_SERVERS": "mine:9092"}
        home.fill(environ)
        assert environ == {**SERVERS, "KAFKA_BOOTSTRAP_SERVERS": "mine:9092"}


def test_another_database_gets_none_of_our_secrets(home: Home) -> None:
    with home.held():
        home.announce(SERVERS)
        home.secrets({})
        environ = {"MONGO_URI": "mongodb://production"}
        home.fill(environ)
    assert environ == {"MONGO_URI": "mongodb://production"}


def test_what_is_told_by_a_file_is_told(home: Home, tmp_path: Path) -> None:
    """Both a variable and its file would stop every stage."""
    file = tmp_path / "secret"
    environ = {f"{name}_FILE": str(file) for name in HOME_SECRETS}
    with home.held():
        home.announce(SERVERS)
        assert home.secrets(environ) == ({}, [])
        home.fill(environ)
    assert environ.keys() == {f"{name}_FILE" for name in HOME_SECRETS} | SERVERS.keys()
    (tmp_path / ".env").write_text("COLLECTOR_SECRET_KEY=other\nLOG_LEVEL_FILE=other\n")
    before = dict(environ := environ | {"LOG_LEVEL": "INFO"})
    complete(environ, tmp_path / ".env")
    assert environ == before


def test_a_database_that_a_file_names_is_anothers(home: Home, tmp_path: Path) -> None:
    file = tmp_path / "uri"
    file.write_text("mongodb://production\n")
    environ = {"MONGO_URI_FILE": str(file), "LOG_LEVEL": "INFO"}
    unfold(environ)
    home.fill(environ)
    assert environ == {"MONGO_URI": "mongodb://production", "LOG_LEVEL": "INFO"}
    with pytest.raises(StopWorker, match="MONGO_URI and MONGO_URI_FILE are both set"):
        unfold({**environ, "MONGO_URI_FILE": str(file)})


def test_a_key_is_in_the_file_that_says_what_is_in_use(home: Home, tmp_path: Path) -> None:
    """So that a copy is kept of the right one."""
    dotenv, own = tmp_path / ".env", tmp_path / "person.key"
    with home.held():
        kept, _ = home.secrets({})
    assert told_in(KEYS, kept, (dotenv, home.kept)) == [home.kept]
    dotenv.write_text(f"{BACKUP_KEY}={kept[BACKUP_KEY]}\nLOG_LEVEL=INFO\n")
    assert told_in(KEYS, kept, (dotenv, home.kept)) == [dotenv, home.kept]
    others = {**dict.fromkeys(KEYS, "others"), "LOG_LEVEL": "INFO"}
    assert told_in(KEYS, others, (dotenv, home.kept)) == []
    assert told_in(KEYS, {"COLLECTOR_PERSON_KEY_FILE": str(own)}, (dotenv, home.kept)) == [own]


def test_a_folder_that_was_never_used_says_nothing_and_is_not_made(home: Home) -> None:
    environ: dict[str, str] = {}
    home.fill(environ)
    assert environ == {}
    assert not home.folder.exists()


def test_an_env_file_completes_what_the_environment_does_not_say(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("LOG_LEVEL=DEBUG\nMONGO_PASSWORD=a$b\nCOLLECTOR_HOME=\nDASHBOARD_PORT=9\n")
    environ = {"LOG_LEVEL": "INFO", "DASHBOARD_PORT": ""}
    complete(environ, tmp_path / ".env")
    assert environ == {"LOG_LEVEL": "INFO", "MONGO_PASSWORD": "a$b", "DASHBOARD_PORT": "9"}
    complete(environ, tmp_path / "none")
    (tmp_path / ".env").write_bytes(b"\xff\xfe")
    with pytest.raises(StopWorker, match=r"\.env cannot be read"):
        complete({}, tmp_path / ".env")


def test_secrets_cut_while_they_were_written_are_made_again(home: Home) -> None:
    """Half a file was never used: whole ones come by a rename."""
    with home.held():
        (home.folder / "secrets.partial").write_text("COLLECTOR_SECRET_KEY=ha")
        found, made = home.secrets({})
        assert made == list(HOME_SECRETS)
        assert home.secrets({}) == (found, [])
    assert stat.S_IMODE((home.folder / "secrets.env").stat().st_mode) == 0o600


def test_every_secret_is_fresh_long_and_survives_the_file(home: Home) -> None:
    one, other = make((), tuple(MAKERS)), make((), tuple(MAKERS))
    assert set(one.values()).isdisjoint(other.values())
    assert all(len(value) >= 32 for value in one.values())
    assert dotenv_values(stream=StringIO(lines(one)), interpolate=False) == one
    Fernet(one["COLLECTOR_SECRET_KEY"])
    assert str(home.folder) not in lines(one)
