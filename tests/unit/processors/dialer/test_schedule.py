"""When somebody's turn comes: never later than the rules let him be called, and known beforehand at the opening."""

from datetime import UTC, date, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.dialer.schedule import AHEAD, HOPS, LOOK_AGAIN, Turn, allowed, turn
from schemas.attempts import MARKS_KEPT
from schemas.calling.decide import decide
from schemas.controls import NO_CONTROLS, Controls, Doubts
from schemas.instances import Instance
from schemas.queue import Aside, Facts, PastCall, QueueEntry
from tests.strategies import MONDAY, controls, instance
from tests.unit.processors.dialer.test_history import ONE, OTHER

PABX = {"control": {"kind": "ari", "url": "http://pabx.example:8088/ari", "user": "collector"}, "context": "cobranca"}
ARMED = {**PABX, "armed": True}
HERE = instance(pabx=ARMED)
FAR_WEST = instance(pabx=ARMED, state="AC", zone="America/Rio_Branco")
NOON = datetime(2026, 1, 12, 12, tzinfo=HERE.clock)
OWED = Facts(name="FULANA", known=True, active=True, phones=("+5582999990001",), due=((date(2025, 12, 20), 9_990),))


def queued(facts: Facts, here: Instance = HERE, people: Controls = NO_CONTROLS) -> QueueEntry:
    return QueueEntry(
        instance=here.name,
        code="1042",
        version=1,
        debtor_version=1,
        decided_at=NOON,
        facts=facts,
        verdict=decide(facts, "1042", here, people),
        settled=not facts.due,
    )


def turn_of(facts: Facts, now: datetime = NOON, here: Instance = HERE, people: Controls = NO_CONTROLS) -> datetime | None:
    found = turn(queued(facts, here, people), here, people, now)
    return found and found.at.astimezone(here.clock)


def test_who_may_be_called_has_his_turn_at_once_and_a_place() -> None:
    found = turn(queued(OWED), HERE, NO_CONTROLS, NOON)

    score = allowed(queued(OWED), HERE, NO_CONTROLS, NOON).score
    assert found == Turn(NOON, (-score, date(2025, 12, 20), b"norte:1042"))
    assert score > 0


@pytest.mark.parametrize(
    ("now", "at"),
    [
        ("2026-01-12T08:59:59", "2026-01-12T09:00:00"),
        ("2026-01-12T19:00:00", "2026-01-13T09:00:00"),
        ("2026-01-16T20:00:00", "2026-01-19T09:00:00"),
        ("2026-04-20T23:00:00", "2026-04-22T09:00:00"),  # Tiradentes between
        ("2026-04-21T12:00:00", "2026-04-22T09:00:00"),
    ],
)
def test_outside_the_hours_it_is_the_opening_and_his_place_is_known(now: str, at: str) -> None:
    """Of that day: a debt grows older until Monday."""
    moment, opening = (datetime.fromisoformat(text).replace(tzinfo=HERE.clock) for text in (now, at))
    facts = OWED.model_copy(update={"due": ((moment.date() - timedelta(days=20), 9_990),)})
    found = turn(queued(facts), HERE, NO_CONTROLS, moment)

    assert found is not None
    assert found.at == opening
    assert found.rank is not None
    assert found.rank[0] == -allowed(queued(facts), HERE, NO_CONTROLS, opening).score


def test_a_debt_that_is_too_young_is_looked_at_on_its_day() -> None:
    """Seven days after Tuesday the 6th is the 13th; after the 13th it is not followed day by day."""
    assert turn_of(OWED.model_copy(update={"due": ((date(2026, 1, 6), 9_990),)})) == datetime(
        2026, 1, 13, 9, tzinfo=HERE.clock
    )
    young = turn_of(OWED.model_copy(update={"due": ((date(2026, 6, 1), 9_990),)}))
    assert young is not None
    assert NOON + timedelta(days=1) < young < datetime(2026, 6, 8, 9, tzinfo=HERE.clock)


def test_a_debt_that_is_old_enough_tomorrow_has_its_turn_tomorrow_though_in_greenwich_that_is_today() -> None:
    evening = datetime(2026, 1, 12, 22, tzinfo=HERE.clock)
    young = OWED.model_copy(update={"due": ((date(2026, 1, 6), 9_990),)})

    assert turn_of(young, evening.astimezone(UTC)) == datetime(2026, 1, 13, 9, tzinfo=HERE.clock)


def test_an_end_that_was_stored_before_a_rule_or_a_promise_changed_is_none() -> None:
    """The entry is written anew within seconds; until then he is looked at now and then, and nobody rings."""
    called = OWED.model_copy(update={"calls": (PastCall(attempt=ONE, at=NOON, number=OWED.phones[0], outcome="human"),)})
    longer, later = instance(pabx=ARMED, rules={"gap_minutes": 600}), NOON + timedelta(hours=5)
    moved, tomorrow = Controls({"1042": date(2026, 1, 20)}), NOON + timedelta(days=1)

    assert turn(queued(called), longer, NO_CONTROLS, later) == Turn(later + HOPS * LOOK_AGAIN)
    promised = queued(OWED, people=Controls({"1042": MONDAY}))
    assert turn(promised, HERE, moved, tomorrow) == Turn(tomorrow + HOPS * LOOK_AGAIN)


def test_a_debt_that_is_too_old_is_looked_at_by_the_day_and_not_by_the_minute() -> None:
    """Nothing will make it younger, but a younger bill may fall due."""
    old = turn_of(OWED.model_copy(update={"due": ((date(2025, 1, 6), 9_990),)}))

    assert old == datetime(2026, 1, 13, tzinfo=HERE.clock) + timedelta(days=HOPS - 1)


