"""What was read, cut into transactions: nothing is lost, nothing is out of order, none is too large."""

from aiokafka import TopicPartition
from hypothesis import given
from hypothesis import strategies as st

from sinks.views.pieces import pieces
from tests.unit.records import Given

PARTS = [TopicPartition("debtor.v1", number) for number in range(3)]
SIZES = st.lists(st.one_of(st.none(), st.integers(0, 12)), max_size=8)


@given(st.dictionaries(st.sampled_from(PARTS), SIZES.filter(bool)), st.sampled_from(PARTS), st.integers(1, 20))
def test_every_record_once_in_order_and_within_bounds(
    sizes: dict[TopicPartition, list[int | None]], moved: TopicPartition, most: int
) -> None:
    found = {
        tp: [
            Given(tp.topic, tp.partition, 2 * at, b"k", None if size is None else b"x" * size) for at, size in enumerate(own)
        ]
        for tp, own in sizes.items()
    }
    ends = {tp: 2 * len(own) for tp, own in sizes.items()} | {moved: 99}
    cut = list(pieces(found, ends, most))

    assert [record for piece in cut for record in piece.records] == [one for own in found.values() for one in own]
    for piece in cut:
        assert len(piece.records) <= 1 or sum(len(one.value or b"") for one in piece.records) <= most
    at = dict.fromkeys(PARTS, 0)
    for piece in cut:
        for record in piece.records:
            tp = TopicPartition(record.topic, record.partition)
            assert at[tp] <= record.offset < piece.after[tp]
        assert all(at[tp] <= after for tp, after in piece.after.items())
        at |= piece.after
    assert {tp: at[tp] for tp in ends} == ends


def test_nothing_read_is_nothing_to_write() -> None:
    assert list(pieces({}, {})) == []
