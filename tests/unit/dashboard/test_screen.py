"""What is painted: every figure, every reason, nothing that a name from the ERP could inject."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.facts.asked import EVERYBODY
from dashboard.facts.snapshot import Debtor, InstanceFigures, Reading
from dashboard.facts.sources import Source
from dashboard.parts.bars import LETTERS, PLAIN, REST, Bars, shortened
from dashboard.parts.screen import BLOCKS, Painter
from dashboard.words.labels import HOLDS, PARTS
from dashboard.words.language import Language
from schemas.calling.calendar import Gate
from schemas.figures.debts import Debt
from schemas.figures.queue import Hold
from schemas.figures.standing import Share
from schemas.refills import Refill

MakeFigures = Callable[..., InstanceFigures]
MakeReading = Callable[..., Reading]
MakeDebtor = Callable[..., Debtor]


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).replace("\xa0", " ").split())


def test_every_figure_is_on_the_screen(
    figures: MakeFigures, reading: MakeReading, debtor: MakeDebtor, portuguese: Language
) -> None:
    """Active clients, debtors, amounts, both shares with their debtors, who is ready, the time of the snapshot."""
    painter, found = Painter(portuguese), reading(figures(head=(debtor("7", 40),)), dead=3)
    screen = painter.paint(found, EVERYBODY)
    text = {name: words(html) for name, html in screen.blocks.items()}

    assert "Monitoramento" in text["heading"]
    assert "Atualizado 09:00:00" in words(painter.top(found, EVERYBODY).chip)
    for expected in (
        "Clientes ativos 1.234",
        "Devedores 5",
        "R$ 1.335,55",
        "6 faturas vencidas",
        "R$ 100,00 2 devedores · 2 faturas · até 7 dias",
    ):
        assert expected in text["figures"]
    assert "R$ 1.235,55 3 devedores · 4 faturas · mais de 7 dias de atraso" in text["figures"]
    assert "Prontos para ligar 1 R$ 123,45 a cobrar" in text["figures"]
    assert "Client 7 7" in text["queue"]
    assert "22 dias desde 01/11/2026" in text["queue"]
    assert "40 Dias de atraso +40" in text["queue"]
    assert "3 registros ilegíveis" in text["sources"]
    assert screen.amounts.texts[:2] == ("R$\xa0100,00", "R$\xa01,2\xa0mil")
    assert screen.bills.values == (2, 3, 0, 0, 0, 1)


def test_every_reason_is_named_with_what_to_do(
    figures: MakeFigures, reading: MakeReading, holds: tuple[Hold, ...], language: Language
) -> None:
    """Whoever owes nothing is listed last and muted: it does not explain a quiet queue."""
    painter = Painter(language)
    html = painter.paint(reading(figures(holds=holds)), EVERYBODY).blocks["holds"]
    listed = re.findall(r"data-hold=(\w+)", html)

    assert set(listed) == set(HOLDS)
    assert listed[-1] == "nothing_due"
    for why in HOLDS.values():
        assert language(why.label) in html.replace("&#39;", "'")
        assert language(why.step) in html.replace("&#39;", "'")


def test_the_commonest_reason_comes_first(figures: MakeFigures, reading: MakeReading, portuguese: Language) -> None:
    """And says how many it holds alone."""
    some = (Hold("promise", 2, 2), Hold("no_phone", 640, 612))
    html = Painter(portuguese).paint(reading(figures(holds=some)), EVERYBODY).blocks["holds"]

    assert re.findall(r"data-hold=(\w+)", html) == ["no_phone", "promise"]
    assert "612 só por isto. Cadastre no ERP um telefone com DDD." in words(html)


MONDAY_NINE = datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_a_closed_gate_is_one_sentence_for_its_provider(
    figures: MakeFigures, reading: MakeReading, portuguese: Language
) -> None:
    """With how many wait for nothing else; it is said where somebody looks for the next call, too."""
    shut = figures(gate=Gate("outside_window", MONDAY_NINE), gated=612, holds=(Hold("promise", 2, 2),))
    blocks = Painter(portuguese).paint(reading(shut), EVERYBODY).blocks
    sentence = "Fora do horário permitido até 24/11 09:00."

    assert f"{sentence} 612 só por isto. As ligações voltam quando o horário permitido começar." in words(blocks["holds"])
    assert "614 devedores em espera" in words(blocks["holds"])
    assert re.findall(r"data-hold=(\w+)", blocks["holds"]) == ["promise"]
    assert f"Não se pode ligar para ninguém agora. {sentence}" in words(blocks["queue"])


@pytest.mark.parametrize(
    ("gate", "sentence"),
    [
        (Gate("holiday", MONDAY_NINE), "Feriado até 24/11 09:00."),
        (Gate("outside_window", MONDAY_NINE - timedelta(days=1)), "Fora do horário permitido até 09:00."),
        (Gate("outside_window"), "Fora do horário permitido: nenhum horário permitido está configurado."),
        (Gate("no_pabx"), "Provedor sem PABX."),
        (Gate("instance_paused"), "Provedor em pausa."),
    ],
)
def test_a_gate_says_why_and_until_when(
    figures: MakeFigures, reading: MakeReading, portuguese: Language, gate: Gate, sentence: str
) -> None:
    """On the provider's clock; nobody is said to be held where nobody is."""
    text = words(Painter(portuguese).paint(reading(figures(gate=gate)), EVERYBODY).blocks["holds"])

    assert sentence in text
    assert "Ninguém em espera" not in text
    assert "só por isto" not in text


