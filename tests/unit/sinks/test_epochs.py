"""Whether a partition goes on or is read anew, and that every version of a new epoch is above every older one."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinks.views.epochs import FIRST, GENERATION, Committed, Share, anew, resumed, why_anew

SHARE = Share("epoch-a", 3, next=50, until=None, holder="0", run="r", session=b"s")
MARK = SHARE.mark


def test_it_goes_on_where_both_are_of_one_epoch() -> None:
    """The commit may lag behind what MongoDB has: a worker died between the two."""
    for offset in (0, 49, 50):
        assert why_anew(SHARE, Committed(offset, MARK), end=50) == ""


@pytest.mark.parametrize(
    ("stored", "committed", "end", "word"),
    [
        (None, None, 0, FIRST),
        (None, Committed(50, MARK), 50, "MongoDB has lost"),
        (None, Committed(50, ""), 50, "before there were epochs"),
        (SHARE, None, 50, "Kafka has lost"),
        (SHARE, Committed(50, "epoch-b/4"), 50, "one epoch"),
        (SHARE, Committed(50, ""), 50, "one epoch"),
        (SHARE, Committed(51, MARK), 60, "MongoDB is older"),
        (SHARE, Committed(50, MARK), 49, "shorter"),
    ],
)
def test_it_is_read_anew_where_one_was_lost_or_restored(
    stored: Share | None, committed: Committed | None, end: int, word: str
) -> None:
    assert word in why_anew(stored, committed, end)


def test_a_view_that_a_replay_replaced_goes_on_from_where_that_was_filled() -> None:
    """Though the group has committed more; and whatever it says where no sink had the view yet."""
    replaced = replace(SHARE, again=True)
    assert why_anew(replaced, Committed(70, MARK), end=70) == ""
    for committed in (None, Committed(70, MARK), Committed(20, "epoch-b/9")):
        assert why_anew(replace(replaced, holder=""), committed, end=70) == ""
        assert why_anew(replace(replaced, holder=""), committed, end=49)


@pytest.mark.parametrize(
    ("committed", "end", "word"),
    [(None, 70, "Kafka has lost"), (Committed(20, "epoch-b/9"), 70, "one epoch"), (Committed(50, MARK), 49, "shorter")],
)
def test_what_was_lost_since_a_replay_took_its_place_is_noticed(committed: Committed | None, end: int, word: str) -> None:
    """A topic that was made anew may already be as long again."""
    assert word in why_anew(replace(SHARE, again=True), committed, end)


GENERATIONS = st.integers(0, 2**20)


@given(GENERATIONS, GENERATIONS, st.integers(0, 2**61), st.integers(0, 2**40 - 1), st.booleans())
def test_a_new_epoch_is_above_all_that_is_known(stored: int, marked: int, highest: int, offset: int, lost: bool) -> None:
    """Above what is stored, above what the group has committed (all that is known where MongoDB was lost), in 64 bits."""
    before = None if lost else replace(SHARE, generation=stored)
    share = anew("epoch-b", before, Committed(7, f"epoch-a/{marked}"), highest, begin=4, end=60)

    assert (share.epoch, share.next, share.until) == ("epoch-b", 4, 60)
    assert share.floor > highest
    assert share.generation > max(0 if lost else stored, marked)
    assert share.floor <= share.version(offset) < share.floor + GENERATION < 2**63


@pytest.mark.parametrize("mark", ["", "x", "epoch", "epoch/", "epoch/-1", "epoch/x"])
def test_a_strange_mark_is_of_no_generation(mark: str) -> None:
    assert anew("b", None, Committed(1, mark), 0, begin=0, end=1).generation == 1


def test_milliseconds_that_were_versions_once_are_below() -> None:
    year_2030 = 1_900_000_000_000
    assert anew("b", None, None, year_2030, begin=0, end=1).version(0) > year_2030


def test_what_the_topic_has_let_go_is_passed_over() -> None:
    assert (resumed(SHARE, 70).next, resumed(SHARE, 3).next) == (70, 50)


def test_a_share_survives_its_document() -> None:
    document = {"_id": "debtors:3", "view": "debtors", **SHARE.fields}

    assert Share.of(document) == SHARE
    old = Share.of({"epoch": "e", "generation": 1, "next": 0})
    assert (old, old.until, old.holder, old.run, old.session) == (Share("e", 1, 0), None, "", "", b"")
