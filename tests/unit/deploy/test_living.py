"""What a removal finds alive: the last record of each key decides, wherever it stands; nobody else's is touched."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from deploy.living import Living, portions
from schemas.calls import CallRequest
from schemas.codec import decode, encode
from schemas.rows import Kind
from schemas.runtime.kafka import Message
from schemas.sweeps import Phase, Sweep
from schemas.topics import BILLS, CALLS, DEBTORS, EVIDENCE, PLACED, REFERENCES, REQUESTS, SWEEPS
from schemas.views import sweep
from tests.unit.records import Given

SWEEP_KEYS = len(get_args(Kind)) * len(get_args(Phase))
AT = datetime(2026, 1, 14, tzinfo=UTC)
KEYS = ["norte:7:bill:9", "norte:7:bill:10", "norte:8:bill:9", "nort:7:bill:9", "norte2:7:bill:9", "sul:7:bill:9", ""]


def record(key: str, value: bytes | None, topic: str = BILLS.name, partition: int = 0) -> Given:
    return Given(topic, partition, 0, key.encode() or None, value)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(KEYS),
            st.sampled_from([BILLS.name, REFERENCES.name, DEBTORS.name]),
            st.integers(0, 2),
            st.sampled_from([None, b"{}"]),
        ),
        max_size=40,
    )
)
def test_after_its_tombstones_nothing_of_the_instance_lives(history: list[tuple[str, str, int, bytes | None]]) -> None:
    living, others, last = Living("norte"), Living("sul"), {}
    for key, topic, partition, value in history:
        last[topic, partition, key] = value
        for one in (living, others):
            one.note(record(key, value, topic, partition))
    wanted = defaultdict(set)
    for (topic, partition, key), value in last.items():
        if value is not None and key.startswith("norte:") and topic != DEBTORS.name:
            wanted[topic, partition].add(key.encode())
    found = living.tombstones()
    assert {place: {message.key for message in part} for place, part in found.items() if place[0] != SWEEPS.name} == wanted
    assert all(message.value is None for part in found.values() for message in part)

    before = others.counts()
    for (topic, partition), part in found.items():
        for message in part:
            gone = Given(topic, partition, 0, message.key, message.value)
            living.note(gone)
            others.note(gone)
    assert living.tombstones() == {}
    assert others.counts() == before
    assert living.counts().keys() <= {DEBTORS.name}  # `hydrate` empties its own


@given(st.sampled_from(get_args(Kind)), st.sampled_from(get_args(Phase)))
def test_a_sweep_lives_again_after_its_tombstone_under_the_key_of_its_document(kind: Kind, phase: Phase) -> None:
    living, event = Living("norte"), Sweep(instance="norte", erp="ixc", kind=kind, sweep="1", phase=phase, at=AT)
    (place,) = living.tombstones()
    for message in living.tombstones()[place]:
        living.note(Given(*place, 0, message.key, None))
    assert living.counts() == {}
    living.note(Given(*place, 0, f"norte:{kind}".encode(), encode(event)))
    living.note(Given(*place, 1, f"norte:{kind}".encode(), b"no sweep"))
    (tombstone,) = living.tombstones()[place]
    assert tombstone.key == sweep(event)["_id"].encode()


def test_all_sweeps_count_until_they_were_erased_once() -> None:
    """A document may be older than whatever the topic still holds."""
    assert Living("norte").counts() == {SWEEPS.name: SWEEP_KEYS}


@given(st.lists(st.integers(0, 9), max_size=5), st.integers(1, 4))
def test_portions_hold_everything_in_order_and_never_too_much(sizes: list[int], most: int) -> None:
    parts = {("t", n): [Message(f"{n}:{k}".encode(), None, []) for k in range(size)] for n, size in enumerate(sizes)}
    found = portions(parts, most)
    assert all(0 < sum(map(len, portion.values())) <= most for portion in found)
    together = defaultdict(list)
    for portion in found:
        for place, part in portion.items():
            together[place] += part
    assert together == {place: part for place, part in parts.items() if part}


CALL, PIECE = "norte:7:call:01", "norte:7:cdr:01:ab"


def test_calls_are_erased_when_none_is_going_on_each_state_by_one_tombstone_of_its_placing() -> None:
    """Evidence may make a call that nobody placed; a state that comes after the tombstone needs another one."""
    living = Living("norte")
    for key, topic in ((CALL, CALLS), (PIECE, EVIDENCE), ("norte:8:call:02", PLACED), ("sul:7:call:03", CALLS)):
        living.note(record(key, b"{}", topic.name))

    assert all(place[0] == SWEEPS.name for place in living.tombstones(calls=False))

    def asked() -> dict[str, set[bytes]]:
        return {place[0]: {message.key for message in part} for place, part in living.tombstones().items()}

    first = asked()
    assert first[PLACED.name] == {CALL.encode(), b"norte:8:call:02"}
    assert first[EVIDENCE.name] == {PIECE.encode()}
    living.note(record("norte:8:call:02", None, PLACED.name))
    living.note(record(PIECE, None, EVIDENCE.name))
    assert PLACED.name not in asked()
    assert living.counts()[CALLS.name] == 1

    living.note(record(CALL, b"{}", CALLS.name))
    assert asked()[PLACED.name] == {CALL.encode()}
    living.note(record(CALL, None, CALLS.name))
    assert CALLS.name not in living.counts()


def test_the_last_request_to_call_is_waited_for() -> None:
    sample = (Path("schemas/examples") / REQUESTS.name / "request.json").read_bytes()
    request = decode(CallRequest, sample)
    later = request.model_copy(update={"lapses_at": request.lapses_at + timedelta(seconds=30)})
    living = Living(request.instance)
    key = request.key.decode()
    for one in (encode(later), encode(request), b"no request", None):
        living.note(record(key, one, REQUESTS.name))
    assert living.lapses_at == later.lapses_at
    assert REQUESTS.name not in living.counts()
    other = Living("another")
    other.note(record(key, encode(request), REQUESTS.name))
    assert other.lapses_at is None
