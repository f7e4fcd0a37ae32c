"""Every metric of a stage with its meaning, in one place: what a board or an alert may name. No person is in any."""

from typing import Literal, get_args

Metric = Literal[
    "collector_process",
    "collector_started_timestamp_seconds",
    "collector_live",
    "collector_ready",
    "collector_lag_records",
    "collector_loop_late_seconds",
    "collector_loop_turned_timestamp_seconds",
    "collector_peer_away",
    "collector_sweep_under_way",
]
METRICS: tuple[Metric, ...] = get_args(Metric)
MEANINGS: dict[Metric, str] = {
    "collector_process": "1; its labels tell which stage, which worker and which release this process is",
    "collector_started_timestamp_seconds": "when this process started, Unix time",
    "collector_live": "1 where no loop has been stuck for STALL_SECONDS, else 0",
    "collector_ready": "1 where every loop has turned and every peer answers, else 0",
    "collector_lag_records": "records that a loop knows it is behind; absent where nothing was measured",
    "collector_loop_late_seconds": "for how long a loop owes a turn; 0 at rest",
    "collector_loop_turned_timestamp_seconds": "when a loop last got somewhere, Unix time; absent before the first turn",
    "collector_peer_away": "1 for each peer that does not answer, and for whatever it goes on without",
    "collector_sweep_under_way": "1 for each sweep of an ERP that is being read",
}
"""Units are in the names, as Prometheus wants them."""
