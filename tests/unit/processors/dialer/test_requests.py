"""Asking for calls with partitions in memory: what is sent, when to look again, and that nobody is asked for twice."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from processors.dialer.desk import Desk
from processors.dialer.pace import LAPSES, ROUND
from processors.dialer.requests import BEHIND, LOOK_EVERY, Asking, new_attempt
from processors.dialer.schedule import HOPS, LOOK_AGAIN
from processors.dialer.stage import NAME, SOURCES, World, fold, key_of
from processors.keyed.partition import Partition
from processors.keyed.stage import KeyedStage
from schemas.attempts import made_at
from schemas.calling.freshness import Signs
from schemas.calls import CallRequest
from schemas.codec import decode, encode
from schemas.controls import AllControls, Controls
from schemas.instances import Instance
from schemas.keys import partition_of
from schemas.queue import QueueEntry
from schemas.runtime import mongo
from schemas.runtime.transactions import Parts
from schemas.topics import QUEUE, REQUESTS
from tests.strategies import instance
from tests.unit.processors.dialer.test_choosing import entry
from tests.unit.processors.dialer.test_schedule import ARMED, NOON, OWED
from tests.unit.schemas.calling.test_freshness import beat

ADDRESS = "pabx.example:8088"
SECOND = timedelta(seconds=1)


def here(name: str = "norte", a_minute: int = 60, **fields: object) -> Instance:
    return instance(**{"name": name, "pabx": {**ARMED, "calls_per_second": a_minute / 60}, **fields})


Parted = Callable[..., Partition]


@pytest.fixture
async def part_of() -> AsyncIterator[Parted]:
    """A partition as it was restored; nothing is opened."""
    stage = KeyedStage(NAME, SOURCES, QUEUE, key_of, lambda *given: fold(World(), *given))
    made = []

    def one(number: int, *entries: QueueEntry) -> Partition:
        made.append(part := Partition(stage, number, "127.0.0.1:1"))
        part.states = {entry.key: encode(entry) for entry in entries}
        return part

    yield one
    for part in made:
        await part.close()


class Holding:
    """A worker's partitions, and a broker that takes what is sent. `waits`: partitions with records unread.

    `meanwhile` happens between the decision and the sending.
    """

    def __init__(self, *parts: Partition) -> None:
        self.held: Mapping[int, Partition] = {part.number: part for part in parts}
        self.waits: set[int] = set()
        self.meanwhile: Callable[[], None] = lambda: None
        self.sent: list[Parts] = []

    async def has_read_all(self, number: int) -> bool:
        self.meanwhile()
        return number not in self.waits

    async def send(self, part: Partition, made: Callable[[], Parts]) -> bool:
        if self.held.get(part.number) is not part:
            return False
        if parts := made():
            self.sent.append(parts)
        return True

    def requests(self) -> list[CallRequest]:
        """All that was sent so far, and no more."""
        sent, self.sent = self.sent, []
        return [decode(CallRequest, one.value or b"") for parts in sent for part in parts.values() for one in part]

    def codes(self) -> list[str]:
        return [one.code for one in self.requests()]


class Noon:
    """The dialer's clock, desk and asking: fresh debts at `now`."""

    def __init__(self, *instances: Instance) -> None:
        self.now = NOON.astimezone(UTC)
        self.desk = Desk(cast("mongo.Database", None), lambda: self.now)  # nobody looks: what it shows is told here
        self.shows(*instances)
        self.asking = Asking(self.desk, lambda: self.now)

    def shows(self, *instances: Instance, promised: Mapping[str, Mapping[str, datetime]] | None = None) -> None:
        people = {name: Controls({code: day.date() for code, day in of.items()}) for name, of in (promised or {}).items()}
        self.desk.world = World({one.name: one for one in instances}, AllControls(people))
        self.desk.signs = Signs({one.name: self.now for one in instances}, (beat(self.now),))

    def later(self, span: timedelta) -> None:
        self.now += span
        self.desk.signs = Signs(dict.fromkeys(self.desk.world.instances, self.now), (beat(self.now),))


async def test_the_best_are_asked_for_once_where_their_pabxs_originator_reads(part_of: Parted) -> None:
    holding, at = Holding(part_of(3, entry("1", 10), entry("2", 30), entry("3", 20))), Noon(here(a_minute=2))

    await at.asking.round(holding)
    (parts,) = holding.sent
    first = holding.requests()
    assert parts.keys() == {(REQUESTS.name, partition_of(ADDRESS.encode(), REQUESTS.partitions))}
    assert [message.key for part in parts.values() for message in part] == [one.key for one in first]
    assert [(one.code, one.pabx, one.requested_at, one.lapses_at) for one in first] == [
        (code, ADDRESS, at.now, at.now + LAPSES) for code in ("2", "3")
    ]
    assert first[0].attempt != first[1].attempt
    await at.asking.round(holding)
    assert holding.codes() == []