def test_a_closed_state_is_named_with_how_many_wait_for_it(
    figures: MakeFigures, reading: MakeReading, debtor: MakeDebtor, portuguese: Language
) -> None:
    """While the provider's own gate is open; once that is closed, each says its own number."""
    away = (("AC", "outside_window", 4),)
    open_ = figures(head=(debtor("7", 40),), gated=4, away=away)
    shut = figures(gate=Gate("holiday", MONDAY_NINE), gated=10, away=away)
    texts = [words(Painter(portuguese).paint(reading(one), EVERYBODY).blocks["holds"]) for one in (open_, shut)]

    assert all("AC : Fora do horário permitido 4 só por isto." in text for text in texts)
    assert "Ninguém em espera" not in texts[0]
    assert "Feriado até 24/11 09:00. 6 só por isto." in texts[1]


def test_of_several_providers_each_closed_one_is_named(
    figures: MakeFigures, reading: MakeReading, debtor: MakeDebtor, portuguese: Language
) -> None:
    """The others' queue is shown as always."""
    open_ = figures("norte", head=(debtor("7", 40),))
    both = reading(open_, figures("sul", zone="America/Manaus", gate=Gate("holiday", MONDAY_NINE), gated=3))
    blocks = Painter(portuguese).paint(both, EVERYBODY).blocks

    assert re.findall(r"data-gate=(\w+)", blocks["holds"]) == ["sul"]
    assert "Sul : Feriado até 24/11 08:00." in words(blocks["holds"])
    assert "Client 7" in words(blocks["queue"])
    assert "Feriado" not in words(blocks["queue"])


def test_an_empty_queue_says_why_and_what_next(
    figures: MakeFigures, reading: MakeReading, holds: tuple[Hold, ...], portuguese: Language
) -> None:
    """Nobody may be called, nobody was decided on yet, or nobody owes anything."""
    painter = Painter(portuguese)
    held = painter.paint(reading(figures(holds=holds)), EVERYBODY).blocks["queue"]
    undecided = painter.paint(reading(figures()), EVERYBODY).blocks["queue"]

    assert "Não se pode ligar para ninguém agora. “Por que não estão na fila” mostra" in words(held)
    nothing = figures()
    nothing = replace(nothing, standing=replace(nothing.standing, pre_collection=Share(), collection=Share()))
    due = painter.paint(reading(nothing), EVERYBODY).blocks
    assert "Ninguém foi avaliado ainda: a fila se enche" in words(undecided)
    assert "Nada a cobrar: nenhuma fatura vencida em aberto." in words(due["queue"])
    assert "avaliado" not in words(due["queue"] + due["holds"])
    assert "fila.csv" not in held


def test_without_instances_or_snapshot_only_the_notices_speak(
    reading: MakeReading, now: datetime, language: Language
) -> None:
    """No zeros that could be taken for good news."""
    for found in (reading(), Reading(now), Reading(now, failure="away")):
        screen = Painter(language).paint(found, EVERYBODY)

        assert not screen.numbers
        assert {name for name in BLOCKS if screen.blocks[name].strip()} == {"heading", "notices"}


