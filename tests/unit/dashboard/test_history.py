"""A figure over time: which days, how they are compared, and what is told of days that nobody knows."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.facts.asked import Filters, Period
from dashboard.facts.history import EARLIEST, FIGURE, MOST_DAYS, History, Line, group_of, line, period
from dashboard.parts.drawing import drawn
from dashboard.parts.history_rows import rows
from dashboard.parts.history_screen import charted, controls, drawing, figures, kpis, painted
from dashboard.parts.html import Html
from dashboard.words.language import Language
from schemas.figures.history import DayValue, Group, period_before
from schemas.figures.names import FIGURES
from schemas.instances import Instance

SAY = Language("pt_BR")
HTML = Html(SAY)
FIRST, LAST = date(2026, 11, 2), date(2026, 11, 8)  # Monday to Sunday
CALLS, SHARE = "calls.n", "standing.debtors_share"
Provider = Callable[..., Instance]


def values(*numbers: float | None, since: date = FIRST, **more: Any) -> list[DayValue]:  # noqa: ANN401 - fields
    """A day each; None is not known."""
    fields = {"source": "measured", "version": 1, **more}
    return [
        DayValue("norte", since + timedelta(days=n), value, **fields) for n, value in enumerate(numbers) if value is not None
    ]


def history(figure: str, *lines: Line, group: Group = "day", today: date = LAST) -> History:
    return History(FIGURES[figure], group, FIRST, LAST, today, lines)


def text(cells: tuple[object, ...]) -> str:
    return str(cells[-1])


@given(
    since=st.none() | st.dates(),
    until=st.none() | st.dates(),
    days=st.sampled_from(["", "7", "30", "90", "365"]),
    today=st.dates(date(2026, 1, 1), date(2100, 1, 1)),
)
def test_a_period_ends_today_at_the_latest_and_has_a_period_before(
    since: date | None, until: date | None, days: Period | Literal[""], today: date
) -> None:
    """Whatever somebody writes into an address."""
    first, last = period(Filters(since=since, until=until, period=days), today)

    assert first <= last <= today
    assert (last - first).days < MOST_DAYS
    assert last >= EARLIEST
    assert period_before(first, last)[1] < first
    if since and until and EARLIEST <= since <= until <= today and (until - since).days < MOST_DAYS:
        assert (first, last) == (since, until)
    if not since and not until:
        assert ((last - first).days + 1, last) == (int(days or 30), today)


@pytest.mark.parametrize(("days", "group"), [(1, "day"), (92, "day"), (93, "week"), (366, "week"), (367, "month")])
def test_long_periods_are_grouped_unless_somebody_chose(days: int, group: str) -> None:
    first = LAST - timedelta(days=days - 1)
    assert group_of(Filters(), first, LAST) == group
    assert group_of(Filters(group="day"), first, LAST) == "day"


def test_the_period_before_is_cut_at_the_same_places(instance: Provider) -> None:
    """A week is compared with as many days, also where the week before began elsewhere."""
    first, last = date(2026, 11, 5), date(2026, 11, 10)  # Thursday to Tuesday
    found = line(
        instance(), CALLS, values(1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60, since=date(2026, 10, 30)), (first, last), "week"
    )

    assert [(point.day, point.value) for point in found.points] == [(first, 100), (date(2026, 11, 9), 110)]
    assert [point.value for point in found.before] == [10, 11]
    assert (found.value, found.value_before) == (210, 21)
    assert history(CALLS, found).change == pytest.approx(9)


def test_what_adds_up_is_compared_by_the_day(instance: Provider) -> None:
    """A week of which three days are known is not less than half of a whole one."""
    found = [*values(*[10] * 7, since=FIRST - timedelta(days=7)), *values(None, 20, 20, 20)]
    facts = history(CALLS, line(instance(), CALLS, found, (FIRST, LAST), "week"), group="week")

    assert (facts.value, facts.value_before, facts.change) == (60, 70, 1)
    assert rows(facts, SAY).cells[0][1:5] == (60, 70, 1, 3)
    assert kpis(facts, SAY)[2].note == "pela média dos dias conhecidos"


def test_what_is_not_known_is_a_gap_and_never_zero(instance: Provider) -> None:
    """In the chart, in the table, in the key figures and in words."""
    facts = history(FIGURE, line(instance(), FIGURE, values(500, None, 700), (FIRST, LAST), "day"), today=date(2026, 12, 1))
    found = painted(facts, "lines", "", HTML)

    assert found.chart.series[0].numbers == (500, None, 700, None, None, None, None)
    assert found.chart.series[1].numbers == (None,) * 7
    assert [(cells[1], text(cells)) for cells in found.rows.cells[-3:]] == [(700, ""), (None, "não se sabe"), (500, "")]
    assert "5 dias não são conhecidos: são falhas no gráfico, não zeros." in found.blocks["told"]
    assert facts.incomparable == "unknown"
    now, before, change, days = kpis(facts, SAY)
    assert (now.value or "").replace("\xa0", " ") == "R$ 7,00"
    assert now.note == "em 04/11/2026"
    assert (before.value, change.value, days.value) == (None, None, "2 de 7")


def test_a_gap_is_not_drawn_as_zero_and_a_lone_day_is_a_dot(instance: Provider) -> None:
    """By hvPlot, in what the browser is sent."""
    facts = history(FIGURE, line(instance(), FIGURE, values(500, None, 700, 800), (FIRST, LAST), "day"))
    figure = drawn(charted(facts, "lines", SAY))
    glyphs = [type(renderer.glyph).__name__ for renderer in figure.renderers]
    first = list(figure.renderers[0].data_source.data.values())

    assert glyphs == ["Line", "Line", "Scatter", "VBar"]
    assert sum(value != value for value in first[1]) == 4  # noqa: PLR0124 - not a number
    assert list(figure.renderers[2].data_source.data["at"]) == [0]


def test_rebuilt_days_are_marked(instance: Provider) -> None:
    """On the axis, in the table and in words."""
    found = [*values(1, 2), *values(3, since=FIRST + timedelta(days=2), source="rebuilt")]
    page = painted(history(CALLS, line(instance(), CALLS, found, (FIRST, LAST), "day")), "columns", "", HTML)

    assert page.chart.labels[1:3] == ("03/11", "04/11*")
    assert text(page.rows.cells[4]) == "reconstruído depois"
    assert "1 dia, marcado com *" in page.blocks["told"]


def test_another_definition_is_told_and_not_compared(instance: Provider) -> None:
    """Also where it changed between the two periods."""
    found = [*values(5, 5, since=FIRST - timedelta(days=2)), *values(6, 7, version=2)]
    facts = history(CALLS, line(instance(), CALLS, found, (FIRST, LAST), "day"))
    page = painted(facts, "lines", "", HTML)

    assert (facts.incomparable, facts.change) == ("definition", None)
    assert "A partir de 02/11/2026 este número é contado de outra forma" in page.blocks["told"]
    assert "contado de outra forma a partir de 02/11/2026" in text(page.rows.cells[-1])
    assert "A contagem deste número mudou" in page.blocks["kpis"]


def test_several_providers_add_up_but_their_shares_do_not(instance: Provider) -> None:
    both = [*values(10, since=FIRST - timedelta(days=7)), *values(20)]
    lines = [line(instance(name), CALLS, both, (FIRST, LAST), "day") for name in ("norte", "sul")]
    facts = history(CALLS, *lines)
    assert (facts.value, facts.value_before, facts.change) == (40, 20, 1)
    assert [one.name for one in charted(facts, "areas", SAY).series] == ["norte", "sul"]
    assert rows(facts, SAY).keys[:2] == ("2026-11-08@norte", "2026-11-08@sul")
    assert rows(facts, SAY, 3).keys == rows(facts, SAY).keys[:3]

    shares = history(SHARE, *lines)
    assert (shares.value, shares.incomparable) == (None, "share")
    assert drawing(shares, "areas", SAY)[0] == "lines"
    assert drawing(facts, "columns", SAY) == ("columns", "")

    alone = history(CALLS, lines[0], line(instance("sul"), CALLS, values(1), (FIRST, LAST), "day"))
    assert (alone.incomparable, alone.change) == ("providers", None)


def test_an_area_of_one_day_is_a_column(instance: Provider) -> None:
    """An area needs a second day beside it, or nobody would see it."""
    for numbers, kind in (((1, 2), "areas"), ((1, 2, None, 3), "columns"), ((None, 3), "columns")):
        facts = history(CALLS, line(instance(), CALLS, values(*numbers), (FIRST, LAST), "day"))
        found, why = drawing(facts, "areas", SAY)
        assert (found, bool(why)) == (kind, kind == "columns")


def test_days_that_are_not_over_are_told(instance: Provider) -> None:
    facts = history(CALLS, line(instance(), CALLS, values(*range(1, 8)), (FIRST, LAST), "day"))
    assert [text(cells) for cells in rows(facts, SAY).cells] == ["ainda em andamento", *[""] * 6]


def test_every_figure_can_be_chosen_once() -> None:
    for say in (SAY, Language("en")):
        assert sorted(name for group in figures(say).values() for name in group.values()) == sorted(FIGURES)


def test_choices_keep_what_else_was_chosen(instance: Provider) -> None:
    """And a name of an instance is never markup."""
    facts = history(CALLS, line(instance(), CALLS, [], (FIRST, LAST), "day"))
    found = controls(HTML, facts, Filters(instance='"><script>', figure=CALLS, since=FIRST, kind="areas"))

    assert "<script>" not in found
    assert "?pagina=historico&amp;instancia=%22%3E%3Cscript%3E&amp;figura=calls.n&amp;grafico=areas&amp;periodo=90" in found
    assert found.count("aria-current") == 2
    assert 'value="2026-11-02"' in found or "value=2026-11-02" in found


@pytest.mark.parametrize("kind", ["lines", "columns", "areas"])
def test_nothing_is_said_in_a_sentence(instance: Provider, kind: Any) -> None:  # noqa: ANN401 - a Drawing
    """Nothing kept is told apart from zeros; without a provider nothing breaks."""
    empty = painted(history(CALLS, line(instance(), CALLS, [], (FIRST, LAST), "day")), kind, "", HTML).chart
    zeros = painted(history(CALLS, line(instance(), CALLS, values(0), (FIRST, LAST), "day")), kind, "", HTML).chart
    assert (empty.is_empty, empty.nothing) == (True, "Ainda não há registro deste período.")
    assert (zeros.is_empty, zeros.nothing) == (True, "Todos os números conhecidos deste período são zero.")
    assert painted(history(CALLS), kind, "", HTML).rows.cells == ()
