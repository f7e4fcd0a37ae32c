"""The jars of the real Apache Kafka: named and summed in `jgo.lock.toml`, fetched by jgo, never taken on trust.

To renew the lock: change ROOTS, run `python -m deploy.local.jars`, read the difference, commit both files.
"""

import fcntl
import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from jgo.config import GlobalSettings
from jgo.constants import MAVEN_CENTRAL_URL
from jgo.env import LockedDependency, LockFile
from jgo.maven import Artifact, MavenContext
from requests import RequestException

from schemas.errors import StopWorker

# Resolved apart, first wins: log4j's own version table would pull kafka-clients down to 3.9.
ROOTS = ("org.apache.kafka:kafka_2.13:4.3.1", "org.apache.logging.log4j:log4j-slf4j-impl:2.25.4")
LOCK = Path(__file__).with_name("jgo.lock.toml")
AT_ONCE = 8
TIMEOUT = 30


class Jar(NamedTuple):
    """One locked file. `sha256` in hexadecimal digits."""

    artifact: Artifact
    sha256: str

    @property
    def path(self) -> Path:
        """Where it is, or will be once it is fetched."""
        artifact = self.artifact
        folder: Path = artifact.context.repo_cache / artifact.component.path_prefix
        return folder / artifact.cached_filename


def class_path(report: Callable[[str], None], lock: Path = LOCK) -> list[Path]:
    """Every jar of the lock, on disk and with the locked sum. Fetches what is missing or damaged. Raises StopWorker."""
    maven = _maven()
    jars = [Jar(_artifact(maven, locked), str(locked.sha256)) for locked in LockFile.load(lock).dependencies]
    with _alone(maven.repo_cache), ThreadPoolExecutor(AT_ONCE) as pool:
        missing = [jar for jar, sound in zip(jars, pool.map(_is_sound, jars), strict=True) if not sound]
        if missing:
            report(f"fetching {len(missing)} jars of Apache Kafka, once")
        list(pool.map(_fetch, missing))
    return [jar.path for jar in jars]


def renew() -> int:
    """Resolve ROOTS anew, write the lock, return how many jars it holds."""
    maven = _maven()
    found: dict[tuple[str, str], LockedDependency] = {}
    for root in ROOTS:
        dependency = maven.create_dependency(root)
        dependency.scope = "compile"
        roots, transitive = maven.resolver.resolve([dependency])
        for one in (*roots, *(other for other in transitive if other.scope in {"compile", "runtime"})):
            found.setdefault((one.groupId, one.artifactId), LockedDependency.from_dependency(one))
    LockFile([found[key] for key in sorted(found)], environment_name="kafka").save(LOCK)
    return len(found)


def _maven() -> MavenContext:
    settings = GlobalSettings.load()  # a mirror in the user's own jgo configuration is honoured
    return MavenContext(
        repo_cache=settings.repo_cache, remote_repos={"central": MAVEN_CENTRAL_URL, **settings.repositories}, timeout=TIMEOUT
    )


def _artifact(maven: MavenContext, jar: LockedDependency) -> Artifact:
    return maven.project(jar.groupId, jar.artifactId).at_version(jar.version).artifact(jar.classifier or "", jar.packaging)


def _is_sound(jar: Jar) -> bool:
    try:
        with jar.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == jar.sha256
    except FileNotFoundError:
        return False


def _fetch(jar: Jar) -> None:
    jar.path.unlink(missing_ok=True)  # jgo leaves half a file where it was killed, and then believes in it
    try:
        jar.artifact.resolve()
    except (RequestException, RuntimeError) as exc:
        raise StopWorker(
            f"{jar.artifact} cannot be fetched ({type(exc).__name__}): mend the network, "
            "or set KAFKA_BOOTSTRAP_SERVERS to a broker of yours"
        ) from exc
    if not _is_sound(jar):
        raise StopWorker(f"{jar.artifact} is not the file that {LOCK.name} names: somebody changed it on the way here")


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process at a time: two stacks that start on an empty cache would write the same files."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / ".collector.lock").open("w")
    except OSError as exc:
        raise StopWorker(f"{folder} cannot be written ({exc.strerror}): set M2_REPO to a folder that can") from exc
    with file as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    print(f"{renew()} jars in {LOCK.name}")  # noqa: T201 - a tool for developers speaks on stdout
