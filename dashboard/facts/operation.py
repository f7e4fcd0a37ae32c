"""What the operator sees: stages with their processes, sweeps, dead letters, the audit (pure: rows in, facts out)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from dashboard.facts.health import Kafka, Mongo
from dashboard.facts.stages import Stage, needed, stages
from schemas.instances import Instance
from schemas.rows import Kind
from schemas.stages import SILENT_AFTER, Heartbeat

Row = Mapping[str, Any]
UNDER_WAY = ("started", "reading")
ROWS = 5_000
"""Letters and entries of the audit that are listed, the newest first; their number is told beside them."""


@dataclass(frozen=True, slots=True)
class Process:
    """One process of a stage, by its newest heartbeat. `partitions`: how many it holds of each topic."""

    worker: str
    heard: bool
    at: datetime
    since: datetime
    release: str
    lag: int | None
    progress: datetime | None
    partitions: tuple[tuple[str, tuple[int, ...]], ...]
    stuck: tuple[str, ...]
    away: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StageRow:
    """One stage. `judged`: without what somebody knew of it before. `needed`: nothing works without it."""

    judged: Stage
    needed: bool
    processes: tuple[Process, ...]

    @property
    def progress(self) -> datetime | None:
        """The oldest of its heard processes' last turns."""
        return min((one.progress for one in self.processes if one.heard and one.progress), default=None)

    @property
    def since(self) -> datetime | None:
        """When the oldest of its heard processes began."""
        return min((one.since for one in self.processes if one.heard), default=None)

    @property
    def releases(self) -> tuple[str, ...]:
        """The versions that its heard processes run."""
        return tuple(sorted({one.release for one in self.processes if one.heard and one.release}))


@dataclass(frozen=True, slots=True)
class SweepRow:
    """One kind of one instance. `running`: a process reads it just now, `rows_read` of it. `held`: waits to be believed.

    `failed_at`: the newest failure, however old. `completed_at`: None until there was one. `as_of`: how old
    the files were that it read; None where it read none.
    """

    instance: str
    title: str
    zone: str
    kind: Kind
    running: bool
    started_at: datetime | None
    rows_read: int
    completed_at: datetime | None
    rows: int
    published: int
    held: bool
    held_at: datetime | None
    missing: int
    known: int
    failed_at: datetime | None
    error: str
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class LetterRow:
    """A dead letter without its bytes; `id` is its `_id`."""

    id: str
    at: datetime | None
    stage: str
    place: str
    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the audit. `action`: as it was written, by whatever version."""

    at: datetime | None
    by: str
    action: str
    instance: str
    code: str
    what: str


@dataclass(frozen=True, eq=False)
class Operation:
    """All of it at `at`. `letters` and `entries`: how many there are, where not all are listed."""

    at: datetime
    stages: tuple[StageRow, ...]
    sweeps: tuple[SweepRow, ...]
    dead: tuple[LetterRow, ...]
    letters: int
    audit: tuple[Entry, ...]
    entries: int
    mongo: Mongo
    kafka: Kafka

    @property
    def held(self) -> tuple[SweepRow, ...]:
        """Sweeps that somebody must look at."""
        return tuple(one for one in self.sweeps if one.held)

    @property
    def lag(self) -> int | None:
        """Records that wait for any stage; None where no stage says."""
        lags = [one.judged.lag for one in self.stages if one.judged.lag is not None]
        return sum(lags) if lags else None


def stage_rows(beats: Sequence[Heartbeat], now: datetime, *, calls: bool) -> tuple[StageRow, ...]:
    """The needed stages in the order of the data, then whatever else is heard. `calls`: some provider has a PABX."""
    first = needed(calls=calls)
    names = (*first, *sorted({one.stage for one in beats} - set(first)))
    return tuple(
        StageRow(judged, judged.name in first, tuple(_process(one, now) for one in _of(beats, judged.name)))
        for judged in stages(names, beats, {}, now)
    )


def _of(beats: Iterable[Heartbeat], stage: str) -> list[Heartbeat]:
    return sorted((one for one in beats if one.stage == stage), key=lambda one: one.worker)


def _process(beat: Heartbeat, now: datetime) -> Process:
    held = tuple((one.topic, tuple(sorted(one.partitions))) for one in beat.held if one.partitions)
    heard = now - beat.at <= SILENT_AFTER
    shown = (beat.release, beat.lag, beat.progress, held, beat.stuck, beat.away)
    return Process(beat.worker, heard, beat.at, beat.since, *shown)


def sweep_rows(
    instances: Iterable[Instance], rows: Iterable[Row], beats: Iterable[Heartbeat], now: datetime
) -> tuple[SweepRow, ...]:
    """Every kind that the instances' ERPs read. `rows`: the newest sweep of each instance, kind and phase."""
    found: dict[tuple[str, str], dict[str, Row]] = {}
    for row in rows:
        found.setdefault((str(row.get("instance")), str(row.get("kind"))), {})[str(row.get("phase"))] = row
    heard = [one for one in beats if now - one.at <= SILENT_AFTER]
    read = {(sweep.instance, sweep.kind) for one in heard for sweep in one.sweeps}
    return tuple(
        _sweep(of, kind, found.get((of.name, kind), {}), running=(of.name, kind) in read)
        for of in instances
        for kind in of.erp.every
    )


def _sweep(of: Instance, kind: Kind, phases: Mapping[str, Row], *, running: bool) -> SweepRow:
    completed, failed, held, started, reading = (
        phases.get(one, {}) for one in ("completed", "failed", "held", "started", "reading")
    )
    same = reading.get("sweep") == started.get("sweep")
    waits = bool(held) and not (completed and _at(completed) >= _at(held))
    return SweepRow(
        of.name,
        of.title or of.name,
        of.zone,
        kind,
        running,
        started.get("at") if running else None,
        int(reading.get("rows", 0)) if running and same else 0,
        completed.get("at"),
        int(completed.get("rows", 0)),
        int(completed.get("published", 0)),
        waits,
        held.get("at") if waits else None,
        int(held.get("missing", 0)) if waits else 0,
        int(held.get("known", 0)) if waits else 0,
        failed.get("at"),
        str(failed.get("error", "")),
        completed.get("as_of"),
    )


def _at(row: Row) -> datetime:
    return cast("datetime", row["at"])


def letter_row(row: Row) -> LetterRow:
    """A document of `dead_letters`."""
    texts = (str(row.get(name, "")) for name in ("stage", "place", "field", "reason"))
    return LetterRow(str(row["_id"]), _moment(row.get("at")), *texts)


def entry(row: Row) -> Entry:
    """A document of `audit`."""
    return Entry(_moment(row.get("at")), *(str(row.get(name, "")) for name in ("by", "action", "instance", "code", "what")))


def _moment(value: object) -> datetime | None:
    """What a foreign hand wrote may be no time at all."""
    return value.astimezone(UTC) if isinstance(value, datetime) else None
