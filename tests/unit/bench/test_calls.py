"""What the benchmarks of calls decide on, rank and reserve is what they say it is."""

from datetime import UTC, timedelta

import pytest

from deploy.bench.callees import CALLED_EACH, CALLING, OPENING, due_at_opening, entries
from deploy.bench.figures import Comparison, Figure
from deploy.bench.opening import MOMENTS, Measured, Opened
from deploy.bench.ranking import results
from deploy.bench.reserving import attempt
from processors.dialer.schedule import Turn, allowed, turn
from schemas.calling.facts import facts_of
from schemas.controls import NO_CONTROLS
from schemas.queue import QueueEntry, Verdict

OPENED = Opened(looked=2.0, round=0.4, anew=1.6, cpu=(0.3, 1.5), asked=3, best=3)


def entry(number: int, *, due: bool) -> QueueEntry:
    one = due_at_opening(number, 1, due=due)
    fields = {"instance": one.instance, "code": one.code, "version": 1, "debtor_version": 1, "decided_at": OPENING}
    return QueueEntry(**fields, facts=facts_of(one), verdict=Verdict())  # type: ignore[arg-type]  # fields of several types


def test_some_debtors_are_due_when_the_hours_open_and_the_others_on_another_day() -> None:
    before = OPENING - timedelta(seconds=1)
    for number in range(20):
        found = turn(entry(number, due=True), CALLING, NO_CONTROLS, before)
        assert found is not None
        assert (found.at, found.rank is not None) == (OPENING.astimezone(UTC), True)
        later = turn(entry(number, due=False), CALLING, NO_CONTROLS, before)
        assert isinstance(later, Turn)
        assert later.at > OPENING + timedelta(days=1)


def test_everybody_has_as_many_calls_behind_him_as_his_turn_is_and_may_still_be_decided_on() -> None:
    found = list(entries(4 * CALLED_EACH))

    assert [len(one.facts.calls) for one in found] == [number % CALLED_EACH for number in range(4 * CALLED_EACH)]
    assert {len(one.facts.calls) for one in found if one.verdict.ends} == set(range(1, CALLED_EACH))
    assert any(not allowed(one, CALLING, NO_CONTROLS, OPENING).holds for one in found)


def test_the_quiet_hours_have_an_opening_and_a_midnight_in_them() -> None:
    assert MOMENTS[0] < OPENING < MOMENTS[4] < MOMENTS[5] < OPENING.replace(hour=0) + timedelta(days=1) < MOMENTS[-1]


def test_no_two_reservations_want_the_same_person() -> None:
    found = [attempt(number, turn, OPENING) for turn in range(3) for number in range(50)]

    assert len({subject for one in found for subject in one.subjects}) == 3 * len(found)
    assert len({one.attempt for one in found}) == len(found)


@pytest.mark.parametrize(
    ("found", "verdict"), [(OPENED, "met"), ({**OPENED, "asked": 2}, "failed"), ({**OPENED, "best": 4}, "failed")]
)
def test_a_ranking_that_forgot_somebody_has_failed_however_fast_it_was(found: Opened, verdict: str) -> None:
    compared, within, quiet = results(Measured(published=1, openings=[found]), 27_000, 3)

    assert isinstance(compared, Comparison)
    assert compared.verdict("all anew") == verdict
    assert isinstance(within, Figure)
    assert isinstance(quiet, Figure)
    assert (within.value, within.verdict, quiet.value, quiet.verdict) == (0.4, "met", 1, "not met")
