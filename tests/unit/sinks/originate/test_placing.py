"""One request, step by step: what it leaves in the ledger, at the PABX and on the topic, whatever step was the last."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from schemas.attempts import Attempt, AttemptState, Mark
from schemas.calls import Call
from schemas.controls import Controls
from schemas.said import Said
from sinks.originate.ending import finish
from sinks.originate.healing import RESERVED_FOR, RESERVING_FOR, heal
from sinks.originate.marks import rewritten
from sinks.originate.placing import place
from sinks.originate.steps import Done, Move, Publish, Replace, Ring, Step, drive_at_once
from tests.strategies import instance
from tests.unit.sinks.originate.pretended import ARI, NOON, SILENCE, Pretended, Told, armed, attempt_id, request, says

MINUTE = timedelta(minutes=1)
ASKED = request(1, phones=(1, 2))


def placed(world: Pretended, asked: Any = ASKED) -> str:  # noqa: ANN401 - a request
    return drive_at_once(place(asked, world.now), world.do, world.clock)


def stepped(world: Pretended, asked: Any = ASKED) -> Iterator[Step]:  # noqa: ANN401 - a request
    """Each step just before it is done."""
    running = place(asked, world.now)
    try:
        step = next(running)
        while True:
            yield step
            step = running.send(Done(world.do(step), world.now))
    except StopIteration:
        return


def until(world: Pretended, kind: type[Step], asked: Any = ASKED) -> Iterator[Step]:  # noqa: ANN401 - a request
    """Gone through up to the first step of a kind, which is not done yet."""
    steps = stepped(world, asked)
    assert any(isinstance(step, kind) for step in steps)
    return steps


def healed(world: Pretended) -> None:
    for left in world.ledger.left_at_once(world.now):
        drive_at_once(heal(left, world.now), world.do, world.clock)


def only(world: Pretended) -> Attempt:
    (attempt,) = world.ledger.attempts.values()
    return attempt


def marks(world: Pretended) -> list[str]:
    return sorted(subject for subject, found in world.ledger.marks.items() if found.calls)


def told(outcome: Any, **fields: Any) -> Call:  # noqa: ANN401 - an outcome, and any field
    return Call(
        **{
            "instance": "norte",
            "code": "1042",
            "attempt": ASKED.attempt,
            "version": 1,
            "at": NOON,
            "outcome": outcome,
            **fields,
        }
    )


SUBJECTS = ["client:norte:1042", "number:+5582999990001", f"person:{'a' * 32}"]


def test_a_call_is_marked_on_all_its_subjects_rung_once_and_told() -> None:
    world = Pretended()

    assert placed(world) == "ringing"
    assert [one.attempt for _, one in world.rung] == [ASKED.attempt]
    assert (only(world).state, marks(world)) == ("ringing", SUBJECTS)
    (said,) = world.published
    assert (said.answer, list(said.subjects), said.at, said.person) == ("ringing", SUBJECTS, NOON, "a" * 32)


def test_without_a_document_every_number_counts() -> None:
    world = Pretended()
    placed(world, request(1, person="", phones=(1, 2)))

    assert marks(world) == ["client:norte:1042", "number:+5582999990001", "number:+5582999990002"]


def test_a_request_that_comes_again_does_nothing() -> None:
    world = Pretended()

    assert [placed(world), placed(world)] == ["ringing", "handled"]
    assert (len(world.rung), len(world.published)) == (1, 1)


def test_a_lapsed_request_leaves_no_trace() -> None:
    world = Pretended(now=ASKED.lapses_at)

    assert placed(world) == "dropped"
    assert (world.ledger.attempts, world.published) == ({}, [])


def test_nobody_rings_by_a_wrong_clock() -> None:
    world = Pretended(changed={"clock_off": True})

    assert placed(world) == "dropped"
    assert world.ledger.attempts == {}


def test_another_code_of_the_same_person_is_refused_until_the_limit_ends() -> None:
    world = Pretended()
    placed(world)
    world.now += MINUTE

    assert placed(world, request(2, code="2077", phones=(7,), at=world.now)) == "refused"
    said = world.published[-1]
    assert (said.answer, said.reason, said.until) == ("refused", "limit_hour", NOON + timedelta(hours=1) + MINUTE)
    assert len(world.rung) == 1
    assert marks(world) == SUBJECTS


def test_a_rule_that_changed_since_refuses_without_a_mark() -> None:
    world = Pretended(changed={"controls": Controls(promises={"1042": NOON.date()})})

    assert placed(world) == "refused"
    assert (only(world).state, marks(world), world.rung) == ("refused", [], [])
    assert world.published[-1].reason == "promise"


def test_a_dry_run_does_everything_but_ring() -> None:
    world = Pretended(instances={"norte": instance(pabx={**ARI, "armed": False})})

    assert placed(world) == "dry"
    assert (world.rung, only(world).state, only(world).outcome) == ([], "ended", None)
    assert marks(world) == [f"dry:{subject}" for subject in SUBJECTS]
    assert {mark.open for found in world.ledger.marks.values() for mark in found.calls} == {False}, "nothing will end it"
    assert (world.published[-1].dry_run, world.published[-1].answer) == (True, "ringing")
    world.now += MINUTE
    assert placed(world, request(2, at=world.now)) == "refused"
    assert world.published[-1].reason == "limit_gap"
    assert world.published[-1].dry_run


def test_dry_marks_are_nobodys_limit_once_it_is_armed() -> None:
    world = Pretended(instances={"norte": instance(pabx={**ARI, "armed": False})})
    placed(world)
    world.instances["norte"] = armed()
    world.now += MINUTE

    assert placed(world, request(2, at=world.now)) == "ringing"


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_pabx_that_wants_no_calls_holds_the_instance(status: int) -> None:
    world = Pretended(answer=lambda _: Told(says(status, message="no"), rings=False))

    assert placed(world) == "refused"
    assert (only(world).state, marks(world)) == ("refused", [])
    assert [(hold.instance.name, hold.status) for hold in world.held] == [("norte", status)]
    assert world.published[-1].reason == "pabx_refuses"


@pytest.mark.parametrize("rings", [False, True])
@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_proxy_that_wants_no_calls_holds_the_instance_and_its_word_about_the_call_is_none(
    status: int, *, rings: bool
) -> None:
    """Nothing more is asked for; the one call counts, as it may have been placed before the proxy spoke."""
    page = Said(status, "text/html", b"<html>Authorization Required</html>")
    world = Pretended(answer=lambda _: Told(page, rings=rings))

    assert placed(world) == ("ringing" if rings else "unclear")
    assert (only(world).state, marks(world)) == ("ringing", SUBJECTS)
    assert [(hold.instance.name, hold.status) for hold in world.held] == [("norte", status)]


def test_what_nobody_knows_counts() -> None:
    world = Pretended(answer=lambda _: Told(SILENCE, rings=False))

    assert placed(world) == "unclear"
    assert (only(world).state, marks(world), world.published[-1].answer) == ("ringing", SUBJECTS, "unclear")


def test_what_nobody_answered_but_rings_is_known_to_ring() -> None:
    world = Pretended(answer=lambda _: Told(SILENCE))

    assert placed(world) == "ringing"


def test_marks_move_to_where_the_pabx_began_if_that_is_later_but_never_beyond_now() -> None:
    said = says(200, id="x", creationtime="2026-01-14T12:00:30.000-0300")
    world = Pretended(answer=lambda _: Told(said))
    steps = until(world, Ring)
    world.now += timedelta(seconds=4)
    for step in steps:
        if isinstance(step, Replace | Publish):
            world.now = NOON + timedelta(seconds=20)

    assert {mark.at for found in world.ledger.marks.values() for mark in found.calls} == {NOON}
    world = Pretended()

    def late(_: Attempt) -> Told:
        world.now += timedelta(seconds=31)
        return Told(said)

    world.answer = late
    placed(world)
    at = NOON + timedelta(seconds=30)
    assert {mark.at for found in world.ledger.marks.values() for mark in found.calls} == {at}
    assert (only(world).at, world.published[-1].at) == (at, at)


def test_what_was_reserved_too_long_ago_is_not_rung() -> None:
    world = Pretended()
    steps = stepped(world)
    for step in steps:
        if isinstance(step, Move):
            world.now += timedelta(seconds=5)

    assert (world.rung, only(world).state, marks(world)) == ([], "refused", [])


def test_whoever_wakes_after_he_was_taken_for_dead_does_not_ring_and_leaves_no_marks() -> None:
    world = Pretended()
    steps = stepped(world)
    replaced = 0
    for step in steps:
        replaced += isinstance(step, Replace)
        if replaced == 2:
            break
    world.now += RESERVING_FOR + MINUTE
    healed(world)
    assert (only(world).state, marks(world)) == ("abandoned", [])

    list(steps)
    assert (world.rung, only(world).state, marks(world)) == ([], "abandoned", [])


def test_what_is_taken_up_is_not_what_has_gone_on_meanwhile() -> None:
    world = Pretended()
    steps = until(world, Move)
    world.now += RESERVING_FOR + timedelta(seconds=1)
    taken_up = [heal(left, world.now) for left in world.ledger.left_at_once(world.now)]
    world.now = NOON + timedelta(seconds=1)
    next(steps)  # it is reserved after all
    for one in taken_up:
        drive_at_once(one, world.do, world.clock)

    assert (only(world).state, marks(world)) == ("reserved", SUBJECTS)


@pytest.mark.parametrize("rang", [True, False])
def test_a_crash_after_reserving_is_told_as_unclear_and_never_rung_again(*, rang: bool) -> None:
    world = Pretended()
    steps = until(world, Ring)
    if rang:
        next(steps)
    world.now += RESERVED_FOR + timedelta(seconds=1)
    healed(world)

    assert len(world.rung) == rang
    assert (only(world).state, marks(world)) == ("ringing", SUBJECTS)
    assert [one.answer for one in world.published] == ["ringing" if rang else "unclear"]


def test_a_crash_between_publishing_and_the_state_is_published_again() -> None:
    world = Pretended()
    steps = until(world, Publish)
    next(steps)
    world.now += RESERVED_FOR + timedelta(seconds=1)
    healed(world)

    assert (len(world.published), only(world).state, len(world.rung)) == (2, "ringing", 1)


def test_marks_of_an_abandoned_attempt_are_pulled_whenever_they_came() -> None:
    world = Pretended()
    steps = stepped(world)
    next(step for step in steps if isinstance(step, Replace))
    world.now += RESERVING_FOR + MINUTE
    healed(world)
    next(steps)  # it wakes, writes one mark, and dies
    assert marks(world) != []

    healed(world)
    assert marks(world) == []


@pytest.mark.parametrize(("outcome", "state"), [("busy", "ended"), ("human", "ended"), ("lost", "lost")])
def test_an_outcome_closes_the_marks(outcome: str, state: AttemptState) -> None:
    world = Pretended()
    placed(world)
    later = NOON + timedelta(seconds=40)
    world.now += MINUTE
    assert drive_at_once(finish(told(outcome, at=later), world.now), world.do, world.clock)

    found = [mark for one in world.ledger.marks.values() for mark in one.calls]
    assert {(mark.open, mark.human, mark.at) for mark in found} == {(False, outcome == "human", later)}
    assert (only(world).state, only(world).outcome) == (state, outcome)
    assert not drive_at_once(finish(told(outcome, at=later), world.now), world.do, world.clock), "told twice"


def test_a_late_record_turns_lost_into_ended_and_nothing_turns_it_back() -> None:
    world = Pretended()
    placed(world)
    for outcome in ("lost", "human", "lost"):
        drive_at_once(finish(told(outcome), world.now), world.do, world.clock)

    assert (only(world).state, only(world).outcome) == ("ended", "human")
    assert {mark.human for one in world.ledger.marks.values() for mark in one.calls} == {True}


def test_a_record_moves_a_mark_later_but_never_earlier_nor_beyond_now() -> None:
    world = Pretended()
    placed(world)
    for at in (NOON - MINUTE, NOON + timedelta(seconds=20), NOON + timedelta(days=1)):
        world.now = NOON + timedelta(seconds=30)
        drive_at_once(finish(told(None, at=at), world.now), world.do, world.clock)

    assert {mark.at for one in world.ledger.marks.values() for mark in one.calls} == {world.now}
    assert {mark.open for one in world.ledger.marks.values() for mark in one.calls} == {True}


def test_records_of_what_nobody_rang_mark_nothing() -> None:
    world = Pretended(answer=lambda _: Told(says(500, message="Allocation failed"), rings=False))
    placed(world)

    assert not drive_at_once(finish(told("busy"), world.now), world.do, world.clock)
    assert not drive_at_once(finish(told("busy", attempt=request(9).attempt), world.now), world.do, world.clock)
    assert not drive_at_once(finish(told("busy", dry_run=True), world.now), world.do, world.clock)
    assert (marks(world), only(world).state) == ([], "refused")


def test_old_marks_go_at_each_write() -> None:
    world = Pretended()
    placed(world)
    drive_at_once(finish(told("busy"), world.now), world.do, world.clock)
    world.now += timedelta(days=9, minutes=-1)
    placed(world, request(2, at=world.now))

    assert [len(one.calls) for one in world.ledger.marks.values()] == [1, 1, 1]
    expiry = {one.expires_at for one in world.ledger.marks.values()}
    assert expiry == {world.now + timedelta(days=8)}


def test_every_step_of_a_call_can_be_seen() -> None:
    """Whoever simulates a crash after each step meets all that reads or writes anything."""
    world = Pretended(answer=lambda _: Told(SILENCE))

    steps = [type(step).__name__ for step in stepped(world)]
    assert steps == ["Look", "Begin", "Read", *["Replace"] * 3, "Move", "Ring", "Ask", "Publish", "Move"]


@pytest.mark.parametrize(("days", "fate"), [(7, "refused"), (9, "ringing")])
def test_a_mark_that_nobody_ever_closed_objects_no_longer_than_a_mark_is_kept(days: int, fate: str) -> None:
    """A conversation keeps its subject for months; an open mark beside it ends with its own eight days."""
    world = Pretended()
    talked = Mark(attempt=attempt_id(7), at=NOON - timedelta(days=30), open=False, human=True)
    forgotten = Mark(attempt=attempt_id(8), at=NOON - timedelta(days=days))
    subject = f"client:norte:{ASKED.code}"
    world.ledger.marks[subject] = rewritten(subject, None, (talked, forgotten), forgotten.at)

    assert placed(world) == fate
