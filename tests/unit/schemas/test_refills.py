"""Which views are being read anew, by the shares that a sink keeps."""

from hypothesis import given
from hypothesis import strategies as st

from schemas.refills import Refill, refills
from sinks.views.epochs import Share

OFFSETS = st.integers(0, 10**6)
SHARES = st.dictionaries(
    st.tuples(st.sampled_from(["debtors", "queue", "dead_letters"]), st.integers(0, 11)),
    st.builds(Share, st.just("e"), st.integers(1, 9), OFFSETS, st.none() | OFFSETS),
)


@given(SHARES)
def test_a_view_is_read_anew_while_one_partition_is_not_whole(shares: dict[tuple[str, int], Share]) -> None:
    found = refills({"_id": f"{view}:{number}", **share.fields} for (view, number), share in shares.items())
    open_ = {place: share.until - share.next for place, share in shares.items() if share.until is not None}
    assert [one.view for one in found] == sorted({view for view, _ in open_})
    for one in found:
        mine = {number: left for (view, number), left in open_.items() if view == one.view}
        assert one.partitions == tuple(sorted(mine))
        assert one.left == sum(max(0, left) for left in mine.values())


def test_shares_of_an_older_collector_are_whole() -> None:
    assert refills([{"_id": "queue:3", "next": 7}]) == ()
    assert refills([{"_id": "queue:3", "next": 7, "until": 9}]) == (Refill(view="queue", partitions=(3,), left=2),)