def test_a_source_shows_its_state_in_words_and_its_last_failure(
    figures: MakeFigures, reading: MakeReading, now: datetime, portuguese: Language
) -> None:
    """Never by colour alone; a failure that was mended is marked as such."""
    hour = timedelta(hours=1)
    rows = (
        Source("bill", now - hour, 10, now - hour / 2, "HTTP 502 <html>", "stopped"),
        Source("client", now - hour / 4, 5, now - hour / 2, "timeout", "fresh"),
        Source("contract", None, 0, None, "", "never"),
    )
    text = words(Painter(portuguese).paint(reading(figures(sources=rows)), EVERYBODY).blocks["sources"])

    assert "Faturas Parada 08:00 · há 1 h 10 registros Última falha 08:30: HTTP 502 &lt;html&gt;" in text
    assert "Clientes Em dia 08:45 · há 15 min. 5 registros Última falha 08:30 (já lida de novo): timeout" in text
    assert "Contratos Sem leitura aguardando a primeira leitura" in text


def test_the_selector_offers_all_and_each_even_where_titles_repeat(
    figures: MakeFigures, reading: MakeReading, portuguese: Language
) -> None:
    """Two providers may have one title; one that does not exist is shown as such, with nobody's numbers."""
    painter = Painter(portuguese)
    distinct = painter.top(reading(figures("norte"), figures("sul")), "sul")
    same = painter.top(reading(figures("norte", title="X"), figures("sul", title="X")), "gone")

    assert (dict(distinct.choices), distinct.selected) == (
        {"Todos os provedores": "", "Norte": "norte", "Sul": "sul"},
        "sul",
    )
    offered = {"Todos os provedores": "", "X (norte)": "norte", "X (sul)": "sul", "gone (não existe)": "gone"}
    assert (dict(same.choices), same.selected) == (offered, "gone")
    gone = painter.paint(reading(figures("norte")), "gone")
    assert not gone.numbers
    assert "O provedor “gone” não existe." in words(gone.blocks["notices"])


def test_limits_are_named_only_where_they_agree(figures: MakeFigures, reading: MakeReading, portuguese: Language) -> None:
    """Two providers may draw the line elsewhere."""
    both = reading(figures("norte", min_days=7), figures("sul", min_days=10))

    assert "até o limite de cada provedor" in Painter(portuguese).paint(both, EVERYBODY).blocks["figures"]
    assert "até 10 dias de atraso" in Painter(portuguese).paint(both, "sul").blocks["figures"]


def test_what_the_erp_says_is_text_not_markup(
    figures: MakeFigures, reading: MakeReading, debtor: MakeDebtor, portuguese: Language
) -> None:
    """A client's name and a provider's title are the outside world."""
    evil = "<script>alert(1)</script>"
    one = figures(head=(debtor("7", 1, name=evil),), title=evil)
    broken = reading(one)
    assert broken.snapshot is not None
    broken = replace(broken, snapshot=replace(broken.snapshot, wrong=((evil, evil),)))
    screen = Painter(portuguese).paint(broken, EVERYBODY)

    assert not any("<script" in html for html in screen.blocks.values())
    assert "&lt;script&gt;" in screen.blocks["queue"]


def test_one_painting_serves_every_session(figures: MakeFigures, reading: MakeReading, portuguese: Language) -> None:
    """The same reading and selection give the very same object."""
    painter = Painter(portuguese)
    now_reading = reading(figures())

    assert painter.paint(now_reading, EVERYBODY) is painter.paint(now_reading, EVERYBODY)
    assert painter.paint(now_reading, "norte") is not painter.paint(now_reading, EVERYBODY)
    assert painter.paint(reading(figures()), EVERYBODY) is not painter.paint(now_reading, EVERYBODY)


def test_all_parts_of_a_score_are_named(
    figures: MakeFigures, reading: MakeReading, debtor: MakeDebtor, portuguese: Language
) -> None:
    """The place in the queue is explained as a sum."""
    one = replace(debtor("7", 15), parts=tuple((part, points) for points, part in enumerate(PARTS, start=1)))
    text = words(Painter(portuguese).paint(reading(figures(head=(one,))), EVERYBODY).blocks["queue"])

    assert all(f"{portuguese(label)} +{points}" in text for points, label in enumerate(PARTS.values(), start=1))


