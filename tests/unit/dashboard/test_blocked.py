"""The facts of the page "Blocked contracts", and what it shows: states, both inventories, how it went on."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from dashboard.facts.asked import Filters
from dashboard.facts.blocked import PAST_DAYS, Blocked, Contracts, Day, Named, Read, contracts
from dashboard.facts.choices import Found
from dashboard.facts.names import Names
from dashboard.facts.trend import Trend
from dashboard.parts.blocked_rows import SPEEDS, STATES, columns, day_rows, part_rows
from dashboard.parts.blocked_screen import kpis, painted
from dashboard.parts.html import Html
from dashboard.parts.kpi import Change, strip
from dashboard.words.language import Language
from schemas.debtor import Access
from schemas.figures.access import ACCESS
from schemas.figures.access import SPEEDS as PACES
from schemas.figures.late_contracts import Connections
from schemas.instances import Instance

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SCRIPT = "<script>alert(1)</script>"
READ = (4, 4)
MakeInstance = Callable[..., Instance]


def some(access: Access, days: int | None, n: int = 1, bairro: str = "CENTRO", **more: object) -> Connections:
    oldest = None if days is None else TODAY - timedelta(days=days)
    return replace(Connections(access, "normal", False, True, oldest, bairro, "", "1", n), **more)


def row(days: int | None, access: Access = "blocked_auto", **more: object) -> dict[str, object]:
    oldest = None if days is None else (TODAY - timedelta(days=days)).isoformat()
    raw = {"blocked_auto": "CA", "active": "A"}.get(access, "")
    since = "2026-11-13T12:00:00Z"
    contract = {
        "id": "c",
        "access": access,
        "access_raw": raw,
        "speed": "reduced",
        "trust_unlock": False,
        "access_since": since,
    }
    return {
        "code": "7",
        "name": SCRIPT,
        "contract": contract,
        "bills": ["b1", "b2"],
        "oldest": oldest,
        "cents": 1_000_000_000,
        **more,
    }


def read(instance: Instance, *cells: Connections, rows: tuple[dict[str, object], ...] = ()) -> Read:
    names = Names(instance, {})
    return Read(instance, TODAY, NOW, names, cells, rows, Found(instance, names, cells, {}))


@pytest.fixture
def html(portuguese: Language) -> Html:
    return Html(portuguese)


@pytest.fixture
def facts(instance: MakeInstance) -> Contracts:
    """Six blocked contracts, of which one owes nothing, and four that are not; the ERP lists all but two."""
    cells = (
        some("blocked_auto", 3, 2),
        some("blocked_manual", 8, bairro=SCRIPT),
        some("throttled", 90, 2, speed="reduced"),
        some("blocked", None),
        some("active", 8, 2, listed=False),
        some("active", 3, trust_unlock=True),
        some("unknown", None),
    )
    rows = (row(3), row(90), row(9, "active"))
    past = {"access.blocked_auto": Trend((None,) * (PAST_DAYS - 2) + (4, 5)), "access.speed_normal": Trend((7,) * PAST_DAYS)}
    return contracts([read(instance(title="Norte"), *cells, rows=rows)], TODAY, past)


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).replace("\xa0", " ").split())


def test_every_contract_is_counted_once_in_each_way(facts: Contracts) -> None:
    """By term, exact day, name; states and speeds are of those that the ERP lists."""
    assert facts.blocked == Blocked(short=2, long=3, idle=1)
    assert facts.blocked.n == 6
    assert (facts.short, facts.long) == (3, 5)
    assert facts.days == (Day(3, 2, 1), Day(8, 1, 2), Day(90, 2, 0))
    assert {word: n for word, n in facts.states.items() if n} == {
        "blocked_auto": 2,
        "blocked_manual": 1,
        "throttled": 2,
        "blocked": 1,
        "active": 1,
        "unknown": 1,
    }
    assert facts.speeds == {"normal": 6, "reduced": 2, "unknown": 0}
    assert facts.trust_unlock == 1
    shown = "<Script>Alert(1)</Script>"
    assert facts.parts["bairro"] == (Named("Centro", 2, 2, "Centro"), Named(shown, 0, 1, shown))
    assert facts.parts["branch"] == (Named("1", 2, 3, "1", "norte"),)


def test_both_inventories_have_their_own_the_most_late_first(facts: Contracts, html: Html) -> None:
    """Client, bills, contract, amount, due date, days, internet, speed, days blocked; one that is not blocked says so."""
    found = painted(facts, Filters(), READ, html).inventories
    names = [column.name for column in columns(html.say)]
    long = [dict(zip(names, cells, strict=True)) for cells in found["long"].cells]

    assert [one["days"] for one in long] == [90, 9]
    assert [one["internet"] for one in long] == ["Bloqueio Automático", "Ativo / não bloqueado"]
    assert [one["days_blocked"] for one in long] == [10, None]
    assert long[0] == {
        "client": SCRIPT,
        "provider": "Norte",
        "bill": "b1, b2",
        "contract": "c",
        "amount": 1_000_000_000,
        "due_on": TODAY - timedelta(days=90),
        "days": 90,
        "internet": "Bloqueio Automático",
        "speed": "Reduzida",
        "days_blocked": 10,
        "code": "7",
    }
    assert [cells[names.index("days")] for cells in found["short"].cells] == [3]


def test_every_state_has_its_counter(facts: Contracts, html: Html) -> None:
    """Those of which there are none too; the strip adds up the blocked ones."""
    blocks = painted(facts, Filters(), READ, html).blocks
    told = words(blocks["states"])

    for counter in (
        "Ativo 1",
        "Bloqueio automático 2",
        "Semibloqueado 2",
        "Desativado 0",
        "Aguardando assinatura 0",
        "Reduzida 2",
    ):
        assert counter in told
    for card in (
        "Contratos bloqueados 6",
        "Bloqueados, curto prazo 2",
        "Bloqueados, longo prazo 3",
        "Bloqueados, nada vencido 1",
    ):
        assert card in words(blocks["kpis"])
    assert set(STATES) == set(ACCESS)
    assert set(SPEEDS) == set(PACES)


def test_how_it_went_on_begins_where_it_is_known(facts: Contracts, html: Html) -> None:
    """The last day is today; who is active is left out; nothing kept is said, not drawn as zero."""
    charts = painted(facts, Filters(), READ, html).charts
    (access,) = charts["access"].series

    assert charts["access"].kind == "columns"
    assert charts["access"].labels == ("22/11", "23/11")
    assert (access.name, access.numbers) == ("Bloqueio automático", (4, 5))
    assert (charts["speed"].kind, len(charts["speed"].labels)) == ("areas", PAST_DAYS)
    unkept = painted(replace(facts, past={}), Filters(), READ, html).charts["access"]
    assert unkept.is_empty
    assert unkept.nothing == "Ainda não há números guardados destes dias."


def test_the_first_day_alone_is_drawn_as_a_column(facts: Contracts, html: Html) -> None:
    """An area of one day is nothing."""
    past = {f"access.speed_{pace}": Trend((*(None,) * (PAST_DAYS - 1), 3)) for pace in ("normal", "reduced")}
    speed = painted(replace(facts, past=past), Filters(), READ, html).charts["speed"]

    assert (speed.kind, speed.labels) == ("columns", ("23/11",))


def test_yesterday_is_that_of_all_terms_together(facts: Contracts, html: Html) -> None:
    """Fewer blocked are good, of trust unlocks nobody says so; under a filter nothing of the whole provider is told."""
    past = {f"access.blocked_{term}": Trend((2, 3)) for term in ("short", "long", "none")}
    some = replace(facts, past={**past, "access.trust_unlock": Trend((2, 1))})
    shown = {card.name: card for card in kpis(some, Filters(), READ, html.say)}
    assert shown["blocked"].change == Change("=", "igual a ontem")
    assert shown["blocked"].trend == (6, 9)
    assert shown["short"].change == Change("=", "igual a ontem")
    assert shown["idle"].change == Change("-", "1 a menos que ontem", "good")
    assert shown["trust"].change == Change("-", "1 a menos que ontem", "neutral")
    assert shown["reduced"].trend is None
    filtered = kpis(some, Filters(bairro="Centro"), READ, html.say)
    assert all(card.change is None and card.trend is None for card in filtered)


def test_exact_days_tell_who_is_blocked_apart(facts: Contracts, html: Html) -> None:
    """In the chart, of the first days; in the file, of all."""
    blocked, free = painted(facts, Filters(), READ, html).charts["late"].series

    assert (blocked.numbers[0], free.numbers[0]) == (2, 1)
    assert (blocked.numbers[5], free.numbers[5]) == (1, 2)
    assert day_rows(facts.days, html.say).cells == ((3, 2, 1), (8, 1, 2), (90, 2, 0))


def test_a_breakdown_leads_to_its_rows_and_runs_nothing(facts: Contracts, html: Html) -> None:
    """What is chosen stays chosen; a name is never markup."""
    blocks = painted(facts, Filters(instance="norte", band="8-15"), READ, html).blocks

    assert "?pagina=bloqueados&amp;instancia=norte&amp;bairro=Centro&amp;faixa=8-15" in blocks["bairro"]
    assert "Centro 2 2 4" in words(blocks["bairro"])
    assert not any("<script" in block.lower() for block in blocks.values())
    assert part_rows("bairro", facts.parts["bairro"], html.say).cells[0] == ("Centro", 4, 2, 2)


def test_what_is_not_read_is_never_zero(facts: Contracts, html: Html) -> None:
    """Skeletons, or of how many readings."""
    skeleton = strip(html, kpis(None, Filters(), (0, 4), html.say))

    assert skeleton.count("ainda não lido") == 6
    assert painted(facts, Filters(), (1, 4), html).blocks["kpis"].count("parcial, 1 de 4 leituras") == 6


@pytest.mark.parametrize(
    ("filters", "readings", "told"),
    [
        (Filters(), READ, "Nada está vencido."),
        (Filters(branch="9"), READ, "Nenhum contrato com estes filtros."),
        (Filters(), (1, 4), "Nem tudo foi lido ainda; por enquanto não se pode concluir nada."),
    ],
)
def test_nothing_has_its_own_sentence(html: Html, filters: Filters, readings: tuple[int, int], told: str) -> None:
    """No instance, no such contract, and not known yet are three things."""
    found = painted(contracts([], TODAY, {}), filters, readings, html)

    assert found.charts["late"].nothing == told
    assert found.charts["late"].is_empty
    assert not found.inventories["short"].cells


def test_several_providers_are_one_list_and_branches_stay_apart(instance: MakeInstance) -> None:
    """The same code of another provider is another branch."""
    found = contracts([read(instance(name), some("blocked", 9), rows=(row(9),)) for name in ("a", "b")], TODAY, {})

    assert found.several
    assert [(one.name, one.long, one.instance) for one in found.parts["branch"]] == [("1 · a", 1, "a"), ("1 · b", 1, "b")]
    assert found.parts["bairro"] == (Named("Centro", 0, 2, "Centro"),)
    assert [one.instance for one in found.inventory] == ["a", "b"]
