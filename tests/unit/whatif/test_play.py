"""Other rules on the days behind us: the same facts, the same luck, and only the rules between them."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from deploy.whatif.play import Comparison, Facts, is_noon, ready
from schemas.attempts import Outcome
from schemas.calls import Call
from schemas.controls import NOTHING_DECIDED, AllControls, Controls
from schemas.errors import StopWorker
from schemas.instances import Instance, Rules
from schemas.pabx import Pabx
from schemas.what_if import Compared
from sinks.snapshots.past import Past
from tests.integration.dashboard_provider import instance
from tests.integration.pipeline import row
from tests.unit.records import of_row

MONDAY = datetime(2026, 11, 9, 3, 0, tzinfo=UTC)
DAYS = 4
CONTROL = {"kind": "ari", "url": "http://pabx.local:8088/ari/", "user": "u", "password": "sealed"}
PABX = Pabx.model_validate({"control": CONTROL, "endpoint": "PJSIP/{e164}@t", "context": "c"})
NORTE = instance("norte", "Norte").model_copy(update={"rules": Rules(), "pabx": PABX})


def past(due: Iterable[int], paid: dict[int, datetime] | None = None, *, one_person: bool = False) -> Past:
    """Debtors from 0 on, each with one bill so many days overdue on that day. `paid`: when one's bill was closed."""
    since = MONDAY
    found = Past("norte", since, since + timedelta(days=DAYS))
    records = []
    for n, late in enumerate(due):
        code, at = str(n + 1), since - timedelta(days=40)
        day = (since.date() - timedelta(days=late)).isoformat()
        phone = f"(82) 99999-{n:04d}"
        client = row("norte", "client", code, code, person=f"{0 if one_person else n:032d}", telefone_celular=phone)
        bill = row("norte", "bill", code, f"b{n}", data_vencimento=day)
        records += [(at, client), (at, bill)]
        if paid and n in paid:
            records.append((paid[n], bill.model_copy(update={"row": None})))
    for at, event in sorted(records, key=lambda one: one[0]):
        record = of_row(event.model_copy(update={"seen_at": at}))
        record.timestamp = int(at.timestamp() * 1000)
        found.take(record)
    return found


def played(
    due: Iterable[int],
    rules: dict[str, Any],
    *,
    own: Instance = NORTE,
    controls: AllControls = NOTHING_DECIDED,
    calls: tuple[Call, ...] = (),
    paid: dict[int, datetime] | None = None,
    one_person: bool = False,
) -> Comparison:
    told = past(due, paid, one_person=one_person)
    facts = Facts(MONDAY, MONDAY + timedelta(days=DAYS), [told], calls, controls)
    found = Comparison(facts, {"norte": ready(own)}, {"norte": ready(own, rules)})
    assert list(found.steps())[-1] == facts.until
    return found


def compared(due: Iterable[int], rules: dict[str, Any], **more: Any) -> Compared:  # noqa: ANN401 - those of `played`
    return played(due, rules, **more).compared()


def figure(found: Compared, what: str) -> tuple[float, float]:
    return next((one.now, one.then) for one in found.figures if one.what == what)


def test_the_same_rules_are_the_same_calls() -> None:
    found = compared([8, 12, 20], {})
    assert figure(found, "calls")[0] > 0
    assert all(one.now == one.then for one in (*found.figures, *found.hours, *found.often))
    assert all((one.fell, one.came) == (0, 0) for one in found.holds)


def test_who_is_called_earlier_loses_the_hold_that_kept_him() -> None:
    """Ripe for the others at 1 day late, for today's rules at 7: the youngest is not ripe within the period."""
    found = compared([1, 10], {"min_days_overdue": 1})
    assert figure(found, "debtors") == (1, 2)
    early = next(one for one in found.holds if one.reason == "too_early")
    assert (early.now, early.then, early.fell, early.came) == (1, 0, 1, 0)
    youngest = next(one for one in found.debtors if one.code == "1")
    assert (youngest.now, youngest.first_now, youngest.fell) == (0, None, ("too_early",))
    assert youngest.then > 0


def test_calls_begin_in_the_hours_of_each_rules_only() -> None:
    windows = {str(day): {"opens": "14:00", "closes": "16:00"} for day in range(5)}
    found = compared([10, 11], {"windows": windows})
    assert {one.hour for one in found.hours if one.then} <= {14, 15}
    assert min(one.hour for one in found.hours if one.now) == 9


def test_one_who_has_paid_is_called_no_more_from_then_on() -> None:
    noon = MONDAY + timedelta(days=1, hours=12)
    paid = compared([10], {}, paid={0: noon})
    assert 0 < figure(paid, "calls")[0] < figure(compared([10], {}), "calls")[0]


