"""What only MongoDB and the disks know, as samples for `/metrics`: documents in, numbers out. Pure.

What is no name of ours is in no label: a letter's reason is free text, so that its letters are counted by their field.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from ulid import ULID

from schemas.instances import Instance
from schemas.refills import refills
from schemas.rows import Kind
from schemas.runtime.metrics import Sample
from schemas.sweeps import told_at
from sinks.snapshots.asking import NEEDED

Documents = Iterable[Mapping[str, Any]]

ROUNDS = 3
"""So many sweeps may be missing before the last one is late."""
NEVER_LATE_BEFORE_S = 3_600.0
"""An ERP that does not answer is asked more and more seldom: an hour is no alarm."""
WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,39}")
OTHER = "other"
MADE = re.compile(r"collector-(\d{8}T\d{6}Z)")
"""The folder of a backup, which has that name when all of it is on the disk."""
STAMP = "%Y%m%dT%H%M%SZ"


def late_after(instance: Instance, kind: Kind) -> float:
    """Seconds. Bills are late before nobody is called any more because of their age."""
    every = instance.erp.every.get(kind, 0.0)
    late = max(ROUNDS * every, NEVER_LATE_BEFORE_S)
    return min(late, 60.0 * instance.rules.max_data_age_minutes) if kind == "bill" else late


def sweeps(completed: Documents, known: Mapping[str, Instance]) -> Iterator[Sample]:
    """`completed`: of the view `sweeps`, that phase alone. Of instances that are there."""
    swept = set()
    for one in completed:
        name, kind = str(one["instance"]), one["kind"]
        if name not in known or not isinstance(one["at"], datetime):
            continue
        swept.add((name, kind))
        yield Sample("collector_sweep_completed_timestamp_seconds", (name, kind), told_at(one).timestamp())
        if isinstance(rows := one.get("rows"), int):
            yield Sample("collector_sweep_rows", (name, kind), rows)
        if (began := _began(one)) is not None and began <= one["at"]:
            yield Sample("collector_sweep_duration_seconds", (name, kind), (one["at"] - began).total_seconds())
    for name, instance in known.items():
        for kind in instance.erp.every:
            if not instance.paused and (kind in NEEDED or (name, kind) in swept):
                yield Sample("collector_sweep_late_after_seconds", (name, kind), late_after(instance, kind))


def _began(sweep: Mapping[str, Any]) -> datetime | None:
    """Its name tells."""
    try:
        return ULID.from_str(str(sweep["sweep"])).datetime
    except ValueError:
        return None


def letters(counted: Documents) -> Iterator[Sample]:
    """`counted`: groups of unsettled letters, `_id` their stage and field, `letters` how many.

    Of a field's path only the first name: what follows may be a key out of somebody's row.
    """
    found: Counter[tuple[str, str]] = Counter()
    for one in counted:
        names = (str(one["_id"].get("stage", "")), str(one["_id"].get("field", "")).partition(".")[0])
        stage, field = (name if WORD.fullmatch(name) else OTHER for name in names)
        found[stage, field] += one["letters"]
    for labels, count in found.items():
        yield Sample("collector_dead_letters", labels, count)


def left(shares: Documents) -> Iterator[Sample]:
    """`shares`: documents of `view_epochs`, of partitions that are whole too."""
    for one in refills(shares):
        yield Sample("collector_refill_left_records", (one.view,), one.left)


def replayed(replays: Documents) -> Iterator[Sample]:
    """What is promoted is done."""
    for one in replays:
        if one.get("state") != "promoted":
            filled = sum(one.get("filled", {}).values())
            yield Sample("collector_replay_filled_records", (str(one["_id"]), str(one["what"]), str(one["state"])), filled)


def newest(rows: Mapping[str, datetime]) -> Iterator[Sample]:
    """`rows`: by instance, the instant of the newest row that knows anything."""
    for name, at in rows.items():
        yield Sample("collector_snapshot_timestamp_seconds", (name,), at.timestamp())


def backed_up(names: Iterable[str], now: datetime) -> Sample:
    """`names`: of what lies in the folder. One of a moment to come says nothing of how old the newest is."""
    made = [match[1] for match in map(MADE.fullmatch, names) if match]
    past = [match for match in made if match <= f"{now.astimezone(UTC):{STAMP}}"]
    at = datetime.strptime(max(past), STAMP).replace(tzinfo=UTC).timestamp() if past else 0.0
    return Sample("collector_backup_timestamp_seconds", (), at)


def disk(name: str, free: float, size: float) -> Iterator[Sample]:
    """In bytes. One that does not tell its size tells nothing."""
    if size > 0:
        yield Sample("collector_disk_free_bytes", (name,), free)
        yield Sample("collector_disk_size_bytes", (name,), size)
