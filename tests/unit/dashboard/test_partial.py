"""Before a first reading is complete there is no number, not even zero; beside others that are complete it is left out."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from dashboard.facts.asked import EVERYBODY
from dashboard.facts.board import choose
from dashboard.facts.snapshot import NUMBERS, Debtor, InstanceFigures, Reading
from dashboard.parts.screen import PENDING, Painter
from dashboard.words.language import Language
from schemas.figures.definitions import DEFINITIONS
from schemas.figures.standing import Standing
from schemas.rows import Kind
from tests.unit.dashboard.begun import KINDS, first
from tests.unit.dashboard.test_screen import words

MakeFigures = Callable[..., InstanceFigures]
MakeReading = Callable[..., Reading]


@pytest.mark.parametrize("missing", NUMBERS)
def test_until_all_that_counts_was_read_no_number_is_shown(
    figures: MakeFigures, reading: MakeReading, portuguese: Language, missing: Kind
) -> None:
    """What was read so far looks like a debt of nothing; the readings say how far they are."""
    done = [kind for kind in KINDS if kind != missing]
    screen = Painter(portuguese).paint(reading(figures(sources=first(*done))), EVERYBODY)
    numbers = "".join(screen.blocks[name] for name in ("figures", *PENDING))

    assert screen.numbers
    assert not re.search(r"R\$|devedor|\b1[.]", words(numbers))
    assert words(screen.blocks["figures"]).count("parcial, 3 de 4 leituras") == 6
    assert screen.blocks["figures"].count("skeleton") == 6
    assert not any(bars.labels for bars in (screen.amounts, screen.bills, *screen.debts.values()))
    assert "aguardando a primeira leitura" in words(screen.blocks["sources"])
    assert "A primeira leitura ainda não terminou: Norte (3 de 4 leituras)." in words(screen.blocks["notices"])
    chip = Painter(portuguese).top(reading(figures(sources=first(*done))), EVERYBODY).chip
    assert "stamp never" in chip
    assert "Norte: parcial, 3 de 4 leituras" in words(chip)


def test_without_the_support_tables_numbers_are_partial(
    figures: MakeFigures, reading: MakeReading, portuguese: Language
) -> None:
    """They only name client types: one that can never be read must not hide the debt for ever."""
    blocks = Painter(portuguese).paint(reading(figures(sources=first(*NUMBERS))), EVERYBODY).blocks

    assert "R$ 1.335,55" in words(blocks["figures"])
    assert "Norte: parcial, 3 de 4 leituras" in words(blocks["figures"])
    assert "Os números são parciais: Norte (3 de 4 leituras)." in words(blocks["notices"])


def test_beside_complete_ones_a_first_reading_is_left_out_and_named(
    figures: MakeFigures, reading: MakeReading, debtor: Callable[..., Debtor], portuguese: Language
) -> None:
    """In every figure, the head of the queue too."""
    norte = figures("norte", head=(debtor("7", 40),))
    sul = figures("sul", sources=first("client", "bill"), head=(debtor("8", 90, instance="sul"),))
    both = reading(norte, sul)
    assert both.snapshot is not None
    board, blocks = choose(both.snapshot, EVERYBODY), Painter(portuguese).paint(both, EVERYBODY).blocks

    assert (board.standing, board.debts, board.head) == (norte.standing, norte.debts, norte.head)
    assert (board.complete, board.partial, board.counted) == ((3, 5), (sul,), (norte,))
    assert "sem Sul, cuja primeira leitura ainda não terminou" in words(blocks["figures"])
    assert re.findall("data-partial=(\\w+)", blocks["figures"]) == ["sul"]
    assert choose(both.snapshot, "sul").standing == Standing()


def test_a_sweep_that_completed_once_hides_nothing_while_the_next_is_on_its_way(
    figures: MakeFigures, reading: MakeReading, portuguese: Language
) -> None:
    (source,) = figures().sources
    on_its_way = replace(source, shown=False)

    assert "R$" in Painter(portuguese).paint(reading(figures()), EVERYBODY).blocks["figures"]
    blocks = Painter(portuguese).paint(reading(figures(sources=(on_its_way,))), EVERYBODY).blocks
    assert "R$" not in blocks["figures"]
    assert "a caminho desta página" in words(blocks["sources"])


def test_a_reading_of_files_is_shown_with_their_age(
    figures: MakeFigures, reading: MakeReading, portuguese: Language
) -> None:
    (source,) = figures().sources
    assert source.completed_at
    old = replace(source, as_of=source.completed_at - timedelta(days=3))

    assert "seus arquivos" not in words(Painter(portuguese).paint(reading(figures()), EVERYBODY).blocks["sources"])
    said = words(Painter(portuguese).paint(reading(figures(sources=(old,))), EVERYBODY).blocks["sources"])
    assert "há 3 d" in said
    assert "tão antiga quanto seus arquivos" in said


def test_every_figure_of_the_page_has_its_definition(
    figures: MakeFigures, reading: MakeReading, portuguese: Language
) -> None:
    html = Painter(portuguese).paint(reading(figures()), EVERYBODY).blocks["figures"]

    assert set(re.findall(r"data-figure=(\w+)", html)) <= set(DEFINITIONS)


def test_the_queue_shows_a_trust_unlock(
    figures: MakeFigures, reading: MakeReading, debtor: Callable[..., Debtor], portuguese: Language
) -> None:
    """Beside the client's code, of those alone who have one."""
    head = (replace(debtor("7", 40), trust_unlock=True), debtor("8", 30))
    html = Painter(portuguese).paint(reading(figures(head=head)), EVERYBODY).blocks["queue"]

    assert html.count("class=dc") == 1
    assert "Client 7 7 DC" in words(html)
