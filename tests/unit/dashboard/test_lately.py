"""How figures went these days, today's calls and what happened last: assembled, and as the first page tells them."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.facts.asked import EVERYBODY, Filters
from dashboard.facts.board import choose
from dashboard.facts.lately import LATEST, TRENDS, Happened, Lately, happened, newest, together
from dashboard.facts.snapshot import InstanceFigures, Reading
from dashboard.facts.trend import Trend, added
from dashboard.parts.html import Html
from dashboard.parts.kpi import Change, lately
from dashboard.parts.lately_screen import calls, goings, latest, span, spans, told, trend
from dashboard.words.language import Language
from schemas.figures.calls import CallDay
from schemas.instances import Instance

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
NORTE = CallDay("norte", TODAY, 10, 8, 2, 1, {"human": 3, "busy": 6})
SUL = CallDay("sul", TODAY, 5, 2, 2, 0, {"human": 5})
MakeFigures = Callable[..., InstanceFigures]
MakeReading = Callable[..., Reading]


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).replace("\xa0", " ").split())


def ninety(last: float, before: float | None) -> Trend:
    return Trend((*(float(n) for n in range(88)), before, last))


def facts(**more: object) -> Lately:
    found: dict[str, object] = {
        "trends": {card: ninety(5, 4) for card in TRENDS},
        "calls": together([NORTE, SUL]),
        "latest": (),
    }
    return Lately(**{**found, **more})  # type: ignore[arg-type]  # as the keywords say


def test_calls_of_several_providers_are_one_day() -> None:
    """Each number and each outcome; the share is of both."""
    both = together([NORTE, SUL])
    assert (both.n, both.timed, both.short, both.open) == (15, 10, 4, 1)
    assert both.outcomes == {"human": 8, "busy": 6}
    assert both.share == pytest.approx(0.4)
    assert together([NORTE]).outcomes == NORTE.outcomes


@given(st.lists(st.integers(0, 1_000), max_size=40))
def test_the_newest_come_first_and_are_few(minutes: list[int]) -> None:
    """Of all kinds and providers together."""
    some = [Happened("read", NOW - timedelta(minutes=ago), "Norte", "UTC", told="bill") for ago in minutes]
    assert [one.at for one in newest(some)] == [NOW - timedelta(minutes=ago) for ago in sorted(minutes)[:LATEST]]


def test_what_happened_is_told_in_words(instance: Callable[..., Instance], portuguese: Language) -> None:
    """A word of a later version stays as it is."""
    norte = instance("norte", title="Norte")
    call, later, paid, swept = (
        happened(what, norte, [{"at": NOW, **row}])[0]
        for what, row in (
            ("call", {"code": "7", "told": "busy"}),
            ("call", {"code": "7", "told": "teleported"}),
            ("paid", {"code": "8", "told": 1_012}),
            ("read", {"told": "bill"}),
        )
    )
    assert told(call, portuguese) == "Ligação ao cliente 7: Ocupado"
    assert told(later, portuguese).endswith("teleported")
    assert told(paid, portuguese).replace("\xa0", " ") == "Cliente 8 pagou uma fatura de R$ 10,12"
    assert "faturas" in told(swept, portuguese)
    text = words(latest(Html(portuguese), facts(latest=(paid, call)), NOW))
    assert text.index("pagou") < text.index("Ocupado")
    assert "Norte" in text


def test_cards_tell_yesterday_and_their_last_days(figures: MakeFigures, reading: MakeReading, portuguese: Language) -> None:
    """Fewer debtors are good, fewer clients are not; before anything was kept there is nothing to say."""
    seen = reading(figures())
    assert seen.snapshot
    board = choose(seen.snapshot, EVERYBODY)
    more = {card: Trend((None,) * 89 + (1,)) for card in TRENDS}
    more |= {"debtors": Trend((None, 1_000, 0)), "active_clients": Trend((None, 2_000, 0))}
    found = goings(board, facts(trends=more), portuguese)
    assert found["debtors"].change == Change("-", "995 a menos que ontem", "good")
    assert found["active_clients"].change == Change("-", "766 a menos que ontem", "bad")
    assert found["debtors"].path
    assert (found["overdue"].change, found["overdue"].path) == (None, "")
    assert goings(board, None, portuguese) == {}


def test_today_s_calls_are_shares_of_what_ended(portuguese: Language) -> None:
    """8 of 14 by a person; short ones of known length; without a provider that calls there is no strip."""
    text = words(calls(Html(portuguese), facts(), Filters()))
    assert "Ligações hoje" in text
    assert "57,1%" in text
    assert "40%" in text
    assert calls(Html(portuguese), facts(calls=None), Filters()) == calls(Html(portuguese), None, Filters()) == ""


@pytest.mark.parametrize(("period", "days"), [("", 30), ("7", 7), ("30", 30), ("90", 90), ("365", 90)])
def test_the_trend_is_as_long_as_the_address_says(portuguese: Language, period: str, days: int) -> None:
    """The last day is today; the links keep the provider and say which is on."""
    filters = Filters(instance="sul", period=period)  # type: ignore[arg-type]  # one of Period
    chart = trend(facts(), TODAY, portuguese, span(filters))
    assert (len(chart.labels), chart.labels[-1]) == (days, "23/11")
    assert [one.numbers[-2:] for one in chart.series] == [(4, 5), (4, 5)]
    text = spans(Html(portuguese), filters)
    assert re.findall(r'href="([^"]*)"', text) == [
        "?instancia=sul&amp;periodo=7",
        "?instancia=sul",
        "?instancia=sul&amp;periodo=90",
    ]
    assert re.findall(r'aria-current="?true"?>(\d+)', text) == [str(days)]


DAYS = st.lists(st.none() | st.integers(0, 9), min_size=5, max_size=5)


@given(DAYS, DAYS)
def test_figures_add_up_on_days_that_know_both(one: list[int | None], other: list[int | None]) -> None:
    """Half of a sum would look like a fall."""
    found = added({"a": Trend(tuple(one)), "b": Trend(tuple(other))}, ("a", "b"))
    assert found
    for a, b, both in zip(one, other, found.values, strict=True):
        assert both == (None if a is None or b is None else a + b)
    assert added({"a": Trend(tuple(one))}, ("a", "b")) is None


def test_a_card_s_line_is_a_month_long(portuguese: Language) -> None:
    """However much is kept."""
    change, line = lately(ninety(5, 4), 7, portuguese, "money", "less")
    assert change
    assert (change.sign, change.tone, change.text.replace("\xa0", " ")) == ("+", "bad", "R$ 0,03 a mais que ontem")
    assert line is not None
    assert (len(line), line[-1]) == (30, 5)
    assert lately(None, 7, portuguese, "count", "less") == (None, None)
