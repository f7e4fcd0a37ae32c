"""Jars are believed only when their sum is the locked one; the repository here is a folder behind a real web server."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from jgo.env import LockFile

from deploy.local import jars
from schemas.errors import StopWorker

pytestmark = pytest.mark.integration


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    """One small jar of the real lock."""
    whole = LockFile.load(jars.LOCK)
    whole.dependencies = [jar for jar in whole.dependencies if jar.artifactId == "slf4j-api"]
    whole.save(tmp_path / "jgo.lock.toml")
    return tmp_path / "jgo.lock.toml"


@pytest.fixture
def genuine(lock: Path) -> bytes:
    """The jar, from this machine's cache or from where it is published."""
    (path,) = jars.class_path(print, lock)
    return path.read_bytes()


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The jar's place in a repository that jgo is told to use; the cache is empty."""
    monkeypatch.setenv("M2_REPO", str(tmp_path / "cache"))
    monkeypatch.setenv("JGO_CONFIG_FILE", str(tmp_path / "jgo.conf"))
    served = tmp_path / "served" / "org" / "slf4j" / "slf4j-api" / "1.7.36" / "slf4j-api-1.7.36.jar"
    served.parent.mkdir(parents=True)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path / "served"))) as server:
        (tmp_path / "jgo.conf").write_text(f"[repositories]\ncentral = http://127.0.0.1:{server.server_port}\n")
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield served
        server.shutdown()
        thread.join()


def test_a_missing_jar_is_fetched_once(genuine: bytes, repository: Path, lock: Path) -> None:
    repository.write_bytes(genuine)
    told: list[str] = []
    (path,) = jars.class_path(told.append, lock)
    assert path.read_bytes() == genuine
    repository.unlink()
    assert jars.class_path(told.append, lock) == [path]
    assert told == ["fetching 1 jars of Apache Kafka, once"]


def test_half_a_jar_in_the_cache_is_fetched_anew(genuine: bytes, repository: Path, lock: Path) -> None:
    repository.write_bytes(genuine)
    (path,) = jars.class_path(print, lock)
    path.write_bytes(genuine[:1000])
    (path,) = jars.class_path(print, lock)
    assert path.read_bytes() == genuine


def test_a_jar_that_was_changed_on_the_way_is_refused(repository: Path, lock: Path) -> None:
    repository.write_bytes(b"another jar")
    with pytest.raises(StopWorker, match=r"slf4j-api.* is not the file that jgo\.lock\.toml names"):
        jars.class_path(print, lock)


def test_a_jar_that_is_nowhere_names_the_variable(repository: Path, lock: Path) -> None:
    assert not repository.exists()
    with pytest.raises(StopWorker, match=r"slf4j-api.*cannot be fetched .*KAFKA_BOOTSTRAP_SERVERS"):
        jars.class_path(print, lock)