async def test_the_next_minute_has_room_again_and_whose_request_lapsed_is_asked_for_anew(part_of: Parted) -> None:
    holding, at = Holding(part_of(3, entry("1", 10), entry("2", 30), entry("3", 20))), Noon(here(a_minute=2))
    await at.asking.round(holding)
    first = holding.requests()

    at.later(ROUND - SECOND)
    await at.asking.round(holding)
    assert holding.codes() == []
    at.later(SECOND)
    await at.asking.round(holding)
    assert holding.codes() == ["1"]
    at.later(LAPSES - ROUND - SECOND)
    await at.asking.round(holding)
    assert holding.codes() == []
    at.later(SECOND)
    await at.asking.round(holding)
    (again,) = holding.requests()
    assert again.code == "2"
    assert again.attempt not in {one.attempt for one in first}


async def test_each_partition_has_a_minute_of_its_own(part_of: Parted) -> None:
    """There are as many dialers as partitions may have: none knows what the others ask for."""
    holding = Holding(part_of(3, entry("1"), entry("2")), part_of(4, entry("3"), entry("4")))

    await Noon(here(a_minute=1)).asking.round(holding)
    assert holding.codes() == ["1", "3"]


async def test_from_a_partition_where_records_wait_nobody_is_asked_for_and_soon_it_is_tried_again(part_of: Parted) -> None:
    """They may tell who has paid. What was not sent took no room."""
    holding, at = Holding(part_of(3, entry("1")), part_of(4, entry("2"))), Noon(here(a_minute=1))
    holding.waits = {3}

    assert await at.asking.round(holding) == at.now + BEHIND
    assert holding.codes() == ["2"]
    holding.waits = set()
    assert await at.asking.round(holding) > at.now + BEHIND
    assert holding.codes() == ["1"]


async def test_where_nobody_is_to_be_asked_for_it_does_not_matter_what_waits(part_of: Parted) -> None:
    holding, at = Holding(part_of(3, entry("1", 1))), Noon(here())
    holding.waits = {3}

    assert await at.asking.round(holding) == at.now + LOOK_EVERY


async def test_whose_place_must_be_looked_at_when_his_turn_comes_is_asked_for_in_the_same_round(part_of: Parted) -> None:
    """Somebody blocked his number and has taken it back since; no record told of either yet."""
    holding, at = Holding(part_of(3, entry("1"))), Noon(here())
    at.desk.world = World(at.desk.world.instances, AllControls({"norte": Controls(phones=frozenset(OWED.phones))}))
    assert await at.asking.round(holding) == at.now + LOOK_EVERY
    assert holding.codes() == []

    at.shows(here())
    at.later(HOPS * LOOK_AGAIN)
    await at.asking.round(holding)
    assert holding.codes() == ["1"]


async def test_who_changes_between_the_decision_and_the_sending_is_not_asked_for(part_of: Parted) -> None:
    """Nor whose partition another worker took over."""
    part = part_of(3, entry("1", 10), entry("2", 30), entry("3", 20))
    holding, at = Holding(part), Noon(here())

    def change() -> None:
        part.states[b"norte:2"] = encode(entry("2", 30).model_copy(update={"version": 9}))
        part.states.pop(b"norte:1", None)
        at.asking.changed(3, [b"norte:1", b"norte:2"])

    holding.meanwhile = change
    await at.asking.round(holding)
    assert holding.codes() == ["3"]
    assert at.asking.live.keys() == {b"norte:3"}

    def lose() -> None:
        holding.held = {}

    at.later(LAPSES)
    holding.meanwhile = lose
    assert await at.asking.round(holding) == at.now + BEHIND
    assert holding.sent == []


async def test_what_was_read_anew_is_looked_at_anew(part_of: Parted) -> None:
    """A partition that came back may hold other states; the requests that live are remembered."""
    holding, at = Holding(part_of(3, entry("1", 10), entry("2", 30))), Noon(here(a_minute=1))
    await at.asking.round(holding)
    assert holding.codes() == ["2"]

    holding.held = {3: part_of(3, entry("2", 30), entry("4", 5), entry("5", 15))}
    await at.asking.round(holding)
    assert holding.codes() == ["5"]
    holding.held = {}
    at.later(ROUND)
    await at.asking.round(holding)
    assert holding.codes() == []


