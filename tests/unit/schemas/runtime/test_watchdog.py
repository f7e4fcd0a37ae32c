"""What the watchdog concludes from one look, and that a look is never blocked by a loop."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from schemas.runtime.progress import Measured, Progress
from schemas.runtime.watchdog import Watchdog, last_words, slept

LIMIT = 120.0


class Watched:
    """A watchdog with a clock that the test sets, and what it said instead of ending the process."""

    def __init__(self, alive: Path) -> None:
        self.now = 0.0
        self.progress = Progress(lambda: self.now)
        self.alive = alive
        self.said: list[str] = []
        self.dog = Watchdog("views", self.progress, {}, LIMIT, alive=alive, end=self.said.append)

    def look(self, *away: str) -> bool:
        """Whether the file was touched."""
        self.alive.unlink(missing_ok=True)
        self.progress.pulse.turned(within=1)
        self.dog.look(away)
        return self.alive.exists()


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    return Watched(tmp_path / "alive")


def test_alive_is_who_turns_and_whose_peers_answer(watched: Watched) -> None:
    assert not watched.look(), "nothing has begun"
    with watched.progress.loop("view debtors") as debtors, watched.progress.loop("view queue") as queue:
        debtors.turned(within=1)
        assert not watched.look(), "one of two has not come round yet"
        queue.turned(within=1)
        assert watched.look()
        assert not watched.look("MongoDB")
        assert watched.progress.away == ("MongoDB",)
        assert watched.look()
    assert watched.said == []


def test_one_stuck_loop_among_others_that_turn_ends_the_process(watched: Watched) -> None:
    """Five sinks shared one file: any of them kept it fresh for the others."""
    with watched.progress.loop("view debtors") as debtors, watched.progress.loop("view queue") as queue:
        debtors.turned(within=0)
        debtors.measured(Measured((), 40))
        for _ in range(12):
            watched.now += 10
            queue.turned(within=1)
            debtors.idle(within=1)
            assert watched.said == []
            alive = watched.look()
        assert not alive
    (line,) = watched.said
    assert line.startswith("views: no progress of view debtors for 120 s (since ")
    assert "40 records behind" in line
    assert line.count("\n") == 1


def test_a_peer_that_is_away_is_no_reason_to_end_and_leaves_a_whole_limit_when_it_is_back(watched: Watched) -> None:
    with watched.progress.loop("view debtors") as loop:
        loop.turned(within=1)
        for _ in range(100):
            watched.now += 10
            assert not watched.look("MongoDB")
        watched.now += LIMIT - 1
        watched.look()
        assert watched.said == []
        watched.now += 1
        watched.look()
        assert len(watched.said) == 1


def test_a_process_that_is_not_alive_ends_though_no_loop_of_it_is_late(watched: Watched) -> None:
    """Before its first loop, and after its last one: it was only shown as unhealthy, and nobody started it again."""
    watched.look()
    watched.now = LIMIT - 1
    watched.look()
    with watched.progress.loop("view debtors") as loop:
        loop.turned()
        assert watched.look()
    assert watched.said == []
    watched.now += 1
    watched.look()
    watched.now += LIMIT - 2
    watched.look()
    assert watched.said == [], "its last loop ended less than the limit ago"
    watched.now += 1
    watched.look()
    (line,) = watched.said
    assert line.startswith("views: no progress of the stage as a whole for 120 s (since ")


def test_a_start_that_goes_on_is_not_ended_however_long_it_takes(watched: Watched) -> None:
    """A worker restores one partition after the other, and is alive only when it has them all."""
    with watched.progress.loop("the agent") as agent:
        for number in range(20):
            watched.now += LIMIT / 2
            agent.again()
            with watched.progress.loop(f"partition {number}"):
                watched.now += LIMIT / 4
                agent.again()
                assert not watched.look()
        assert watched.said == []
        watched.now += LIMIT
        watched.look()
    assert watched.said[0].startswith("views: no progress of the agent for 120 s")


def test_a_piece_of_work_that_begins_or_ends_before_the_first_turn_is_a_start_that_goes_on(watched: Watched) -> None:
    watched.look()
    watched.now = LIMIT - 1
    with watched.progress.loop("taking over"):
        watched.look()
        watched.now += LIMIT - 1
        watched.look()
    watched.look()
    watched.now += LIMIT - 1
    watched.look()
    assert watched.said == []
    watched.now += 1
    watched.look()
    assert len(watched.said) == 1


def test_who_is_not_alive_because_a_peer_is_away_or_it_slept_has_a_whole_limit_afterwards(watched: Watched) -> None:
    for _ in range(10):
        watched.now += LIMIT / 2
        watched.look("Kafka")
    for _ in range(10):
        watched.now += LIMIT * 2
        watched.progress.afresh(event_loop=True)  # what the thread does where it slept itself
        watched.look()
    watched.now += LIMIT - 1
    watched.look()
    assert watched.said == []
    watched.now += 1
    watched.look()
    assert len(watched.said) == 1


def test_the_event_loop_is_blamed_where_it_holds_up_the_others(watched: Watched) -> None:
    with watched.progress.loop("view debtors") as loop:
        loop.turned(within=0)
        watched.now = 10
        watched.progress.pulse.turned(within=0)
        watched.now = LIMIT
        watched.dog.look(())
    assert watched.said[0].startswith("views: no progress of the event loop for 110 s")


def test_a_blocked_event_loop_ends_the_process_whoever_is_away(watched: Watched) -> None:
    watched.progress.pulse.turned(within=0)
    watched.now = LIMIT
    watched.dog.look(("Kafka",))
    (line,) = watched.said
    assert line.startswith("views: no progress of the event loop for 120 s")
    assert "at watchdog.py:" in line, "where the main thread is: it is the one that looks here"


@given(st.floats(0.1, 10), st.floats(0, 1000), st.floats(1, 3600))
def test_who_slept_is_told_from_who_was_a_little_late(planned: float, beyond: float, limit: float) -> None:
    grace = min(5.0, limit / 2)
    assert slept(planned, planned + beyond, limit) is (planned + beyond > planned + grace)
    assert not slept(planned, planned, limit)


def test_the_line_names_stage_loop_time_lag_and_place() -> None:
    loop = Progress(lambda: 0.0).loop("view queue")
    loop.measured(Measured((), 7))
    said = last_words("views", loop, 121.4, datetime(2026, 3, 1, 12, 2, 1, tzinfo=UTC), "worker.py:7 drain")
    assert said == (
        "views: no progress of view queue for 121 s (since 2026-03-01 11:59:59+00:00, 7 records behind, "
        "at worker.py:7 drain): ending, to be started again\n"
    )


def test_each_peer_is_said_to_be_away_once_and_back_once(watched: Watched) -> None:
    """However long it stays away, whoever goes or comes meanwhile."""
    with capture_logs() as lines:
        for at, away in enumerate([(), ("Kafka",), ("Kafka",), ("Kafka", "MongoDB"), ("MongoDB",), ("MongoDB",), (), ()]):
            watched.now = float(at)
            watched.dog.look(away)
    assert [(line["event"], line["peer"], line.get("away_s")) for line in lines] == [
        ("peer_away", "Kafka", None),
        ("peer_away", "MongoDB", None),
        ("peer_back", "Kafka", 3.0),
        ("peer_back", "MongoDB", 3.0),
    ]