def test_a_promise_is_over_with_its_last_day_and_a_limit_at_its_instant() -> None:
    called = OWED.model_copy(update={"calls": (PastCall(attempt=ONE, at=NOON, number=OWED.phones[0], outcome="human"),)})

    assert turn_of(OWED, people=Controls({"1042": MONDAY})) == datetime(2026, 1, 13, 9, tzinfo=HERE.clock)
    assert turn_of(called, NOON + timedelta(minutes=1)) == NOON + timedelta(hours=4)


def test_whoever_a_record_only_can_free_has_no_turn() -> None:
    for facts in (
        OWED.model_copy(update={"phones": ()}),
        OWED.model_copy(update={"due": ()}),
        OWED.model_copy(update={"renegotiated": True}),
        *(OWED.model_copy(update={"due": (), "set_aside": {aside: date(2025, 12, 20)}}) for aside in get_args(Aside)),
    ):
        assert turn_of(facts) is None
    never = instance(pabx=ARMED, rules={"windows": {}})
    for here in (instance(pabx=None), instance(pabx=ARMED, paused=True), never):
        assert turn_of(OWED, here=here) is None
    assert turn_of(OWED, people=Controls(doubts=Doubts(everybody=True))) is None


def test_a_call_whose_end_nobody_told_holds_him_until_its_mark_has_gone_and_no_longer() -> None:
    """Eight days, as in the ledger: Sunday noon, so Monday's opening. Then another call is not in its way."""
    calls = (PastCall(attempt=ONE, at=NOON - timedelta(days=2), number="+551"),)
    facts = OWED.model_copy(update={"calls": calls})

    assert calls[0].at + MARKS_KEPT == datetime(2026, 1, 18, 12, tzinfo=HERE.clock)
    assert turn_of(facts) == datetime(2026, 1, 19, 9, tzinfo=HERE.clock)
    assert turn_of(facts, NOON + timedelta(days=7)) == NOON + timedelta(days=7)


def test_what_a_record_has_not_told_yet_is_looked_at_again() -> None:
    """Somebody blocked a number a second ago, and takes it back before the entry is written anew."""
    blocked = Controls(phones=frozenset(OWED.phones))

    found = turn(queued(OWED), HERE, blocked, NOON)
    assert found is not None
    assert found.rank is None
    assert NOON < found.at <= NOON + HOPS * LOOK_AGAIN


def test_what_was_refused_of_dry_runs_counts_until_it_is_armed() -> None:
    until = NOON + timedelta(hours=2)
    facts = OWED.model_copy(
        update={"refused_dry": {"limit_gap": until}, "refused": {"limit_gap": NOON + timedelta(hours=1)}}
    )

    assert turn_of(facts, here=instance(pabx=PABX)) == until
    assert turn_of(facts, here=instance(pabx=None)) is None
    assert turn_of(facts) == NOON + timedelta(hours=1)


CALL = st.builds(
    PastCall,
    attempt=st.sampled_from([ONE, OTHER]),
    at=st.integers(0, 24 * 10 * 4).map(lambda quarters: NOON - timedelta(minutes=15 * quarters)),
    number=st.just("+5582999990001"),
    outcome=st.sampled_from([None, None, None, "human", "busy", "no_answer", "machine", "lost", "invalid_number"]),
)
FACTS = st.builds(
    lambda due, calls, uf, refused, renegotiated: OWED.model_copy(
        update={
            "due": tuple(sorted((MONDAY - timedelta(days=days), 9_990) for days in due)),
            "calls": tuple(sorted(calls, key=lambda call: call.at)),
            "uf": uf,
            "refused": refused,
            "set_aside": renegotiated,
        }
    ),
    st.lists(st.integers(-6, 40), max_size=3),
    st.lists(CALL, max_size=4, unique_by=lambda call: call.attempt),
    st.sampled_from(["", "AL", "SP", "AC", "PE"]),
    st.dictionaries(
        st.sampled_from(["limit_gap", "limit_day"]),
        st.integers(1, 40).map(lambda hours: NOON + timedelta(hours=hours)),
        max_size=1,
    ),
    st.dictionaries(st.just("renegotiated"), st.just(MONDAY - timedelta(days=9)), max_size=1),
)
WAITED = [timedelta(minutes=minutes) for minutes in range(0, 10 * 24 * 60, 97)]


@given(FACTS, controls("1042"), st.integers(0, 24 * 60), st.sampled_from([HERE, FAR_WEST]))
def test_nobodys_turn_comes_too_late(facts: Facts, people: Controls, minute: int, here: Instance) -> None:
    """Whoever may be called at some instant is ready, or to be looked at, by then; whoever is ready may be called."""
    now = NOON.astimezone(UTC) + timedelta(minutes=minute)
    entry = queued(facts, here, people)
    found = turn(entry, here, people, now)
    may = [now + wait for wait in WAITED if not allowed(entry, here, people, now + wait).holds]

    if may:
        assert found is not None
        assert found.at <= may[0]
    if found is not None and found.rank is not None:
        then = allowed(entry, here, people, found.at)
        assert not then.holds
        assert found.rank[0] == -then.score
    if found is not None and found.rank is None:
        assert found.at > now
    assert found is None or found.at.tzinfo is UTC


@pytest.mark.parametrize("day", ["9999-12-31", "9999-12-30", "3000-01-01"])
def test_a_promise_to_the_end_of_all_calendars_is_looked_at_again_and_stops_nobody(day: str) -> None:
    people = Controls(promises={"1042": date.fromisoformat(day)})

    found = turn(queued(OWED, people=people), HERE, people, NOON)

    assert found == Turn(NOON + AHEAD)
    assert timedelta(days=365) < AHEAD < timedelta(days=400)
