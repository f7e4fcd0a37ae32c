"""Which rows are told of, under which ids, and that nothing about a person is."""

from hypothesis import given
from hypothesis import strategies as st

from schemas.codec import encode
from schemas.topics import BILLS, DEBTORS, HEARTBEATS, QUEUE
from schemas.ways import (
    MOST,
    WAY,
    Passing,
    Way,
    carried,
    instance_of,
    is_chosen,
    passing,
    step,
    ways_in,
    ways_of,
    written,
)
from tests.strategies import NASTY, event
from tests.unit.records import Given, of_row

ALL = 1
OFFSETS = st.integers(0, 2**40)
WAYS = st.builds(Way, st.from_regex(r"[0-9A-Z]{26}", fullmatch=True), st.just(BILLS.name), st.integers(0, 5), OFFSETS)
PLANTED = "Quitéria Plantada 52998224725"


def bill(offset: int = 7) -> Given:
    return of_row(event("bill", "77").model_copy(update={"sweep": "01HZ"}), offset)


def way(offset: int = 7) -> Way:
    return Way("01HZ", BILLS.name, 3, offset)


def made(topic: str, *ways: Way, headers: tuple[tuple[str, bytes], ...] = ()) -> Given:
    return Given(topic, 3, 40, b"norte:1042", b"{}", headers=[*headers, (WAY, carried(ways))])


# --- which


@given(st.integers(0, 5), st.integers(0, 2**40), st.sampled_from([2, 10, 100, 128]))
def test_of_any_stretch_of_rows_the_share_is_told_of(partition: int, start: int, one_in: int) -> None:
    stretch = 100 * one_in
    found = sum(is_chosen(partition, offset, one_in) for offset in range(start, start + stretch))

    assert 50 <= found <= 150


@given(st.integers(2, 200), st.integers(0, 199))
def test_no_length_of_a_page_hides_rows(page: int, at: int) -> None:
    """Of the rows that stand at one place of their pages the share is told of too."""
    assert any(is_chosen(0, at + page * number, 10) for number in range(200))


@given(st.integers(0, 5), OFFSETS)
def test_nobody_is_told_where_it_is_off_and_of_all_where_it_is_one_in_one(partition: int, offset: int) -> None:
    assert not is_chosen(partition, offset, 0)
    assert is_chosen(partition, offset, 1)


@given(st.integers(0, 300), st.integers(1, 20))
def test_producer_and_reader_choose_the_same_rows(start: int, one_in: int) -> None:
    rows = [bill(offset) for offset in range(start, start + 40)]
    at_producer = written(BILLS.name, 3, ((one.key, one.value) for one in rows), (one.offset for one in rows), one_in)

    assert [one.way for one in passing(at_producer, one_in)] == [one.way for one in passing(rows, one_in)]


def test_a_producer_tells_of_no_row_whose_place_it_does_not_know_and_of_nothing_but_rows() -> None:
    row = bill()

    assert not list(written(BILLS.name, 3, [(row.key, row.value)], [-1], ALL))
    assert not list(written(DEBTORS.name, 3, [(row.key, row.value)], [7], ALL))


# --- names and headers


@given(WAYS)
def test_a_name_is_read_back(one: Way) -> None:
    assert Way.named(str(one)) == one


@given(st.lists(WAYS, max_size=12, unique=True))
def test_a_record_carries_the_newest_ways_on(ways: list[Way]) -> None:
    assert ways_of(made(DEBTORS.name, *ways), ALL) == tuple(ways[-MOST:])
    assert ways_of(made(QUEUE.name, *ways, headers=(("read", b"{}"),)), 10**6) == tuple(ways[-MOST:])


@given(NASTY | st.binary(max_size=60).map(lambda raw: raw.decode(errors="replace")))
def test_what_is_no_name_of_a_way_is_none(text: str) -> None:
    assert ways_in([(WAY, text.encode(errors="replace"))]) == ()


def test_a_name_is_of_a_row_and_of_nothing_else() -> None:
    for name in (f"{PLANTED} erp.bill.v1[3]@7", "01HZ erp.person.v1[3]@7", "01HZ debtor.v1[3]@7", "01HZ erp.bill.v1[3]@٣"):
        assert Way.named(name) is None


def test_a_row_that_cannot_be_read_a_tombstone_and_a_strange_sweep_have_no_way() -> None:
    row = bill()

    assert ways_of(row, ALL) == (way(),)
    for value in (None, b"{", encode(event("bill", "77").model_copy(update={"sweep": PLANTED}))):
        assert ways_of(Given(row.topic, 3, 7, row.key, value), ALL) == ()


def test_a_row_is_not_believed_when_it_says_what_its_way_is() -> None:
    row = bill()
    row.headers = [(WAY, str(way(99)).encode())]

    assert ways_of(row, ALL) == (way(7),)


def test_without_anybody_who_is_told_no_record_is_looked_at() -> None:
    assert passing(iter([object()]), 0) == []  # type: ignore[list-item]


# --- ids


def test_the_steps_of_one_way_are_one_trace_and_each_names_the_one_before() -> None:
    row, state, entry = bill(), made(DEBTORS.name, way()), made(QUEUE.name, way())
    steps = [
        step(Passing(row, way()), "erp-poller", "a"),
        step(Passing(row, way()), "hydrate", "b"),
        step(Passing(state, way()), "dialer", "c"),
        step(Passing(entry, way()), "views", "d", "queue"),
    ]

    assert {one.trace for one in steps} == {way().trace}
    assert [one.parent for one in steps] == [0, *(one.span for one in steps[:-1])]
    assert [one.name for one in steps] == ["erp-poller", "hydrate", "dialer", "views queue"]
    beside = step(Passing(state, way()), "views", "d", "debtors")
    assert (beside.parent, beside.span in {one.span for one in steps}) == (steps[1].span, False)


@given(WAYS, WAYS)
def test_other_ways_have_other_ids_of_the_right_size(one: Way, other: Way) -> None:
    assert (one.trace == other.trace) == (one == other)
    assert (one.span("views queue") == other.span("views queue")) == (one == other)
    assert 0 < one.trace < 2**128
    assert 0 < one.span("hydrate") < 2**64


# --- what is said


def test_a_step_says_where_a_record_was_and_not_whose_it_is() -> None:
    row = bill()
    said = step(Passing(row, way()), "hydrate", "w-1").attributes

    assert said == {
        "stage": "hydrate",
        "worker": "w-1",
        "topic": BILLS.name,
        "partition": 3,
        "offset": 7,
        "instance": "norte",
        "kind": "bill",
        "sweep": "01HZ",
    }


@given(NASTY | st.just(PLANTED))
def test_only_a_name_of_an_instance_is_told_of_a_key(text: str) -> None:
    key = text.encode(errors="replace")

    assert instance_of(key + b":1042") in {"other", text.split(":", maxsplit=1)[0]}
    assert instance_of(b"norte:" + key) == "norte"
    assert instance_of(f"{PLANTED}:1".encode()) == instance_of(None) == "other"


def test_a_heartbeat_has_no_way() -> None:
    assert ways_of(Given(HEARTBEATS.name, 0, 1, b"hydrate:0", b"{}"), ALL) == ()
