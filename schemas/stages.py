"""`stage.v1`: every process of a stage tells every few seconds that it is there, and how far it is."""

from datetime import timedelta

from pydantic import Field

from schemas.model import InstanceName, Instant, Model
from schemas.rows import Kind

BEAT_S = 10.0
SILENT_AFTER = timedelta(seconds=30)
"""A worker whose last heartbeat is older than this is not there, or cannot be heard."""


class Held(Model):
    """The partitions of one topic that a worker has at the moment."""

    topic: str
    partitions: tuple[int, ...]


class Underway(Model):
    """One sweep that is being read."""

    instance: InstanceName
    kind: Kind


class Heartbeat(Model):
    """One process. `since`: its start; `release`: the project's version that it runs.

    `lag`: records that it knows it is behind, None where nothing was measured. `progress`: the last turn of the loop that
    has waited longest, of all loops where none waits. `stuck`: loops that have made no progress for longer than they may.
    `away`: peers that do not answer it, and what it goes on without meanwhile.
    """

    stage: str
    worker: str
    at: Instant
    since: Instant
    release: str = ""
    held: tuple[Held, ...] = ()
    lag: int | None = Field(default=None, ge=0)
    progress: Instant | None = None
    stuck: tuple[str, ...] = ()
    away: tuple[str, ...] = ()
    sweeps: tuple[Underway, ...] = ()

    @property
    def key(self) -> bytes:
        """`stage:worker`."""
        return f"{self.stage}:{self.worker}".encode()
