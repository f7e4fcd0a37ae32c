"""`manifest.json` of a backup: what is in it, for eyes and for `collector restore`. No person, no secret."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from schemas.errors import StopWorker
from schemas.model import Instant, Model

NAME = "manifest.json"
BACKUP_KEY = "COLLECTOR_BACKUP_KEY"
"""Its check value is that of `deploy.backup.box.key_check`; manifests from before there was one lack it."""
Named = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,120}$")]
Count = Annotated[int, Field(ge=0)]


class File(Model):
    """One collection. `sha256`: of the file as it lies there."""

    collection: Named
    documents: Count
    bytes: Count
    sha256: str

    @property
    def name(self) -> str:
        """In the backup's folder."""
        return f"{self.collection}.bson.sealed"

    @property
    def sealed_as(self) -> str:
        """Whose pieces these are (`deploy.backup.box.Box`)."""
        return self.collection

    @property
    def count(self) -> int:
        return self.documents


class TopicFile(Model):
    """One raw topic. `records`: of each of its partitions, the first one's first; so they lie in the file."""

    topic: Named
    records: tuple[Count, ...]
    bytes: Count
    sha256: str

    @property
    def name(self) -> str:
        """In the backup's folder."""
        return f"{self.topic}.records.sealed"

    @property
    def sealed_as(self) -> str:
        """Like no collection's, so that no file of one passes for the other."""
        return f"topic:{self.topic}"

    @property
    def count(self) -> int:
        return sum(self.records)


class Manifest(Model):
    """`id`: of this backup, sealed with each of its pieces. `at`: the instant of which all collections are.

    `checks`: what tells the installation's keys from others, by the variable's name. `topics`: with `--raw` alone, as they
    were right before `at`.
    """

    format: Literal[1] = 1
    id: str
    at: Instant
    release: str
    database: str
    checks: dict[str, str]
    files: tuple[File, ...]
    topics: tuple[TopicFile, ...] = ()


def read_manifest(folder: Path) -> Manifest:
    """Raises StopWorker where there is none, or one that this version cannot read."""
    path = folder / NAME
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except OSError as exc:
        raise StopWorker(f"{path}: {exc.strerror}: name the folder of one backup (collector-…)") from exc
    except ValidationError as exc:
        field = ".".join(str(part) for part in exc.errors()[0]["loc"]) or "it"
        raise StopWorker(f"{path}: {field} cannot be read: was it made by a newer version?") from exc
