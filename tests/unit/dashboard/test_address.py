"""A link opens the page and the rows that it was made from, and nothing that anybody writes into one breaks the page."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from dashboard.facts.asked import BANDS, DRAWINGS, GROUPS, PERIODS, Filters
from dashboard.words.address import LETTERS, read, write
from schemas.figures.names import FIGURES

names = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=LETTERS)
days = st.none() | st.dates()
filters = st.builds(
    Filters,
    instance=names,
    since=days,
    until=days,
    due_on=days,
    bairro=names,
    client_type=names,
    branch=names,
    band=st.sampled_from(["", *BANDS]),
    figure=st.sampled_from(["", *FIGURES]),
    group=st.sampled_from(["", *GROUPS]),
    kind=st.sampled_from(["", *DRAWINGS]),
    period=st.sampled_from(["", *PERIODS]),
)


@given(path=st.from_regex(r"[a-z]{0,12}", fullmatch=True), chosen=filters)
def test_what_was_chosen_stands_in_the_address(path: str, chosen: Filters) -> None:
    """Names with `&`, `=` and accents too; a branch `01` stays a text."""
    assert read(write(path, chosen)) == (path, chosen)


@given(st.text())
def test_any_address_is_read(search: str) -> None:
    read(search)


def test_what_cannot_be_read_is_not_chosen() -> None:
    """A day that is none, a band that is none; the others of the same address are."""
    path, chosen = read(
        "?pagina=faturas&de=2026-02-30&ate=2026-02-28&vencimento=ontem&faixa=9-9&filial=01&figura=x&grupo=hora&grafico=bars&periodo=8&x=1"
    )

    assert (path, chosen) == ("faturas", Filters(until=date(2026, 2, 28), branch="01"))


def test_the_first_page_needs_no_query() -> None:
    assert write("", Filters()) == ""
    assert write("", Filters(instance="norte")) == "?instancia=norte"
