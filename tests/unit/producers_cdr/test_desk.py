"""The desk: what is ours and new is published once, other people's calls never."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.cdr.attempts import Owner
from producers.cdr.desk import Desk
from producers.cdr.memory import REACH, Memory
from producers.cdr.outbox import Outbox
from producers.cdr.pieces import Said, Unread, record
from producers.held.publishing import UnpublishedError
from schemas.codec import decode
from schemas.errors import RetryLater
from schemas.evidence import Evidence
from schemas.keys import debtor_key, partition_of
from schemas.runtime.kafka import Message
from schemas.runtime.transactions import Place
from schemas.topics import DEAD, EVIDENCE
from tests.unit.producers.memory_broker import Kept, MemoryBroker
from tests.unit.producers_cdr.lab_files import BORN, attempt

NOW = datetime.fromtimestamp(BORN / 1000, tz=datetime.now().astimezone().tzinfo) + timedelta(minutes=5)
OURS = {attempt(n): Owner("norte" if n % 2 else "sul", str(n)) for n in range(10)}
ADDRESS = "pabx.local:8088"


class Known:
    """Attempts as a dictionary. `away`: it does not answer."""

    def __init__(self) -> None:
        self.away = False
        self.asked: list[str] = []
        self.gone: frozenset[str] = frozenset()

    async def owners(self, ids: Sequence[str]) -> Mapping[str, Owner]:
        if self.away:
            raise RetryLater("MongoDB is away")
        self.asked += ids
        return {one: OURS[one] for one in ids if one in OURS}

    async def erased(self, ids: Collection[str]) -> frozenset[str]:
        return self.gone & frozenset(ids)


class Home:
    """A desk over a broker in memory."""

    def __init__(self) -> None:
        self.broker = MemoryBroker()
        self.known = Known()
        self.now = NOW
        self.open(Memory())

    def open(self, memory: Memory) -> None:
        self.memory = memory
        self.desk = Desk(ADDRESS, Outbox(self.broker), memory, self.known, lambda: self.now)

    def restart(self) -> None:
        """Another process, which reads back what is in the topics."""
        memory = Memory()
        for one in self.broker.of(EVIDENCE.name):
            memory.note(one.key)
        for one in self.broker.of(DEAD.name):
            memory.note_letter(one.value, {name: value or b"" for name, value in one.headers})
        self.open(memory)

    @property
    def evidence(self) -> list[Evidence]:
        return [decode(Evidence, one.value) for one in self.broker.of(EVIDENCE.name)]

    @property
    def letters(self) -> list[Kept]:
        return list(self.broker.of(DEAD.name))


def row(number: int, **fields: str) -> Said:
    return record("csv", {"uniqueid": attempt(number), "disposition": "BUSY", "src": "5582999990001", **fields})


async def test_a_record_goes_to_its_debtors_partition_without_the_people_in_it() -> None:
    home = Home()
    assert await home.desk.take([row(3)], [], "America/Maceio") == 1
    (kept,) = home.broker.of(EVIDENCE.name)
    (one,) = home.evidence

    assert kept.partition == partition_of(debtor_key("norte", "3"), EVIDENCE.partitions)
    assert kept.key == f"norte:3:cdr:{attempt(3)}:{one.digest}".encode()
    assert (one.witness, one.piece, one.zone, one.seen_at) == ("csv", "record", "America/Maceio", NOW)
    assert b"5582999990001" not in (kept.value or b"")


READINGS = st.lists(st.lists(st.integers(0, 14), max_size=8), max_size=8)


@given(READINGS, st.sets(st.integers(0, 7)))
async def test_whatever_is_read_again_is_published_once_also_after_a_restart(
    readings: list[list[int]], restarts: set[int]
) -> None:
    """And nobody else's calls, which are those of ten and more."""
    home = Home()
    for number, reading in enumerate(readings):
        if number in restarts:
            home.restart()
        await home.desk.take([row(n, sequence=str(n % 3)) for n in reading], [], "UTC")

    assert sorted(one.attempt for one in home.evidence) == sorted({attempt(n) for part in readings for n in part if n < 10})


async def test_two_rows_of_one_call_and_two_witnesses_of_one_row_are_all_evidence() -> None:
    home = Home()
    again = record("sql", row(1).fields)
    await home.desk.take([row(1), row(1, disposition="ANSWERED"), again, row(1)], [], "UTC")

    assert len(home.evidence) == 3


async def test_what_cannot_be_read_is_buried_once_if_it_is_ours() -> None:
    home = Home()
    ours = Unread(b'"cut",' + attempt(1).encode(), "csv/Master.csv@7", "record", "a field's quotes are not closed")
    others = Unread(b'"cut",' + attempt(77).encode(), "csv/Master.csv@9", "record", "")
    await home.desk.take([], [ours, others], "UTC")
    await home.desk.take([], [ours._replace(place="csv/Master.csv.1@7")], "UTC")
    home.restart()
    await home.desk.take([], [ours], "UTC")
    (letter,) = home.letters

    assert letter.value == ours.raw
    headers = dict(letter.headers)
    assert (headers["stage"], headers["place"]) == (b"cdr-poller", f"csv/Master.csv@7[{ADDRESS}]".encode())


async def test_what_comes_late_of_a_debtor_who_was_erased_is_nobody_s() -> None:
    """Though it was known whose the call was; a neighbour's goes on."""
    home = Home()
    await home.desk.take([row(1), row(2)], [], "UTC")
    home.known.gone = frozenset({attempt(1)})
    unread = Unread(b'"cut",' + attempt(1).encode(), "csv/Master.csv@7", "record", "a field's quotes are not closed")
    late = [row(number, disposition="ANSWERED") for number in (1, 2)]

    assert await home.desk.take(late, [unread], "UTC") == 1
    assert sorted(one.attempt for one in home.evidence) == [attempt(1), attempt(2), attempt(2)]
    assert home.letters == []


async def test_while_mongodb_is_away_nothing_is_concluded() -> None:
    home = Home()
    home.known.away = True
    with pytest.raises(RetryLater):
        await home.desk.take([row(1)], [], "UTC")
    home.known.away = False

    assert await home.desk.take([row(1)], [], "UTC") == 1


async def test_what_the_broker_did_not_take_is_not_remembered() -> None:
    class Refusing:
        async def write(self, parts: Mapping[Place, Iterable[Message]]) -> None:
            raise RetryLater(str(len(parts)))

    home = Home()
    desk = Desk(ADDRESS, Outbox(Refusing()), home.memory, home.known, lambda: NOW)
    with pytest.raises(UnpublishedError):
        await desk.take([row(1)], [], "UTC")

    assert not home.memory.known


async def test_what_is_older_than_the_memory_reaches_is_left_alone() -> None:
    """Else it would be published again after each restart, once its evidence is out of reach."""
    home = Home()
    await home.desk.take([row(1)], [], "UTC")
    home.now = NOW + REACH + timedelta(hours=1)
    assert await home.desk.take([row(1), row(2)], [], "UTC") == 0

    assert not home.memory.known