@given(st.lists(st.floats(0, 1e10), min_size=6, max_size=6).map(tuple))
def test_the_longest_bar_leaves_room_for_its_text(values: tuple[float, ...]) -> None:
    """And an empty chart still has a scale."""
    bars = Bars(("a", "b", "c", "d", "e", "f"), values, ("",) * 6, ("",) * 6)

    assert bars.end > max(values)
    assert bars.end >= 1
    assert {len(column) for column in bars.columns.values()} == {6}


def test_the_names_with_most_to_collect_have_a_bar_each_and_all_others_one(
    figures: MakeFigures, reading: MakeReading, portuguese: Language
) -> None:
    """The table behind the chart has the whole names; together they are what is overdue."""
    long = "Residencial Nossa Senhora Aparecida"
    names = [long, "Outros", *(f"Vila {letter}" for letter in "ABCDEFGHIJKLM")]
    found = tuple(Debt(name, Share(1, 2, 1_000 - n)) for n, name in enumerate(names))
    screen = Painter(portuguese).paint(reading(figures(debts={"bairro": found, "client_type": ()})), EVERYBODY)
    bars = screen.debts["bairro"]
    text = words(screen.blocks["bairro"])

    assert bars.labels == ("Residencial Nossa Sen…", *names[1:12], "Outros (3)")
    assert bars.values == (*(debt.share.cents / 100 for debt in found[:12]), 29.61)
    assert bars.texts[0] == "R$\xa010,00"
    assert bars.colours == (*[PLAIN] * 12, REST)
    assert "15 bairros com dívida" in text
    assert f"{long} 1 2 R$ 10,00" in text
    assert "Outros (3) 3 6 R$ 29,61" in text
    assert 'href="bairros.csv"' in screen.blocks["bairro"]


def test_where_nothing_is_overdue_the_breakdown_says_so(
    figures: MakeFigures, reading: MakeReading, portuguese: Language
) -> None:
    """Instead of an empty chart and an empty file."""
    screen = Painter(portuguese).paint(reading(figures(debts={"bairro": (), "client_type": ()})), EVERYBODY)

    assert "Nada está vencido." in words(screen.blocks["client_type"])
    assert "csv" not in screen.blocks["client_type"]
    assert screen.debts["client_type"].labels == ()


def test_an_erp_that_its_vendor_has_not_confirmed_is_marked(
    figures: MakeFigures, reading: MakeReading, portuguese: Language
) -> None:
    """Where its readings are shown, in words and with a sign; the others only have their name."""
    both = reading(figures("norte"), figures("sul", unverified="Altarede, exportações (não verificado com o fornecedor)"))
    html = Painter(portuguese).paint(both, EVERYBODY).blocks["sources"]

    assert "Norte IXC Soft" in words(html)
    assert "Sul Altarede, exportações (não verificado com o fornecedor)" in words(html)
    assert re.findall(r'class="erp state late" data-erp=(\w+)', html) == ["sul"]


def test_the_queue_shows_the_erps_own_term(
    figures: MakeFigures, reading: MakeReading, debtor: MakeDebtor, portuguese: Language
) -> None:
    """Beside our own reasons."""
    html = Painter(portuguese).paint(reading(figures(head=(debtor("7", 40),))), EVERYBODY).blocks["queue"]

    assert "Situação no ERP" in html
    assert "<td class=situation>Bloqueio Automático</td>" in html


@given(st.integers(LETTERS - 2, LETTERS + 2).flatmap(lambda size: st.text(min_size=size, max_size=size)))
def test_a_name_beside_its_bar_is_short(name: str) -> None:
    """And begins as the whole one does."""
    short = shortened(name)

    assert len(short) <= LETTERS
    assert short == name or (short.endswith("…") and name.startswith(short[:-1]))


@pytest.mark.parametrize("view", ["", "debtors"])
def test_the_stamp_is_green_only_where_nothing_is_read_anew(
    figures: MakeFigures, reading: MakeReading, language: Language, view: str
) -> None:
    found = reading(figures())
    assert found.snapshot is not None
    refills = (Refill(view=view, partitions=(0,), left=7),) if view else ()
    painter, seen = Painter(language), replace(found, snapshot=replace(found.snapshot, refills=refills))
    screen = painter.paint(seen, EVERYBODY)

    assert f'class="stamp {"late" if view else "fresh"}"' in painter.top(seen, EVERYBODY).chip
    assert ("7" in words(screen.blocks["notices"])) is bool(view)
