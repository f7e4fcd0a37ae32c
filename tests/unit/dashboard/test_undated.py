"""Bills without a due date on the page "Overdue bills": counted, named, and never under what is late."""

from collections.abc import Callable

import pytest

from dashboard.facts.asked import Filters
from dashboard.facts.undated import Line, WithoutDay, line
from dashboard.parts.html import Html
from dashboard.parts.undated import SHOWN, block, rows
from dashboard.parts.undated import line as said
from dashboard.words.language import Language
from schemas.figures.undated import Undated
from schemas.instances import Instance

MakeInstance = Callable[..., Instance]
SCRIPT = "<script>alert(1)</script>"


def one(n: int = 1) -> Line:
    return Line("norte", "Norte", "7", SCRIPT, f"b{n}", "c1", 9_990)


@pytest.fixture
def html(portuguese: Language) -> Html:
    return Html(portuguese)


def test_the_count_and_each_bill_are_told(html: Html) -> None:
    found = block(WithoutDay(Undated(1, 2, 19_980), (one(1), one(2))), Filters(), html).replace("\xa0", " ")

    for told in (
        "Sem vencimento",
        "2 faturas · R$ 199,80 · 1 cliente",
        "<td>b1</td>",
        "<td>b2</td>",
        "faturas-sem-vencimento.csv",
    ):
        assert told in found
    assert SCRIPT not in found
    assert "Norte" not in found
    assert "Os arquivos" not in found


def test_more_than_are_shown_are_in_the_files_and_several_providers_are_named(html: Html) -> None:
    many = WithoutDay(Undated(1, 40, 1), tuple(one(n) for n in range(40)))
    found = block(many, Filters(), html, lambda name: name[:1], several=True)

    assert found.count("<tr><th scope=row>") == SHOWN
    assert "Os arquivos têm todas." in found
    assert "<td>Norte</td>" in found


def test_without_any_there_is_nothing_to_list(html: Html) -> None:
    found = block(WithoutDay(), Filters(), html)

    assert "Toda fatura em aberto tem vencimento." in found
    assert "<table" not in found
    assert ".csv" not in found


def test_a_file_has_every_bill(portuguese: Language, instance: MakeInstance) -> None:
    row = {"code": "7", "client": None, "bill": {"id": "b1", "open_cents": 9_990}}
    made = line(instance("norte", title="Norte"), row)
    found = rows([made], portuguese)

    assert made == Line("norte", "Norte", "7", "7", "b1", "", 9_990)
    assert found.cells == (("7", "Norte", "7", "b1", "", 9_990),)
    assert found.keys == ("norte:7:b1",)


def test_the_first_page_has_a_line_that_leads_to_the_list_only_where_there_are_some(html: Html) -> None:
    """Whatever else is chosen, as the list is the whole provider's."""
    found = said(html, Undated(1, 2, 19_980), Filters("norte", bairro="Centro")).replace("\xa0", " ")

    assert "2 faturas sem vencimento, R$ 199,80</a>: em aberto, mas nunca em atraso" in found
    assert 'href="?pagina=faturas&amp;instancia=norte"' in found
    assert "1 fatura sem vencimento," in said(html, Undated(1, 1, 1), Filters())
    assert said(html, Undated(), Filters()) == ""
