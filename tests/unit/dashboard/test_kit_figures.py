"""Key figures and charts: what they say, how they are laid out."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.parts import chips, kpi, sparkline
from dashboard.parts.html import Html
from dashboard.parts.kpi import Kpi, changed, per_row
from dashboard.parts.plotted import Chart, Kind, Series, Unit, rounds
from dashboard.words.language import Language

SAY = Language("pt_BR")
HTML = Html(SAY)


def _chart(
    kind: Kind = "bars", labels: tuple[str, ...] = ("a", "b"), unit: Unit = "money", *rows: tuple[float | None, ...]
) -> Chart:
    numbers = rows or ((101_200, 200), (101_300, None))
    return Chart(kind, "Dívida", unit, labels, tuple(Series(str(index), one) for index, one in enumerate(numbers)), SAY)


@given(st.integers(1, 40), st.integers(2, 6))
def test_no_card_stands_alone_below_the_others(count: int, most: int) -> None:
    """As long as another division exists."""
    each = per_row(count, most)
    assert 1 <= each <= most
    assert count <= each or count % each != 1 or all(count % other == 1 for other in range(2, most + 1))


@pytest.mark.parametrize(("count", "expected"), [(1, (1, 1, 1)), (4, (4, 2, 2)), (6, (6, 3, 2)), (7, (4, 3, 2))])
def test_cards_in_a_row(count: int, expected: tuple[int, ...]) -> None:
    """At 1440, 1024 and 390 pixels; a last one that is alone all the same fills its row."""
    assert tuple(per_row(count, most) for most in (kpi.DESK, kpi.TABLET, kpi.PHONE)) == expected
    text = kpi.strip(HTML, [Kpi("x", "1", None, None, "", "")] * count)
    alone = [
        name for name, each in zip(("desk", "tablet", "phone"), expected, strict=True) if count > each and count % each == 1
    ]
    assert [name for name in ("desk", "tablet", "phone") if f"alone-{name}" in text] == alone


def test_a_change_is_told_by_sign_and_words() -> None:
    """Whether it is good is for the figure to say; an unknown yesterday is no change."""
    more = changed(120_00, 100_00, SAY, "money", "less")
    assert more
    assert (more.sign, more.text.replace("\xa0", " "), more.tone) == ("+", "R$ 20,00 a mais que ontem", "bad")
    less = changed(3, 5, SAY)
    assert less
    assert (less.sign, less.text, less.tone) == ("-", "2 a menos que ontem", "neutral")
    assert changed(5, 5, SAY) == kpi.Change("=", "igual a ontem")
    assert changed(5, None, SAY) is None


def test_what_is_unknown_is_never_zero() -> None:
    """And a name is never markup."""
    text = kpi.strip(
        HTML, [Kpi("<b>Vencido</b>", None, None, None, "?a=1&b=2", "Soma"), Kpi("x", None, None, None, "", "", "skeleton")]
    )
    assert "&lt;b&gt;" in text
    assert "<b>Vencido" not in text
    assert "não se sabe" in text
    assert "ainda não lido" in text
    assert "0,00" not in text
    partial = kpi.strip(HTML, [Kpi("x", "1", None, (1, 2), "", "", "partial", (2, 4))])
    assert "parcial, 2 de 4 leituras" in partial
    assert "<path" in partial


def test_filters_in_force_can_be_dropped() -> None:
    """One by one and all at once; no filter is no list."""
    one, two = chips.Filter("Bairro", "<Centro>", "?a=1"), chips.Filter("Tipo", "PF", "?b=1")
    assert chips.filters(HTML, [], "?") == ""
    assert "Tirar todos" not in chips.filters(HTML, [one], "?")
    text = chips.filters(HTML, [one, two], "?")
    assert "&lt;Centro&gt;" in text
    assert "Tirar todos" in text


@given(st.lists(st.none() | st.floats(-1e9, 1e9), max_size=40))
def test_a_sparkline_stays_in_its_box(values: list[float | None]) -> None:
    """Every known value is a point, every gap lifts the pen."""
    path = sparkline.path(values)
    known = [value for value in values if value is not None]
    assert bool(path) == (len(known) >= 2)
    points = [tuple(map(float, point.split())) for point in path.replace("M", ",").replace("L", ",").split(",")[1:]]
    assert len(points) == (len(known) if path else 0)
    assert all(0 <= x <= sparkline.WIDTH and 0 <= y <= sparkline.HEIGHT for x, y in points)
    runs = sum(1 for before, value in zip([None, *values], values, strict=False) if value is not None and before is None)
    assert path.count("M") == (runs if path else 0)


@given(st.floats(0.01, 1e9), st.integers(3, 8))
def test_ticks_are_few_and_round(end: float, most: int) -> None:
    """1, 2 or 5 with zeros, from 0 to the end and never beyond."""
    found = rounds(end, most)
    assert found[0] == 0
    assert 2 <= len(found) <= most + 1
    assert found[-1] <= end
    step = Decimal(str(found[1])).normalize()
    assert step.as_tuple().digits in {(1,), (2,), (5,)}


def test_texts_of_a_chart() -> None:
    """Amounts are exact where they are read, and ticks are short only where nothing is lost."""
    chart = _chart()
    assert chart.told(101_200).replace("\xa0", " ") == "R$ 1.012,00"
    assert chart.told(None) == "não se sabe"
    assert chart.end == 2025.0
    assert {at: text.replace("\xa0", " ") for at, text in chart.ticks.items()} == {
        0: "R$ 0",
        1000: "R$ 1.000",
        2000: "R$ 2.000",
    }
    assert _chart("lines").end == 1013.0
    many = _chart("bars", ("a", "b"), "money", (150_000_000, 0))
    assert "R$ 500 mil" in {text.replace("\xa0", " ") for text in many.ticks.values()}
    assert _chart("bars", ("a",), "share", (0.314,)).told(0.314) == "31,4%"
    assert list(_chart("columns", ("a",), "count", (1,)).ticks) == [0, 1]


@given(st.lists(st.sampled_from(["", "Centro", "x" * 40, "y"]), max_size=40))
def test_labels_are_told_apart(labels: list[str]) -> None:
    """Whatever an ERP writes, twice the same too: an axis of categories loses what it cannot tell apart."""
    for kind in ("bars", "columns"):
        named = _chart(kind, tuple(labels), "count", (1,) * len(labels)).named
        assert len(set(named)) == len(labels)
        assert all(named)


def test_a_chart_of_zeros_is_empty() -> None:
    """So it says a sentence; a series that does not fit the labels is a mistake."""
    assert _chart("bars", ("a",), "count", (0,), (None,)).is_empty
    assert not _chart().is_empty
    with pytest.raises(ValueError, match="1 numbers for 2 labels"):
        _chart("bars", ("a", "b"), "count", (1,))
