"""Who is asked for: the best of each PABX for whom there is room, as the rules say at that very instant."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from processors.dialer.agenda import Agenda
from processors.dialer.choosing import Chosen, Looked, choose
from processors.dialer.pace import LAPSES, Pace, Round
from processors.dialer.schedule import Turn, allowed, turn
from schemas.calls import CallRequest
from schemas.controls import NO_CONTROLS, Controls
from schemas.instances import Instance
from schemas.queue import Facts, QueueEntry
from tests.strategies import instance
from tests.unit.processors.dialer.test_schedule import ARMED, NOON, OWED, queued

NORTE, SUL = (instance(name=name, pabx=ARMED) for name in ("norte", "sul"))
ONE, OTHER = "one.example:8088", "other.example:8088"


def entry(code: str, days: int = 20, here: Instance = NORTE, facts: Facts = OWED) -> QueueEntry:
    """Somebody who owes since so many days."""
    owed = facts.model_copy(update={"due": ((NOON.date() - timedelta(days=days), 9_990),)})
    return queued(owed, here).model_copy(update={"code": code})


class Waiting:
    """Debtors whose turn was known at `then` and has come; `people` may have decided otherwise since."""

    def __init__(self, *entries: QueueEntry, then: datetime = NOON, people: Controls = NO_CONTROLS) -> None:
        self.entries = {one.key: one for one in entries}
        self.people = people
        self.agenda = Agenda()
        for key, one in self.entries.items():
            self.agenda.put(key, turn(one, self._of(one), NO_CONTROLS, then))
        self.agenda.come(then)

    def _of(self, one: QueueEntry) -> Instance:
        return SUL if one.instance == SUL.name else NORTE

    def look(self, key: bytes) -> Looked:
        one = self.entries[key]
        return Looked(one, self._of(one), self.people)

    def chosen(
        self, minute: Round, paces: dict[str, Pace], live: Collection[bytes] = (), now: datetime = NOON
    ) -> list[Chosen]:
        return choose(self.agenda, minute, paces, live, self.look, now=now)


def codes(chosen: list[Chosen]) -> list[str]:
    return [one.entry.code for one in chosen]


def room(most: int, *names: str) -> Pace:
    return Pace(most, names or ("norte",))


def test_the_oldest_debts_for_whom_there_is_room() -> None:
    here = Waiting(entry("1", 10), entry("2", 30), entry("3", 20))

    assert codes(here.chosen(Round(NOON), {ONE: room(2)})) == ["2", "3"]
    assert codes(here.chosen(Round(NOON), {ONE: room(9)})) == ["2", "3", "1"]
    assert codes(here.chosen(Round(NOON), {ONE: room(0)})) == []


def test_what_was_asked_for_this_minute_took_room_and_nobody_whose_request_lives_is_asked_for_again() -> None:
    here = Waiting(entry("1", 10), entry("2", 30), entry("3", 20))
    minute = Round(NOON)
    minute.asked[ONE] += 1

    assert codes(here.chosen(minute, {ONE: room(2)}, live=[b"norte:2"])) == ["3"]
    assert codes(here.chosen(minute, {ONE: room(1)})) == []
    minute.asked[ONE] += 9  # its pace was lowered meanwhile
    assert codes(here.chosen(minute, {ONE: room(1)})) == []


def test_each_pabx_has_its_own_room_for_its_own_debtors() -> None:
    here = Waiting(entry("1", 10), entry("2", 30), entry("3", 20, SUL), entry("4", 25, SUL))
    found = here.chosen(Round(NOON), {ONE: room(1, "norte"), OTHER: room(2, "sul")})

    assert [(one.address, one.entry.code) for one in found] == [(ONE, "2"), (OTHER, "4"), (OTHER, "3")]


def test_whoever_two_pabxs_could_ring_is_asked_for_once() -> None:
    here = Waiting(entry("1", 10), entry("2", 30))

    assert codes(here.chosen(Round(NOON), {ONE: room(1), OTHER: room(9)})) == ["2", "1"]


def test_who_may_not_be_called_after_all_gives_way_to_the_next_and_waits_for_his_next_turn() -> None:
    """He promised a second ago; his place in the agenda was of before."""
    here = Waiting(*(entry(str(n), 10 * n) for n in (1, 2, 3)), entry("4", 8), people=Controls({"3": NOON.date()}))

    assert codes(here.chosen(Round(NOON), {ONE: room(2)})) == ["2", "1"]
    assert here.agenda.best(9, ["norte"], ()) == [b"norte:2", b"norte:1", b"norte:4"]
    again_at = turn(here.entries[b"norte:3"], NORTE, here.people, NOON)
    assert again_at is not None
    assert here.agenda.next_at() == again_at.at


def test_hours_end_within_an_hour_too() -> None:
    """Ranked at noon, asked about when the day's hours have just ended: nobody, and all of them tomorrow."""
    here = Waiting(entry("1", 10), entry("2", 30))
    closed = NOON.replace(hour=19)
    found = here.chosen(Round(NOON), {ONE: room(9)}, now=closed)

    assert found == []
    assert here.agenda.next_at() == closed.replace(hour=9) + timedelta(days=1)


