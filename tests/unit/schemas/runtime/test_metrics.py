"""What a process tells about itself over HTTP: asked as Prometheus and a kubelet ask."""

from collections.abc import Iterator
from datetime import UTC, datetime
from http.client import HTTPConnection

import pytest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

from schemas.errors import StopWorker
from schemas.runtime.metric_names import ABOUT, METRICS
from schemas.runtime.metrics import Health, Sample, families, serving
from schemas.runtime.progress import Measured, Progress
from schemas.stages import Heartbeat, Underway

LIMIT = 60.0
UNIX = 1_700_000_000.0
STARTED = datetime(2026, 11, 29, 12, tzinfo=UTC)
ME = Heartbeat(stage="hydrate", worker="w-1", at=STARTED, since=STARTED, release="0.1.0")
HERE = "127.0.0.1"
OWN = {name for name in METRICS if ABOUT[name].told_by == "every stage"}


class More(Collector):
    """What one stage shows beside its own; counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def collect(self) -> Iterator[GaugeMetricFamily]:
        self.asked += 1
        letters = [Sample("collector_dead_letters", ("views", field), 2) for field in ("key", "value")]
        return families([*letters, Sample("collector_facts_read", (), 1)])


class Asked:
    """One process whose clock the test sets, and its port."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.progress = Progress(lambda: self.now)
        self.port = 0
        self.more = More()

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
    with serving(HERE, 0, Health(ME, process.progress, LIMIT), lambda: UNIX, process.more) as process.port:
        yield process


def test_every_metric_is_declared_with_its_unit() -> None:
    """Its name ends with it, so that nobody has to look it up."""
    units = {about.unit for about in ABOUT.values()} - {""}
    for name, about in ABOUT.items():
        assert name.endswith(f"_{about.unit}" if about.unit else name), name
        assert about.unit or not name.endswith(tuple(units)), name
        assert about.meaning
    assert set(ABOUT) == set(METRICS)


def test_what_one_stage_alone_shows_is_asked_by_whoever_asks(asked: Asked) -> None:
    """Never before: asking costs it a look at MongoDB."""
    assert asked.more.asked == 0
    found = asked.samples()
    assert asked.more.asked == 1
    assert (found["collector_dead_letters", "key", "views"], found["collector_dead_letters", "value", "views"]) == (2, 2)
    assert found["collector_facts_read",] == found["collector_live",] == 1


@pytest.mark.parametrize(
    ("lag", "oldest", "age"), [(0, UNIX - 9, 0), (3, UNIX - 9, 9), (3, UNIX + 9, 0), (3, None, None), (None, UNIX - 9, None)]
)
def test_the_age_of_what_waits_is_told_where_it_is_known(
    asked: Asked, lag: int | None, oldest: float | None, age: float | None
) -> None:
    """A reader whose lag was not told keeps the last one; its age is not told, as it grew meanwhile."""
    with asked.progress.loop("view debtors") as loop:
        loop.measured(Measured((), lag), oldest)
        assert asked.samples().get(("collector_oldest_unread_age_seconds", "view debtors")) == age


def test_every_declared_metric_is_told_and_no_other(asked: Asked) -> None:
    """A board or an alert may name what is declared, and finds it."""
    asked.more.collect = lambda: families([])  # type: ignore[method-assign]
    with (
        asked.progress.loop("hydrate's partition 3") as loop,
        asked.progress.sweeping(Underway(instance="norte", kind="bill")),
    ):
        loop.turned()
        loop.measured(Measured((), 7), UNIX - 30)
        asked.now += 5
        asked.progress.away, asked.progress.without = ("Kafka",), {"the PABX pbx:8088"}
        asked.progress.invalid = frozenset({("sul", "pabx"), ("vale", "erp")})
        found = asked.samples()
        told = asked.ask("/metrics")[1]
    assert {name for name, *_ in found} == OWN
    assert all(f"# HELP {name} {ABOUT[name].meaning}\n" in told for name in OWN)
    assert found["collector_oldest_unread_age_seconds", "hydrate's partition 3"] == 30
    assert found["collector_process", "0.1.0", "hydrate", "w-1"] == 1
    assert found["collector_started_timestamp_seconds",] == STARTED.timestamp()
    assert found["collector_lag_records", "hydrate's partition 3"] == 7
    assert found["collector_loop_late_seconds", "hydrate's partition 3"] == 5
    assert found["collector_loop_turned_timestamp_seconds", "hydrate's partition 3"] == UNIX - 5
    assert found["collector_sweep_under_way", "norte", "bill"] == 1
    assert (found["collector_peer_away", "Kafka"], found["collector_peer_away", "the PABX pbx:8088"]) == (1, 1)
    assert found["collector_instance_invalid", "pabx", "sul"] == found["collector_instance_invalid", "erp", "vale"] == 1
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
