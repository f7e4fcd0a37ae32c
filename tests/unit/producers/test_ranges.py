"""Which ranges of codes an RBX is asked for: as wide as filled the last answers, and where rows were found before."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.erp import wire
from schemas.erp.declaration import Cursor
from schemas.erp.rbx_ranges import APART, Island, after, follow, islands
from tests.unit.producers import rbx_shop
from tests.unit.producers.rbx_shop import OPEN, document

SIZE = 10
LATE = 3_000_000
CODES = st.lists(st.integers(1, 40_000), max_size=60, unique=True).map(sorted)


def read(codes: list[int], spans: list[Island]) -> tuple[list[int], list[Island], list[int]]:
    """One reading: the codes that it brings, the spans of its answers, and how many rows each answer had."""
    found: list[int] = []
    told: list[Island] = []
    sizes: list[int] = []
    cursor: Cursor | None = follow((0, SIZE), spans, SIZE) if spans else (0, SIZE)
    while cursor is not None:
        begin, width = cursor
        answer = [code for code in codes if code > begin and (not width or code <= begin + width)]
        found += answer
        sizes.append(len(answer))
        if answer:
            told.append((answer[0], answer[-1]))
        coming = after(cursor, SIZE, len(answer))
        cursor = follow(coming, spans, SIZE) if coming and spans else coming
    return found, told, sizes


@given(CODES, CODES)
def test_every_code_is_brought_once_whatever_was_known_of_the_last_reading(before: list[int], now: list[int]) -> None:
    _, spans, _ = read(before, [])

    assert read(now, spans)[0] == now


@given(st.integers(1, 10**9), st.integers(1, 400))
def test_a_second_reading_asks_for_no_more_than_pages_wherever_codes_begin(begin: int, rows: int) -> None:
    codes = list(range(begin, begin + rows))
    found, spans, _ = read(codes, [])
    again, _, sizes = read(codes, spans)

    assert found == again == codes
    assert max(sizes) <= 2 * SIZE


def test_islands_are_apart_and_what_lies_near_is_one() -> None:
    near, far = APART * SIZE, 10 * APART * SIZE

    assert islands([(1, 5), (5 + near, 5 + near + 3)], SIZE) == [(1, 8 + near)]
    assert islands([(1, 5), (far, far + 3)], SIZE) == [(1, 5), (far, far + 3)]


def test_a_sea_is_one_question_and_so_is_what_lies_behind_the_last_island() -> None:
    spans = [(100, 120), (5_000_000, 5_000_040)]

    assert follow((0, SIZE), spans, SIZE) == (0, 99)
    assert follow((99, 792), spans, SIZE) == (99, SIZE)
    assert follow((120, SIZE), spans, SIZE) == (120, 4_999_879)
    assert follow((4_999_999, 4_999_879), spans, SIZE) == (4_999_999, SIZE)
    assert follow((5_000_040, SIZE), spans, SIZE) == (5_000_040, 0)


async def test_an_answer_that_is_too_long_is_asked_for_in_narrower_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    """A first reading does not know where codes begin: all of them may lie in one of its wide ranges."""
    monkeypatch.setattr(wire, "ANSWER_BYTES", 8_000)
    async with rbx_shop.opened() as shop:
        shop.erp.rows[OPEN] = [document(code) for code in range(LATE, LATE + 200)]
        done = await shop.sweep()

        assert (done.rows, done.published) == (200, 200)


async def test_bills_beyond_three_million_are_read_page_by_page_once_they_are_known() -> None:
    async with rbx_shop.opened() as shop:
        codes = range(LATE, LATE + 200)
        shop.erp.rows[OPEN] = [document(code) for code in codes]
        sizes: list[int] = []
        shop.erp.spoil = lambda _, body: sizes.append(body.count(b'"Sequencia"')) or body  # type: ignore[func-returns-value]
        await shop.sweep()
        sizes.clear()
        done = await shop.sweep()

        assert (done.rows, done.published) == (200, 0)
        assert max(sizes) <= 2 * 3