async def test_changed_states_are_looked_at_and_no_others(part_of: Parted) -> None:
    part = part_of(3, entry("1", 1))
    holding, at = Holding(part), Noon(here())
    await at.asking.round(holding)
    assert holding.codes() == []

    part.states[b"norte:1"] = encode(entry("1", 20))
    await at.asking.round(holding)
    assert holding.codes() == []
    at.asking.changed(4, [b"norte:1"])
    at.asking.changed(3, [])
    await at.asking.round(holding)
    assert holding.codes() == []
    at.asking.changed(3, [b"norte:1", b"norte:unheard-of"])
    await at.asking.round(holding)
    assert holding.codes() == ["1"]


async def test_an_instance_that_changed_brings_new_turns_to_its_debtors(part_of: Parted) -> None:
    """And one that is gone takes them along; the others' are not looked at again."""
    lazy = entry("1", 20).model_copy(update={"instance": "sul"})
    holding, at = Holding(part_of(3, entry("2", 20), lazy)), Noon(here(paused=True), here("sul", paused=True))
    await at.asking.round(holding)
    assert holding.codes() == []

    at.shows(here("sul"))
    await at.asking.round(holding)
    assert holding.codes() == ["1"]
    at.shows(here())
    await at.asking.round(holding)
    assert holding.codes() == ["2"]


async def test_what_people_decided_a_moment_ago_counts_though_no_state_shows_it_yet(part_of: Parted) -> None:
    holding, at = Holding(part_of(3, entry("1"), entry("2"))), Noon(here())
    await at.asking.round(Holding(*holding.held.values()))
    at.later(LAPSES)
    at.shows(here(), promised={"norte": {"1": at.now}, "sul": {"2": at.now}})

    await at.asking.round(holding)
    assert holding.codes() == ["2"]


@pytest.mark.parametrize(
    ("days", "a_minute", "wait"),
    [
        (1, 60, LOOK_EVERY),  # nobody's turn comes soon
        (20, 60, LOOK_EVERY),  # what lives and the minute end later
    ],
)
async def test_it_looks_again_at_least_every_few_seconds(part_of: Parted, days: int, a_minute: int, wait: timedelta) -> None:
    holding, at = Holding(part_of(3, entry("1", days))), Noon(here(a_minute=a_minute))

    assert await at.asking.round(holding) == at.now + wait


async def test_it_looks_again_when_a_turn_comes_a_minute_ends_or_a_request_lapses(part_of: Parted) -> None:
    opening = NOON.astimezone(UTC).replace(hour=12) + timedelta(days=1)  # 09:00 in Alagoas
    holding, at = Holding(part_of(3, entry("1"), entry("2"))), Noon(here(a_minute=1))
    at.later(opening - SECOND - at.now)
    assert await at.asking.round(holding) == opening

    at.later(SECOND)
    await at.asking.round(holding)
    assert holding.codes() == ["1"]
    at.later(ROUND - 3 * SECOND)
    assert await at.asking.round(holding) == opening + ROUND - SECOND  # its minute began with the first look
    at.later(2 * SECOND)
    await at.asking.round(holding)
    assert holding.codes() == ["2"]
    at.later(LAPSES - ROUND - SECOND)
    assert await at.asking.round(holding) == opening + LAPSES


async def test_it_asks_by_itself_and_at_once_when_something_changed(part_of: Parted) -> None:
    part = part_of(3, entry("1", 1))
    holding, at = Holding(part), Noon(here())
    looked, sent, rounds = asyncio.Event(), asyncio.Event(), 0

    async def round_(worker: Holding) -> datetime:
        nonlocal rounds
        rounds += 1
        found = await Asking.round(at.asking, worker)
        looked.set()
        if holding.sent:
            sent.set()
        return found + timedelta(days=1)  # nothing but the change wakes it

    at.asking.round = round_  # type: ignore[method-assign,assignment] - to see that it has looked
    async with asyncio.TaskGroup() as group:
        running = group.create_task(at.asking.run(holding))
        await asyncio.wait_for(looked.wait(), 180)
        for _ in range(50):
            await asyncio.sleep(0)
        assert rounds == 1  # it waits: many turns of the loop have passed
        part.states[b"norte:1"] = encode(entry("1", 20))
        at.asking.changed(3, [b"norte:1"])
        await asyncio.wait_for(sent.wait(), 180)
        running.cancel()
    assert holding.codes() == ["1"]


def test_an_attempt_is_named_after_its_moment_and_never_twice() -> None:
    one, other = new_attempt(NOON), new_attempt(NOON)

    assert one != other
    assert made_at(one) == made_at(other) == NOON
