"""COLLECTOR_HOME: what an installation on one machine keeps: data, logs, its secrets, and where its servers are just now."""

import fcntl
import os
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from pathlib import Path

from dotenv import dotenv_values
from pydantic import Field

from deploy.folders import synced
from deploy.secrets import MAKERS, lines, make
from schemas.errors import StopWorker
from schemas.runtime.settings import Base, from_files, read

PRIVATE = 0o600
PRIVATE_FOLDER = 0o700


DOTENV = Path(".env")
SERVERS = ("kafka_bootstrap_servers", "mongo_uri")


class HomeSettings(Base):
    """`COLLECTOR_HOME`: a folder, `.collector` in the working directory unless set."""

    collector_home: Path = Field(default=Path(".collector"))


class Home:
    """One folder. At most one `collector up` uses it at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.logs = self.folder / "logs"
        self._lock = self.folder / "lock"
        self.kept = self.folder / "secrets.env"
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
    def has_secrets(self) -> bool:
        """Whether `collector up` made and kept them here."""
        return self.kept.exists()

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
        kept = _read(self.kept)
        made = make(kept.keys() | {name for name in MAKERS if is_told(name, environ)})
        if made:
            _write(self.kept, kept | made)
        return {name: value for name, value in (kept | made).items() if not is_told(name, environ)}, list(made)

    def fill(self, environ: MutableMapping[str, str]) -> None:
        """Complete `environ` from here, unless it names a database: another database has other secrets."""
        if is_told("MONGO_URI", environ):
            return
        for name, value in (_read(self.kept) | (_read(self._servers) if self.running else {})).items():
            if not is_told(name, environ):
                environ[name] = value


def is_told(name: str, environ: Mapping[str, str]) -> bool:
    """Whether `environ` says what this variable is: itself, or as NAME_FILE; of a NAME_FILE, whether NAME does."""
    return any(environ.get(one) for one in (name, f"{name}_FILE", name.removesuffix("_FILE")))


def here() -> Home:
    """The home that the environment, or `.env` in the working directory, names. Raises StopWorker."""
    complete(os.environ, DOTENV)
    unfold(os.environ)
    return Home(read(HomeSettings).collector_home)


def complete(environ: MutableMapping[str, str], file: Path) -> None:
    """What `environ` does not say is as `file` says, where there is one. Raises StopWorker where it cannot be read."""
    try:
        told = _read(file)
    except (OSError, UnicodeDecodeError) as exc:
        raise StopWorker(f"{file.absolute()} cannot be read ({type(exc).__name__}): mend it, or move it away") from None
    said = dict(environ)
    for name, value in told.items():
        if not is_told(name, said):
            environ[name] = value


def unfold(environ: MutableMapping[str, str]) -> None:
    """Servers that a file names are named like others from here on, before it is seen who starts one. Raises StopWorker."""
    for name, value in from_files(SERVERS, environ).items():
        environ[name.upper()] = value
        del environ[f"{name.upper()}_FILE"]


def prepare_environment() -> Home:
    """Let every setting of this process come from the environment, else from `.env`, else from the running home."""
    home = here()
    home.fill(os.environ)
    return home


def told_in(names: Iterable[str], environ: Mapping[str, str], files: Iterable[Path]) -> list[Path]:
    """Which files say what `environ` has of one of these variables: of `files`, and those that a NAME_FILE names."""
    told = {name: value for name in names if (value := environ.get(name))}
    own = [Path(value) for name in names if (value := environ.get(f"{name}_FILE"))]
    return [file.absolute() for file in (*(one for one in files if told.items() & _read(one).items()), *own)]


def _read(file: Path) -> dict[str, str]:
    return {name: value for name, value in dotenv_values(file, interpolate=False).items() if value} if file.exists() else {}


def _write(file: Path, values: Mapping[str, str]) -> None:
    """Whole or not at all, also where the machine loses its power: without these secrets the data is worth nothing."""
    partial = file.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE), "w") as written:
        written.write(lines(values))
        written.flush()
        os.fsync(written.fileno())
    partial.replace(file)
    synced(file.parent)
