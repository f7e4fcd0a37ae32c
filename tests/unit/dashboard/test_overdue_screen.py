"""What the page "Overdue bills" shows: every number, links that keep what is chosen, sentences where there is nothing."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from dashboard.facts.asked import Filters
from dashboard.facts.coming_back import ComingBack
from dashboard.facts.connection import Connection
from dashboard.facts.overdue import Day, Line, Overdue, Part
from dashboard.facts.trend import Trend
from dashboard.parts.aged import EXACT, by_day, by_range, picked_day, picked_range
from dashboard.parts.chosen import chosen
from dashboard.parts.html import Html
from dashboard.parts.kpi import strip
from dashboard.parts.overdue_rows import columns, part_rows, recovered_rows, roll_rows
from dashboard.parts.overdue_screen import SHOWN, kpis, painted
from dashboard.words.language import Language
from schemas.figures.narrow import By
from schemas.figures.recovered import Recovered, Roll
from schemas.figures.scope import AGES
from schemas.figures.standing import Band, Share

TODAY = date(2026, 11, 23)
SCRIPT = "<script>alert(1)</script>"
READ, PARTIAL = (4, 4), (2, 4)
NO_PARTS: dict[By, tuple[Part, ...]] = {"bairro": (), "client_type": (), "branch": ()}
NOTHING = Overdue(TODAY, False, Share(), Share(), tuple(Band(since) for since, _ in AGES), (), NO_PARTS, ())


def line(days: int, **more: object) -> Line:
    shown = ("norte", "Norte", "7", SCRIPT, "b1", "c1", TODAY - timedelta(days=days), days, 1_000_000_000)
    return replace(Line(*shown, "Centro", "Rural", "Praia", Connection()), **more)


def facts(**more: object) -> Overdue:
    some = Overdue(
        TODAY,
        False,
        Share(2, 3, 12_345),
        Share(1, 1, 1_000_000_000),
        (Band(1, 3, 12_345), Band(8, 1, 1_000_000_000), Band(16), Band(31), Band(61), Band(91)),
        (Day(3, 3, 12_345), Day(9, 1, 1_000_000_000)),
        {
            "bairro": (
                Part(SCRIPT, Share(), Share(1, 1, 1_000_000_000), SCRIPT),
                Part("Centro", Share(2, 3, 12_345), Share(), "Centro"),
            ),
            "client_type": (Part("Rural", Share(2, 3, 12_345), Share(1, 1, 1_000_000_000), "Rural"),),
            "branch": (Part("Praia · Norte", Share(3, 4, 1), Share(), "1", "norte"), Part("Indefinido", Share(), Share())),
        },
        (line(9), line(3)),
    )  # fmt: skip
    return replace(some, **more)


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).replace("\xa0", " ").split())


@pytest.fixture
def html(portuguese: Language) -> Html:
    return Html(portuguese)


def test_every_number_is_on_the_page(html: Html) -> None:
    """On the cards, in charts and breakdowns; the table has each bill."""
    found = painted(facts(), Filters(), READ, html)
    cards = words(found.blocks["kpis"])

    for told in (
        "Faturas vencidas 4",
        "R$ 10.000.123,45",
        "Devedores 3",
        "R$ 123,45 3 faturas",
        "R$ 10.000.000,00 1 fatura",
    ):
        assert told in cards
    assert "Rural 3 4 R$ 10.000.123,45" in words(found.blocks["client_type"])
    assert found.charts["aging_bills"].series[0].numbers == (3, 0, 0, 0, 0, 0)
    assert found.charts["aging_cents"].series[1].numbers[1] == 1_000_000_000
    assert found.charts["day_bills"].labels == ("3", "4", "5", "6", "7", "8", "9")
    assert [row[6:8] for row in found.rows.cells] == [(9, 1_000_000_000), (3, 1_000_000_000)]
    assert len(found.rows.cells[0]) == len(columns(html.say))


def test_no_name_becomes_markup(html: Html) -> None:
    """Neither in a block nor in a link nor in a chip."""
    found = painted(facts(), Filters(bairro=SCRIPT), READ, html)

    assert not any("<script" in block for block in found.blocks.values())
    assert "<script" not in chosen(html, "faturas", Filters(bairro=SCRIPT))


def test_a_link_keeps_what_is_chosen(html: Html) -> None:
    """And asks for the rows that were counted; a branch for its own provider; what no filter can name is no link."""
    found = painted(facts(), Filters(instance="sul", band="8-15"), READ, html)

    assert "?pagina=faturas&amp;instancia=sul&amp;bairro=Centro&amp;faixa=8-15" in found.blocks["bairro"]
    assert "?pagina=faturas&amp;instancia=norte&amp;filial=1&amp;faixa=8-15" in found.blocks["branch"]
    assert found.blocks["branch"].count("<a href=") == 1
    assert 'href="faturas-bairro.xlsx?instancia=sul&amp;faixa=8-15"' in found.blocks["bairro"]
    assert "faixa=1-7" in found.blocks["kpis"]


def test_what_is_not_read_is_never_zero(html: Html) -> None:
    """Skeletons without facts; with a part of them every card says of how many readings."""
    skeleton = strip(html, kpis(None, Filters(), (0, 4), html.say))
    partial = painted(facts(), Filters(), PARTIAL, html).blocks["kpis"]

    assert "R$" not in words(skeleton)
    assert skeleton.count("ainda não lido") == 6
    assert partial.count("parcial, 2 de 4 leituras") == 6


@pytest.mark.parametrize(
    ("filters", "readings", "told"),
    [
        (Filters(), READ, "Nada está vencido."),
        (Filters(instance="norte", bairro="Centro"), READ, "Nenhuma fatura vencida com estes filtros."),
        (Filters(), PARTIAL, "Nem tudo foi lido ainda; por enquanto não se pode concluir nada."),
    ],
)
def test_nothing_has_its_own_sentence(html: Html, filters: Filters, readings: tuple[int, int], told: str) -> None:
    """No debt, no debt with these filters, and not known yet are three things."""
    charts = painted(NOTHING, filters, readings, html).charts

    assert all(chart.nothing == told for name, chart in charts.items() if name != "recovered")
    assert all(chart.is_empty for chart in charts.values())


def test_a_bar_names_what_it_counts(portuguese: Language) -> None:
    """Every range and every day leads back to its filter; of too many days the first have a bar, and the title says so."""
    for since, until in AGES:
        chart = by_range({since: 5}, "t", "count", portuguese, "")
        rows = zip(chart.labels, *(one.numbers for one in chart.series), strict=True)
        label = next(label for label, *values in rows if any(values))
        assert picked_range(label, portuguese) == f"{since}-{until or ''}"
    long = by_day({2: 1, 500: 9}, "t", "count", portuguese, "")

    assert picked_range("x", portuguese) == ""
    assert [picked_day(label) for label in long.labels] == list(range(2, 2 + EXACT))
    assert "60" in long.title
    assert by_day({}, "t", "count", portuguese, "").is_empty


def test_orange_ends_at_seven_days(portuguese: Language) -> None:
    """Red begins at eight."""
    short, long = by_day({7: 3, 8: 4}, "t", "count", portuguese, "").series

    assert (short.numbers, short.colour) == ((3, 0), "#e8891c")
    assert (long.numbers, long.colour) == ((0, 4), "#c8473a")


def test_yesterday_and_the_last_days_are_on_the_cards(html: Html) -> None:
    """Where they are known; a fall of debt is good news."""
    past = {"standing.bills": Trend((None, 3, 9, 4)), "standing.debtors": Trend((1, None, None))}
    shown = {card.name: card for card in kpis(facts(trends=past), Filters(), READ, html.say)}

    assert shown["bills"].change is not None
    assert (shown["bills"].change.sign, shown["bills"].change.tone) == ("-", "good")
    assert shown["bills"].trend == (None, 3, 9, 4)
    assert shown["debtors"].change is None
    assert shown["cents"].trend is None


def test_what_came_back_after_a_call_and_without(html: Html) -> None:
    """Both apart, on the card, in the chart and in its file; rates beside them, or why there are none."""
    back = ComingBack((Recovered(TODAY, 1, 100, 2, 250, 0),), (Roll(1, 30, 200, 50), Roll(31, 60, 0, 9)))
    found = painted(facts(back=back), Filters(bairro="x"), READ, html)

    assert "R$ 3,50 R$ 1,00 após ligação" in words(found.blocks["kpis"])
    assert [one.numbers for one in found.charts["recovered"].series] == [(100,), (250,)]
    assert "1 a 30 dias R$ 2,00 R$ 0,50 25%" in words(found.blocks["rolls"])
    assert "31 a 60 dias R$ 0,00 R$ 0,09 —" in words(found.blocks["rolls"])
    assert "Faltam os números de um mês atrás" in painted(facts(), Filters(), READ, html).blocks["rolls"]
    assert recovered_rows(back, html.say).cells == ((TODAY, 1, 100, 2, 250, 0),)
    assert roll_rows(back, html.say).cells[0] == ("1 a 30 dias", 200, 50, 0.25)


def test_many_names_end_in_the_others(html: Html) -> None:
    """Each has a line in the file."""
    parts = tuple(Part(f"Vila {n}", Share(1, 1, 100 - n), Share(), f"Vila {n}") for n in range(SHOWN + 3))
    found = painted(facts(parts={"bairro": parts, "client_type": (), "branch": ()}), Filters(), READ, html)

    assert "Outros (3) 3 3 R$ 2,61" in words(found.blocks["bairro"])
    assert len(part_rows("bairro", parts, html.say).cells) == SHOWN + 3


def test_a_name_is_shown_as_its_reader_may_see_it(html: Html) -> None:
    """Another reader's table is another one."""
    found = painted(facts(), Filters(), READ, html, len_of)

    assert found.rows.cells[0][0] == str(len(SCRIPT))
    assert painted(facts(), Filters(), READ, html).rows.cells[0][0] == SCRIPT


def len_of(name: str) -> str:
    return str(len(name))


def test_a_list_of_several_providers_says_whose_each_is(html: Html) -> None:
    """And one of more bills than it shows how many there are."""
    found = painted(facts(long=Share(9, 6_000, 9)), Filters(), READ, html)

    assert found.rows.cells[0][1] == "Norte"
    assert "5.000" in words(found.blocks["list"])
    assert "6.003" in words(found.blocks["list"])
