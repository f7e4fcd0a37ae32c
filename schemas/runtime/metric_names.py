"""Every metric with its labels, unit and meaning, in one place: what a board or an alert may name.

No person and no secret is in any: labels are names of ours, of instances, and of what an operator called a replay.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple, get_args

Metric = Literal[
    "collector_process",
    "collector_started_timestamp_seconds",
    "collector_live",
    "collector_ready",
    "collector_lag_records",
    "collector_oldest_unread_age_seconds",
    "collector_loop_late_seconds",
    "collector_loop_turned_timestamp_seconds",
    "collector_peer_away",
    "collector_sweep_under_way",
    "collector_instance_invalid",
    "collector_facts_read",
    "collector_sweep_completed_timestamp_seconds",
    "collector_sweep_duration_seconds",
    "collector_sweep_rows",
    "collector_sweep_late_after_seconds",
    "collector_dead_letters",
    "collector_refill_left_records",
    "collector_replay_filled_records",
    "collector_snapshot_timestamp_seconds",
    "collector_backup_timestamp_seconds",
    "collector_disk_free_bytes",
    "collector_disk_size_bytes",
]
Unit = Literal["", "seconds", "timestamp_seconds", "records", "bytes"]
"""With which the name ends, as Prometheus wants it. A timestamp is Unix time; "": a count, or yes (1) and no (0)."""
TOLD_BY = Literal["every stage", "snapshots"]


class About(NamedTuple):
    """`labels`: their names. `told_by`: what is in MongoDB and on disks one process tells for all."""

    unit: Unit
    meaning: str
    labels: tuple[str, ...] = ()
    told_by: TOLD_BY = "every stage"


OF_SNAPSHOTS: TOLD_BY = "snapshots"
ABOUT: Mapping[Metric, About] = {
    "collector_process": About(
        "", "1; its labels tell which stage, which worker and which release this process is", ("stage", "worker", "release")
    ),
    "collector_started_timestamp_seconds": About(
        "timestamp_seconds", "when this process started, Unix time; it changes with each restart"
    ),
    "collector_live": About("", "1 where no loop has been stuck for STALL_SECONDS, else 0"),
    "collector_ready": About("", "1 where every loop has turned and every peer answers, else 0"),
    "collector_lag_records": About(
        "records", "records that a loop knows it is behind; absent where nothing was measured", ("loop",)
    ),
    "collector_oldest_unread_age_seconds": About(
        "seconds", "age of the oldest record that waits for a loop; 0 where none waits, absent where nobody knows", ("loop",)
    ),
    "collector_loop_late_seconds": About("seconds", "for how long a loop owes a turn; 0 at rest", ("loop",)),
    "collector_loop_turned_timestamp_seconds": About(
        "timestamp_seconds", "when a loop last got somewhere, Unix time; absent before the first turn", ("loop",)
    ),
    "collector_peer_away": About("", "1 for each peer that does not answer, and for whatever it goes on without", ("peer",)),
    "collector_sweep_under_way": About("", "1 for each sweep of an ERP that is being read", ("instance", "kind")),
    "collector_instance_invalid": About(
        "",
        "1 for each instance that a poller serves no more, as its document cannot be read; field: the part that is wrong",
        ("instance", "field"),
    ),
    "collector_facts_read": About(
        "",
        "1 where MongoDB told in time what the metrics of snapshots are made from; 0 where they are absent",
        (),
        OF_SNAPSHOTS,
    ),
    "collector_sweep_completed_timestamp_seconds": About(
        "timestamp_seconds",
        "as of when the last complete sweep tells (its end, or its files), Unix time",
        ("instance", "kind"),
        OF_SNAPSHOTS,
    ),
    "collector_sweep_duration_seconds": About(
        "seconds", "how long the last complete sweep took", ("instance", "kind"), OF_SNAPSHOTS
    ),
    "collector_sweep_rows": About(
        "", "how many rows the last complete sweep read in the ERP", ("instance", "kind"), OF_SNAPSHOTS
    ),
    "collector_sweep_late_after_seconds": About(
        "seconds",
        "age from which the last complete sweep is late; absent for an instance that is paused",
        ("instance", "kind"),
        OF_SNAPSHOTS,
    ),
    "collector_dead_letters": About(
        "",
        "letters that nobody has settled, by stage and the field that could not be read",
        ("stage", "field"),
        OF_SNAPSHOTS,
    ),
    "collector_refill_left_records": About(
        "records",
        "records still to be read, at most, of a view that is read anew; absent where it is whole",
        ("view",),
        OF_SNAPSHOTS,
    ),
    "collector_replay_filled_records": About(
        "records",
        "how many records a replay has put into its collection, or passed over",
        ("replay", "view", "state"),
        OF_SNAPSHOTS,
    ),
    "collector_snapshot_timestamp_seconds": About(
        "timestamp_seconds",
        "of which instant the newest row of the history is that knows anything, Unix time",
        ("instance",),
        OF_SNAPSHOTS,
    ),
    "collector_backup_timestamp_seconds": About(
        "timestamp_seconds",
        "when the newest backup in BACKUP_FOLDER was made, Unix time; 0: there is none; absent: the folder is not known",
        (),
        OF_SNAPSHOTS,
    ),
    "collector_disk_free_bytes": About("bytes", "room left on the disk of what is named", ("disk",), OF_SNAPSHOTS),
    "collector_disk_size_bytes": About("bytes", "size of the disk of what is named", ("disk",), OF_SNAPSHOTS),
}
METRICS: tuple[Metric, ...] = get_args(Metric)
