"""COLLECTOR_HOME: what an installation on one machine keeps: data, logs, its secrets, and where its servers are just now."""

import fcntl
import os
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from pathlib import Path

from dotenv import dotenv_values
from pydantic import Field

from deploy.secrets import lines, make
from schemas.errors import StopWorker
from schemas.runtime.settings import Base, read

PRIVATE = 0o600
PRIVATE_FOLDER = 0o700


class HomeSettings(Base):
    """`COLLECTOR_HOME`: a folder, `.collector` in the working directory unless set."""

    collector_home: Path = Field(default=Path(".collector"))


class Home:
    """One folder. At most one `collector up` uses it at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.logs = self.folder / "logs"
        self._lock = self.folder / "lock"
        self._secrets = self.folder / "secrets.env"
        self._servers = self.folder / "servers.env"

    @contextmanager
    def held(self) -> Iterator[None]:
        """The folder is ours until the end, or until this process dies. Raises StopWorker where it is another's."""
        try:
            self.folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
            file = self._lock.open("w")
        except OSError as exc:
            raise StopWorker(
                f"COLLECTOR_HOME={self.folder} cannot be written ({exc.strerror}): set it to another folder"
            ) from exc
        with file as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise StopWorker(
                    f"another `collector up` runs in {self.folder}: stop it, or set COLLECTOR_HOME to another folder"
                ) from None
            yield

    @property
    def running(self) -> bool:
        """Whether some process holds the folder."""
        if not self._lock.exists():
            return False
        with self._lock.open("r") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            return False

    def announce(self, servers: Mapping[str, str]) -> None:
        """Tell the other commands where the servers are; believed only while the folder is held."""
        _write(self._servers, servers)

    def secrets(self, environ: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
        """Every secret that `environ` lacks, as kept here, and the names of those that had to be made now."""
        kept = _read(self._secrets)
        made = make(kept.keys() | {name for name, value in environ.items() if value})
        if made:
            _write(self._secrets, kept | made)
        return {name: value for name, value in (kept | made).items() if not environ.get(name)}, list(made)

    def fill(self, environ: MutableMapping[str, str]) -> None:
        """Complete `environ` from here, unless it names a database: another database has other secrets."""
        if environ.get("MONGO_URI"):
            return
        for name, value in (_read(self._secrets) | (_read(self._servers) if self.running else {})).items():
            if not environ.get(name):
                environ[name] = value


def here() -> Home:
    """The home that the environment names. Raises StopWorker."""
    return Home(read(HomeSettings).collector_home)


def prepare_environment() -> None:
    """Let every setting of this process come from the environment or, where it says nothing, from the running home."""
    here().fill(os.environ)


def _read(file: Path) -> dict[str, str]:
    return {name: value for name, value in dotenv_values(file, interpolate=False).items() if value} if file.exists() else {}


def _write(file: Path, values: Mapping[str, str]) -> None:
    partial = file.with_suffix(".partial")
    partial.touch(mode=PRIVATE)
    partial.write_text(lines(values))
    partial.replace(file)