def test_what_people_decided_holds_under_both() -> None:
    silent = AllControls({"norte": Controls(people=frozenset({f"{0:032d}"}))})
    found = compared([10, 10], {"per_day": 1}, controls=silent)
    assert figure(found, "debtors") == (1, 1)
    assert next(one for one in found.holds if one.reason == "blocklist").fell == 0


def test_what_came_is_learnt_in_its_order() -> None:
    paid = {0: MONDAY + timedelta(days=1), 1: MONDAY + timedelta(days=3)}
    found, _ = played([10, 10], {}, paid=paid).tallies
    for n, at in paid.items():
        assert found.times[f"norte:{n + 1}"]
        assert max(found.times[f"norte:{n + 1}"]) < at


def placed(code: str, at: datetime, outcome: Outcome) -> Call:
    """A call to the first debtor's person that is over."""
    return Call(
        instance="norte",
        code=code,
        attempt="01ARZ3NDEKTSV4RRFFQ69G5FAV",
        version=1,
        placed=True,
        answer="ringing",
        person=f"{0:032d}",
        number="+5582999990000",
        at=at,
        outcome=outcome,
    )


@pytest.mark.parametrize("code", ["1", "99"])
def test_calls_that_were_placed_before_the_period_count_against_its_limits(code: str) -> None:
    """Also those to another contract of the same person."""
    at = MONDAY - timedelta(days=1)
    call = placed(code, at, "no_answer")
    found = compared([10], {"per_7_days": 1}, calls=(call,))
    assert figure(found, "calls")[1] == 0
    assert found.placed == 0


@given(st.integers(1, 90), st.integers(0, 100))
@example(60, 31)
@example(60, 45)
@example(90, 86)
@settings(max_examples=15, deadline=None)
def test_a_conversation_before_the_period_is_remembered_for_as_long_as_any_rest_lasts(rest: int, days: int) -> None:
    """Under both rules: whoever rests throughout the period is not called in it, whoever never does is."""
    at = MONDAY - timedelta(days=days, hours=1)
    call = placed("1", at, "human")
    resting = NORTE.model_copy(update={"rules": Rules(rest_days_after_human=rest)})
    calls = figure(compared([10], {"rest_days_after_human": 0}, own=resting, calls=(call,)), "calls")
    if days + DAYS < rest:
        assert calls[0] == 0
    if days >= rest:
        assert calls[0] > 0
    if days > 1:
        assert calls[1] > 0


@given(
    st.lists(st.integers(0, 35), min_size=1, max_size=5),
    st.integers(1, 3),
    st.integers(1, 7),
    st.sampled_from([5, 60, 240, 1_440]),
)
@settings(max_examples=15, deadline=None)
def test_no_limit_of_either_rules_is_ever_broken(due: list[int], per_day: int, per_7_days: int, gap: int) -> None:
    """Looked at from outside, with arithmetic of its own."""
    found = played(due, {"per_day": per_day, "per_7_days": per_7_days, "gap_minutes": gap, "per_hour": 60})
    for (day_most, week_most, least), tally in zip(((3, 7, 240), (per_day, per_7_days, gap)), found.tallies, strict=True):
        for times in tally.times.values():
            assert max(Counter(at.date() for at in times).values()) <= day_most
            assert len(times) <= week_most
            assert all(later - at >= timedelta(minutes=least) for at, later in pairwise(times))
            assert all(9 <= at.hour < 19 and at.weekday() < 5 for at in times)


def test_a_person_with_several_contracts_has_one_budget() -> None:
    """The ledger's limits, which no entry of a single debtor tells."""
    found = played([10, 11, 12], {"per_day": 1}, one_person=True)
    now, then = (sorted(tally.all_times) for tally in found.tallies)
    assert 0 < max(Counter(at.date() for at in then).values()) <= 1
    assert all(later - at >= timedelta(hours=4) for at, later in pairwise(now))
    assert figure(found.compared(), "refused")[1] > 0


def test_a_provider_that_is_paused_or_not_armed_is_compared_as_if_it_called() -> None:
    asleep = NORTE.model_copy(update={"paused": True, "pabx": PABX.model_copy(update={"armed": False})})
    assert figure(compared([10], {}, own=asleep), "calls") == figure(compared([10], {}), "calls")


def test_without_a_pabx_there_is_nothing_to_compare() -> None:
    with pytest.raises(StopWorker, match="no PABX"):
        ready(NORTE.model_copy(update={"pabx": None}))


def test_noon_comes_once_a_day() -> None:
    steps = [MONDAY + timedelta(minutes=5 * n) for n in range(288 * 3)]
    assert sum(is_noon(at, at + timedelta(minutes=5)) for at in steps) == 3