def test_the_request_says_what_was_decided_on_and_when_it_lapses() -> None:
    (one,) = Waiting(entry("7", 12)).chosen(Round(NOON), {ONE: room(1)})
    attempt = "01KEZ0000000000000000000AA"

    assert one.request(attempt, NOON) == CallRequest(
        attempt=attempt,
        instance="norte",
        code="7",
        pabx=ONE,
        number=OWED.phones[0],
        score=allowed(one.entry, NORTE, NO_CONTROLS, NOON).score,
        requested_at=NOON,
        lapses_at=NOON + LAPSES,
        entry=one.entry,
    )
    assert one.permit.score > 0


PEOPLE = st.lists(st.tuples(st.integers(1, 29), st.sampled_from([NORTE, SUL]), st.booleans(), st.booleans()), max_size=8)


@given(PEOPLE, st.integers(0, 4), st.integers(0, 4), st.integers(0, 3), st.booleans())
def test_never_more_than_there_is_room_never_one_twice_and_none_passed_over(
    people: list[tuple[int, Instance, bool, bool]], most: int, others: int, before: int, shared: bool
) -> None:
    """Written once more: who may be called and has no request that lives, by the order of places, as many as fit."""
    entries = [entry(str(n), days, here) for n, (days, here, _, _) in enumerate(people)]
    live = {one.key for one, (*_, asked) in zip(entries, people, strict=True) if asked}
    promised = {one.code: date(2026, 1, 31) for one, (*_, given_, _) in zip(entries, people, strict=True) if given_}
    here = Waiting(*entries, people=Controls(promised))
    minute = Round(NOON)
    minute.asked.update({ONE: before})
    paces = {ONE: room(most, "norte", "sul")} if shared else {ONE: room(most, "norte"), OTHER: room(others, "sul")}
    found = here.chosen(minute, paces, live)

    for address, pace in paces.items():
        may = [
            (-permit.score, permit.due_on or date.max, one.key)
            for one in entries
            if one.instance in pace.names and one.key not in live
            for permit in [allowed(one, here.look(one.key).instance, here.people, NOON)]
            if not permit.holds
        ]
        room_left = max(0, pace.a_round - minute.asked[address])
        assert [one.key for one in found if one.address == address] == [key for *_, key in sorted(may)[:room_left]]


def test_a_turn_without_a_place_is_nobody_to_ask_for() -> None:
    here = Waiting(entry("1"))
    here.agenda.put(b"norte:1", Turn(NOON))
    here.agenda.come(NOON)

    assert here.chosen(Round(NOON), {ONE: room(9)}) == []
