"""What a process tells about itself over HTTP: asked as Prometheus and a kubelet ask."""

from collections.abc import Iterator
from datetime import UTC, datetime
from http.client import HTTPConnection

import pytest
from prometheus_client.parser import text_string_to_metric_families

from schemas.errors import StopWorker
from schemas.runtime.metric_names import MEANINGS, METRICS
from schemas.runtime.metrics import Health, serving
from schemas.runtime.progress import Progress
from schemas.stages import Heartbeat, Underway

LIMIT = 60.0
UNIX = 1_700_000_000.0
STARTED = datetime(2026, 11, 29, 12, tzinfo=UTC)
ME = Heartbeat(stage="hydrate", worker="w-1", at=STARTED, since=STARTED, release="0.1.0")
HERE = "127.0.0.1"


class Asked:
    """One process whose clock the test sets, and its port."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.progress = Progress(lambda: self.now)
        self.port = 0

    def ask(self, path: str) -> tuple[int, str]:
        connection = HTTPConnection(HERE, self.port, timeout=30)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def samples(self) -> dict[tuple[str, ...], float]:
        """By name and the labels' values, in the order of the labels' names."""
        families = text_string_to_metric_families(self.ask("/metrics")[1])
        return {
            (one.name, *one.labels.values()): one.value
            for family in families
            for one in family.samples
            if one.name.startswith("collector_")
        }


@pytest.fixture
def asked() -> Iterator[Asked]:
    process = Asked()
    with serving(HERE, 0, Health(ME, process.progress, LIMIT), lambda: UNIX) as process.port:
        yield process


def test_every_declared_metric_is_told_and_no_other(asked: Asked) -> None:
    """A board or an alert may name what is declared, and finds it."""
    with (
        asked.progress.loop("hydrate's partition 3") as loop,
        asked.progress.sweeping(Underway(instance="norte", kind="bill")),
    ):
        loop.turned()
        loop.standing = loop.standing.with_lag(asked.now, 7)
        asked.now += 5
        asked.progress.away, asked.progress.without = ("Kafka",), {"the PABX pbx:8088"}
        found = asked.samples()
        told = asked.ask("/metrics")[1]
    assert {name for name, *_ in found} == set(METRICS) == set(MEANINGS)
    assert all(f"# HELP {name} {MEANINGS[name]}\n" in told for name in METRICS)
    assert found["collector_process", "0.1.0", "hydrate", "w-1"] == 1
    assert found["collector_started_timestamp_seconds",] == STARTED.timestamp()
    assert found["collector_lag_records", "hydrate's partition 3"] == 7
    assert found["collector_loop_late_seconds", "hydrate's partition 3"] == 5
    assert found["collector_loop_turned_timestamp_seconds", "hydrate's partition 3"] == UNIX - 5
    assert found["collector_sweep_under_way", "norte", "bill"] == 1
    assert (found["collector_peer_away", "Kafka"], found["collector_peer_away", "the PABX pbx:8088"]) == (1, 1)
    assert (found["collector_live",], found["collector_ready",]) == (1, 0)


def test_live_is_who_is_not_stuck_and_ready_is_who_waits_for_nobody(asked: Asked) -> None:
    """A broker that is away must not make a supervisor kill stage after stage."""
    states = lambda: (asked.ask("/live")[0], asked.ask("/ready")[0])  # noqa: E731 - it is asked five times below
    assert states() == (200, 503)  # nothing has begun
    with asked.progress.loop("the agent") as loop:
        assert states() == (200, 503)  # it has not turned yet
        loop.turned()
        assert states() == (200, 200)
        asked.progress.away = ("MongoDB",)
        assert states() == (200, 503)
        asked.progress.away = ()
        loop.begin()
        asked.now += LIMIT
        assert states() == (503, 503)
    assert asked.ask("/")[0] == asked.ask("/metrics/more")[0] == 404


def test_a_port_that_is_taken_is_one_line(asked: Asked) -> None:
    with (
        pytest.raises(StopWorker, match=rf"METRICS_PORT={asked.port}: .*: choose another one, or 0 for none"),
        serving(HERE, asked.port, Health(ME, asked.progress, LIMIT)),
    ):
        pass
