"""Rows of a table are sorted and filtered as people read them."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.parts.rows import Column, Rows, kept, ordered

COLUMNS = (
    Column("code", "Código", "code"),
    Column("client", "Cliente", "text"),
    Column("amount", "Valor", "money"),
    Column("due", "Vencimento", "day"),
    Column("called", "Ligação", "moment"),
)
CELLS = (
    ("100093", "Zélia", 101_200, date(2026, 11, 2), datetime(2026, 11, 3, 2, 30, tzinfo=UTC)),
    ("7", "álvaro", 99, date(2026, 12, 1), None),
    ("8", "Bruno", None, None, None),
)
ROWS = Rows(COLUMNS, CELLS)


def _sorted(field: str, way: str = "asc") -> list[str]:
    return list(ordered(ROWS.frame, [{"field": field, "dir": way}])["code"])


def test_cells_are_what_the_columns_say() -> None:
    """An id is text, cents are reais, a moment is told where the provider is."""
    frame = ROWS.frame
    assert list(frame["code"]) == ["100093", "7", "8"]
    assert list(frame["amount"])[:2] == [1012.0, 0.99]
    assert frame["amount"].isna().iloc[2]
    assert str(frame["called"].iloc[0]) == "2026-11-02 23:30:00"
    assert Rows(COLUMNS).frame.empty


@pytest.mark.parametrize(
    ("field", "way", "expected"),
    [
        ("client", "asc", ["7", "8", "100093"]),
        ("amount", "asc", ["7", "100093", "8"]),
        ("amount", "desc", ["100093", "7", "8"]),
        ("due", "asc", ["100093", "7", "8"]),
        ("gone", "asc", ["100093", "7", "8"]),
    ],
)
def test_order(field: str, way: str, expected: list[str]) -> None:
    """Accents and case do not count, days follow the calendar, what is unknown is last either way."""
    assert _sorted(field, way) == expected


@pytest.mark.parametrize(
    ("field", "typed", "expected"),
    [
        ("client", "ALV", [False, True, False]),
        ("client", ".", [False, False, False]),
        ("amount", "1012", [True, False, False]),
        ("amount", "0,99", [True, True, False]),
        ("amount", "x", [True, True, True]),
        ("due", "2026-11-03", [False, True, False]),
        ("due", "nonsense", [True, True, True]),
    ],
)
def test_filter(field: str, typed: str, expected: list[bool]) -> None:
    """Text holds what was typed, numbers and days are at least it; what cannot be read filters nothing."""
    assert list(kept(ROWS.frame[field], typed)) == expected


@given(st.lists(st.tuples(st.text(max_size=3), st.integers(0, 5)), max_size=12))
def test_equal_rows_keep_their_order(cells: list[tuple[str, int]]) -> None:
    """So that a second sort does not undo the first."""
    rows = Rows((Column("name", "", "text"), Column("n", "", "number")), tuple(cells))
    found = ordered(rows.frame, [{"field": "n", "dir": "desc"}])
    assert list(zip(found["name"], found["n"], strict=True)) == sorted(cells, key=lambda one: -one[1])


def test_equal_rows_are_one_version() -> None:
    """Whether they are one object or not, so that nothing is sent twice."""
    assert Rows(COLUMNS, CELLS).version == ROWS.version
    assert Rows(COLUMNS, CELLS[:2]).version != ROWS.version
    assert Rows(COLUMNS, CELLS, ("a", "b", "c")).key(1) == "b"
    assert ROWS.key(1) == "7"
