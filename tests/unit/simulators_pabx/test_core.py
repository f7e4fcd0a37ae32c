"""The PABX without a network: what a number does, what an id is worth, and what it tells of both."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploy.simulators.pabx.callees import BY_DIGIT, Callee
from deploy.simulators.pabx.core import Core, Event, Happening, Refused
from deploy.simulators.pabx.log import Line
from deploy.simulators.pabx.moments import Goal
from deploy.simulators.pabx.records import Record

NOW = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
LONG = timedelta(hours=2)


def rung(core: Core, digit: str, name: str = "id", timeout: float = 30, now: datetime = NOW, **asked: Any) -> Any:  # noqa: ANN401 - as Core.originate
    return core.originate(name, f"PJSIP/8299999000{digit}@trunk", timeout, now, **asked)


def lines(happened: list[Happening], what: str) -> list[dict[str, Any]]:
    return [each.body for each in happened if isinstance(each, Line) and each.body["what"] == what]


def records(happened: list[Happening]) -> list[Record]:
    return [each for each in happened if isinstance(each, Record)]


@pytest.mark.parametrize("digit", BY_DIGIT)
def test_the_log_tells_what_the_number_does(digit: str) -> None:
    core = Core()
    rung(core, digit)
    (ended,) = lines(core.advance(NOW + LONG), "ended")
    assert ended["outcome"] == BY_DIGIT[digit].outcome
    assert (ended["number"], ended["start"]) == (f"+558299999000{digit}", NOW.isoformat())
    assert (ended["answer"] is None) == (ended["outcome"] in {"busy", "no_answer", "congestion", "invalid_number"})


def test_a_call_is_told_before_its_caller_is_answered() -> None:
    core = Core()
    rung(core, "4")
    told = core.advance(NOW)
    assert [line["id"] for line in lines(told, "rang")] == ["id"]
    assert isinstance(told[0], Line)


def test_what_was_told_is_not_told_again() -> None:
    core = Core()
    rung(core, "3")
    assert core.advance(NOW + LONG)
    assert core.advance(NOW + LONG) == []
    assert core.next_at is None


def test_an_id_is_free_from_the_moment_its_call_has_ended() -> None:
    core = Core()
    rung(core, "4", timeout=10)
    just_before, just_after = NOW + timedelta(seconds=9.9), NOW + timedelta(seconds=10.1)
    assert rung(core, "4", now=just_before) == Refused(409, "Channel with given unique ID already exists")
    assert not isinstance(rung(core, "4", now=just_after), Refused)
    assert len(lines(core.advance(just_after), "rang")) == 2


def test_a_clock_that_is_wrong_shows_everywhere_but_in_the_log() -> None:
    core = Core(offset=timedelta(hours=1))
    rung(core, "1")
    told = core.advance(NOW + LONG)
    (record,), (ended,) = records(told), lines(told, "ended")
    assert record.start == NOW + timedelta(hours=1)
    assert record.answer is not None
    assert record.answer - record.start == timedelta(seconds=1.005)
    assert ended["start"] == NOW.isoformat()
    events = [each.body["timestamp"] for each in told if isinstance(each, Event)]
    assert all(stamp.startswith("2026-11-23T13:") for stamp in events)


def test_a_faster_pabx_says_the_same_sooner() -> None:
    slow, fast = Core(), Core(speed=10)
    for core in (slow, fast):
        rung(core, "1")
    (slowly,), (quickly,) = (records(core.advance(NOW + LONG)) for core in (slow, fast))
    assert (slowly.end - slowly.start) / (quickly.end - quickly.start) == pytest.approx(10)
    assert slowly.texts == quickly.texts


def test_a_restart_forgets_every_call_and_keeps_no_record() -> None:
    core = Core()
    rung(core, "3", "first")
    rung(core, "4", "alive")
    core.restart(NOW + timedelta(seconds=5))
    told = core.advance(NOW + LONG)
    assert [record.texts["uniqueid"] for record in records(told)] == ["first"]
    (lost,) = (line for line in lines(told, "ended") if line["outcome"] == "lost")
    assert (lost["id"], lost["cause"], lost["recorded"]) == ("alive", None, False)
    assert len(lines(told, "restarted")) == 1
    assert core.channels(NOW + LONG) == []
    assert rung(core, "4", now=NOW + LONG)["name"].endswith("-00000000")  # its counters begin again


def test_a_failed_call_leaves_no_record_by_asterisks_own_default() -> None:
    core = Core()
    core.unanswered = False
    for digit in BY_DIGIT:
        rung(core, digit, digit)
    told = core.advance(NOW + LONG)
    assert {record.texts["disposition"] for record in records(told)} == {"ANSWERED"}
    assert {line["id"] for line in lines(told, "ended") if line["recorded"]} == {"0", "1", "2", "7", "8", "9"}


def test_nothing_more_comes_of_a_call_that_was_hung_up() -> None:
    core = Core()
    rung(core, "4", timeout=10)
    assert core.hang_up("id", NOW + timedelta(seconds=5))
    rung(core, "4", timeout=10, now=NOW + timedelta(seconds=6))
    told = core.advance(NOW + LONG)
    assert [line["outcome"] for line in lines(told, "ended")] == ["cut", "no_answer"]
    assert lines(told, "ended")[1]["end"] == (NOW + timedelta(seconds=16.005)).isoformat()


@pytest.mark.parametrize(("timeout", "outcome"), [(0.9, "no_answer"), (1.1, "human")])
def test_whoever_would_answer_too_late_does_not(timeout: float, outcome: str) -> None:
    core = Core()
    rung(core, "1", timeout=timeout)
    (ended,) = lines(core.advance(NOW + LONG), "ended")
    assert ended["outcome"] == outcome


def test_a_callee_who_hangs_up_ends_the_call_himself() -> None:
    core = Core()
    rung(core, "8")
    told = core.advance(NOW + LONG)
    events = [each.body for each in told if isinstance(each, Event)]
    requests = [event for event in events if event["type"] == "ChannelHangupRequest"]
    assert ["soft" in event for event in requests] == [False, True]
    (ended,) = lines(told, "ended")
    stayed = datetime.fromisoformat(ended["end"]) - datetime.fromisoformat(ended["answer"])
    assert stayed == timedelta(seconds=BY_DIGIT["8"].stays)


def test_a_record_may_be_lost_and_the_log_says_so() -> None:
    core = Core()
    core.lost = 0.5
    for index in range(100):
        rung(core, "3", str(index))
    told = core.advance(NOW + LONG)
    kept = {record.texts["uniqueid"] for record in records(told)}
    assert 20 < len(kept) < 80
    assert kept == {line["id"] for line in lines(told, "ended") if line["recorded"]}


def test_the_same_seed_is_the_same_pabx() -> None:
    def told(seed: int) -> list[Happening]:
        core = Core(seed)
        core.lost = 0.5
        for digit in BY_DIGIT:
            rung(core, digit, digit)
        return core.advance(NOW + LONG)

    assert told(1) == told(1)
    assert told(1) != told(2)


def test_another_network_may_be_had() -> None:
    core = Core(network=lambda number: Callee("human" if number.startswith("82") else "busy", stays=1))
    rung(core, "3")
    (ended,) = lines(core.advance(NOW + LONG), "ended")
    assert ended["outcome"] == "human"


@pytest.mark.parametrize("goal", [Goal("nowhere", "s"), Goal("collection", "99"), Goal(app="nobody")])
def test_where_nothing_speaks_the_log_says_failed(goal: Goal) -> None:
    core = Core()
    rung(core, "1", goal=goal)
    (ended,) = lines(core.advance(NOW + LONG), "ended")
    assert (ended["outcome"], ended["cause"]) == ("failed", 0)


def test_whoever_leaves_while_amd_listens_leaves_nothing_without_a_handler() -> None:
    core = Core()
    rung(core, "8", goal=Goal("collection-plain", "s"))
    (record,) = records(core.advance(NOW + LONG))
    assert (record.texts["lastapp"], record.texts["userfield"], record.texts["amdstatus"]) == ("AMD", "", "")


@pytest.mark.parametrize(("digit", "written"), [("2", "AMD_MACHINE"), ("1", "")])
def test_a_plain_dialplan_writes_machines_only(digit: str, written: str) -> None:
    core = Core()
    rung(core, digit, goal=Goal("collection-plain", "s"))
    (record,) = records(core.advance(NOW + LONG))
    assert (record.texts["lastapp"], record.texts["userfield"]) == ("Hangup", written)


Step = Callable[[Core, datetime], object]
NAMES = st.sampled_from("abc")
STEPS: st.SearchStrategy[tuple[float, Step]] = st.tuples(
    st.floats(0, 12),
    st.one_of(
        st.builds(
            lambda name, digit: lambda core, now: rung(core, digit, name, 7, now), NAMES, st.sampled_from(sorted(BY_DIGIT))
        ),
        st.builds(lambda name: lambda core, now: core.hang_up(name, now), NAMES),
        st.just(lambda core, now: core.restart(now)),
    ),
)


@settings(max_examples=200)
@given(st.lists(STEPS, min_size=5, max_size=25))
def test_every_call_that_rang_ends_once_and_nothing_is_told_of_the_dead(steps: list[tuple[float, Step]]) -> None:
    core, now, told = Core(), NOW, list[Happening]()
    for seconds, step in steps:
        now += timedelta(seconds=seconds)
        step(core, now)
        told += core.advance(now)
    told += core.advance(now + LONG)
    alive: Counter[str] = Counter()
    for each in told:
        match each:
            case Line(body) if body["what"] == "rang":
                alive[body["id"]] += 1
                assert alive[body["id"]] == 1
            case Line(body) if body["what"] == "ended":
                alive[body["id"]] -= 1
                assert alive[body["id"]] == 0
            case Event(body):
                assert alive[(body.get("channel") or body["peer"])["id"]] == 1
            case _:
                pass
    assert not +alive
    ended = lines(told, "ended")
    assert len(records(told)) == sum(line["recorded"] for line in ended)
    assert sum(isinstance(each, Event) and each.body["type"] == "ChannelDestroyed" for each in told) == sum(
        line["outcome"] != "lost" for line in ended
    )


@given(st.lists(STEPS, max_size=12), st.floats(0.01, 3))
def test_how_often_it_is_asked_changes_nothing(steps: list[tuple[float, Step]], every: float) -> None:
    def told(*, often: bool) -> list[Happening]:
        core, now, found = Core(), NOW, list[Happening]()
        for seconds, step in steps:
            if often:
                for part in range(int(seconds / every)):
                    found += core.advance(now + timedelta(seconds=part * every))
            now += timedelta(seconds=seconds)
            step(core, now)
        return found + core.advance(now + LONG)

    assert told(often=True) == told(often=False)
