"""The pages of overdue bills and blocked contracts as a clerk sees them: real Chromium, real process, real MongoDB."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard.parts.aged import picked_day
from schemas.calling.facts import HINDERED
from schemas.debtor import Bill, Contract, Debtor
from schemas.figures.access import ACCESS
from schemas.figures.scope import AGES
from tests.integration import dashboard_debt
from tests.integration.dashboard_expected import money, number
from tests.integration.dashboard_provider import BAIRROS, TYPES, Seeded, instance
from tests.integration.dashboard_tab import (
    DESK,
    address,
    environment,
    opened,
    pick,
    plain,
    tab,
    wait_ready,
)
from tests.integration.pipeline import running

pytestmark = [pytest.mark.integration, pytest.mark.browser]

NOW = datetime.now(UTC)
NORTE, SUL, VAZIO = (
    instance("norte", "Norte Telecom"),
    instance("sul", f"Sul <b>Fibra</b> {'L' * 60}"),
    instance("vazio", "Vazio"),
)
TODAY = NOW.astimezone(NORTE.clock).date()
UGLY = ("W" * 200, "<script>document.title='broken'</script>")
IN_NORTE = dashboard_debt.debtors(NORTE, 1, 300, TODAY, NOW)
IN_SUL = dashboard_debt.debtors(SUL, 2, 20, TODAY, NOW, UGLY)
BILLS, CONTRACTS = "?pagina=faturas", "?pagina=bloqueados"


@pytest.fixture(scope="module")
def env(mongo_uri: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """One dashboard for all that refreshes every other second, over two providers with debts and one without a client."""
    with closing(Seeded(mongo_uri, "debt_pages")) as found:
        dashboard_debt.add(found, NORTE, IN_NORTE, NOW)
        dashboard_debt.add(found, SUL, IN_SUL, NOW)
        dashboard_debt.add(found, VAZIO, (), NOW)
    given = environment(mongo_uri, "debt_pages", "2")
    with running("dashboard", given, tmp_path_factory.mktemp("dashboard")):
        wait_ready(given)
        yield given


def late(some: list[Debtor]) -> list[tuple[Debtor, Bill, int]]:
    """Every overdue bill with its days late."""
    return [
        (one, bill, (TODAY - bill.due_on).days)
        for one in some
        for bill in one.bills.values()
        if bill.status in {"open", "partial"} and bill.due_on < TODAY
    ]


def cards(found: list[tuple[Debtor, Bill, int]]) -> dict[str, str]:
    """What the strip says of them."""
    bills = [(bill.open_cents, days) for _, bill, days in found]
    return {
        "bills": number(len(bills)),
        "cents": money(sum(cents for cents, _ in bills)),
        "debtors": number(len({one.code for one, _, _ in found})),
        "short": money(sum(cents for cents, days in bills if days <= 7)),
        "long": money(sum(cents for cents, days in bills if days > 7)),
    }


def shown(page: Page, *names: str) -> dict[str, str]:
    return {name: plain(page.locator(f"[data-kpi={name}] .value").inner_text()) for name in names}


def spaced(text: str) -> re.Pattern[str]:
    """`text` whatever its spaces are: an amount has a hard one."""
    return re.compile(f"^{re.escape(text)}$".replace(r"\ ", r"\s"))


def wait_for(page: Page, expected: Mapping[str, str]) -> None:
    """Until the strip says so: a number may be read a moment after its page."""
    for name, value in expected.items():
        expect(page.locator(f"[data-kpi={name}] .value")).to_have_text(spaced(value))


def ranking(page: Page, by: str) -> dict[str, tuple[str, ...]]:
    found = {}
    for row in page.locator(f"[data-by={by}] tbody tr").all():
        name, *values = (plain(text).strip() for text in row.locator("th, td").all_inner_texts())
        found[name] = tuple(values)
    return found


def rankings(found: list[tuple[Debtor, Bill, int]], by: str, names: Mapping[str, str]) -> dict[str, tuple[str, str, str]]:
    """Debtors, bills, R$ by name, one bill after the other."""
    parts: dict[str, tuple[set[str], int, int]] = {}
    for one, bill, _ in found:
        raw = str(getattr(one.client, by))
        debtors, bills, cents = parts.get(names.get(raw, raw), (set(), 0, 0))
        parts[names.get(raw, raw)] = (debtors | {one.code}, bills + 1, cents + bill.open_cents)
    return {name: (number(len(who)), number(bills), money(cents)) for name, (who, bills, cents) in parts.items()}


def drawn(page: Page, name: str) -> dict[str, float]:
    """The numbers of a chart, as the table for readers has them, both terms together."""
    rows = page.locator(f".numbers:has(caption:text-is('{name}')) tbody tr").all()
    return {
        plain(row.locator("th").text_content() or ""): sum(reais(text) for text in row.locator("td").all_text_contents())
        for row in rows
    }


def reais(text: str) -> float:
    return float(re.sub(r"[^\d,]", "", text).replace(",", ".") or 0)


def sheet(env: Mapping[str, str], path: str) -> list[list[str]]:
    with urlopen(address(env, path), timeout=60) as answer:  # noqa: S310 - our own process on this machine
        return list(csv.reader(io.StringIO(answer.read().decode("utf-8-sig")), delimiter=";"))


def narrowed_by_lists(page: Page, env: Mapping[str, str], found: list[tuple[Debtor, Bill, int]]) -> None:
    """From those of 8 to 15 days to some of them, and back; lists, address and rows agree."""
    in_centro = [one for one in found if one[0].client and BAIRROS[one[0].client.bairro] == "Centro"]
    ranged = [one for one in in_centro if 8 <= one[2] <= 15]
    pick(page, "Bairro", "Centro")
    wait_for(page, cards(ranged))
    expect(page).to_have_url(address(env, f"{BILLS}&instancia=norte&bairro=Centro&faixa=8-15"))
    expect(page.get_by_role("combobox", name="Bairro")).to_have_text("Centro")
    pick(page, "Dias de atraso", "Qualquer atraso")
    wait_for(page, cards(in_centro))
    page.go_back()
    wait_for(page, cards(ranged))
    expect(page.get_by_role("combobox", name="Dias de atraso")).to_have_text("8 a 15 dias")
    expect(page.locator("[role=img] canvas").first).to_be_visible()  # they come back, however often they went
    pick(page, "Bairro", "Todos os bairros")


def test_every_overdue_bill_is_counted_drawn_listed_and_exported(browser: Browser, env: Mapping[str, str]) -> None:
    """Cards, ranges, days, names, table, files; then down to some of them, back, forward, and a copied link."""
    found = late(IN_NORTE)
    ranged = [one for one in found if 8 <= one[2] <= 15]
    with tab(browser, DESK) as page:
        page.goto(address(env, f"{BILLS}&instancia=norte"))
        wait_for(page, cards(found))
        expect(page.locator("[role=img] canvas").first).to_be_visible()

        assert ranking(page, "client_type") == rankings(found, "client_type", TYPES)
        assert ranking(page, "branch") == rankings(found, "branch", {**dashboard_debt.BRANCHES, "": "Indefinido"})
        bairros = rankings(found, "bairro", BAIRROS)
        listed = ranking(page, "bairro")
        assert {name: listed[name] for name in listed if not name.startswith("Outros")}.items() <= bairros.items()
        by_age = {since: sum(since <= days <= (until or days) for _, _, days in found) for since, until in AGES}
        assert list(drawn(page, "Faturas vencidas por dias de atraso (quantidade)").values()) == list(by_age.values())
        exact = drawn(page, "Faturas vencidas por dia exato de atraso, os primeiros 60 dias (quantidade)")
        assert {picked_day(day): n for day, n in exact.items() if n} == {
            days: sum(1 for one in found if one[2] == days) for days in {one[2] for one in found} if days <= 60
        }
        expect(page.locator(".rows", has_text=f"{number(len(found))} registros")).to_be_visible()

        page.locator("[data-kpi=long] a").click()
        expect(page).to_have_url(address(env, f"{BILLS}&instancia=norte&faixa=8-"))
        wait_for(page, cards([one for one in found if one[2] > 7]))
        page.goto(address(env, f"{BILLS}&instancia=norte&faixa=8-15"))
        wait_for(page, cards(ranged))
        page.locator("[data-by=bairro] a", has_text="Centro").click()
        in_centro = [one for one in ranged if one[0].client and BAIRROS[one[0].client.bairro] == "Centro"]
        wait_for(page, cards(in_centro))
        chips = page.locator(".filters .chip")
        expect(chips).to_have_count(3)
        link = page.url
        page.go_back()
        wait_for(page, cards(ranged))
        page.go_forward()
        wait_for(page, cards(in_centro))
        page.reload()
        wait_for(page, cards(in_centro))
        assert page.url == link
        chips.get_by_text("Centro").click()
        wait_for(page, cards(ranged))
        expect(page.locator(".rows", has_text=f"{number(len(ranged))} registro")).to_be_visible()
        narrowed_by_lists(page, env, found)
        wait_for(page, cards(ranged))

        header, *lines = sheet(env, "faturas.csv?instancia=norte&faixa=8-15&bairro=Centro")
        assert sorted(line[header.index("Fatura")] for line in lines) == sorted(
            number for one, bill, _ in in_centro for number, other in one.bills.items() if other is bill
        )
        assert [line[header.index("Dias de atraso")] for line in lines] == [
            str(days) for _, _, days in sorted(in_centro, key=lambda one: -one[2])
        ]
        for name in ("faturas-bairro", "faturas-tipo", "faturas-filial", "faturas-dias"):
            assert len(sheet(env, f"{name}.csv?instancia=norte")) > 1

        for name, several in (("sul", late(IN_SUL)), ("vazio", [])):  # markup as a name and R$ 10 million; nobody
            page.goto(address(env, f"{BILLS}&instancia={name}"))
            wait_for(page, cards(several))
            assert "broken" not in page.title()


def test_what_came_back_and_what_rolled_on(browser: Browser, env: Mapping[str, str]) -> None:
    """After a call and without, day by day; the rates of a month; yesterday on the cards."""
    paid = [one for one in dashboard_debt.closed(NORTE, TODAY) if one[0] > TODAY - timedelta(days=30)]
    with tab(browser, DESK) as page:
        page.goto(address(env, f"{BILLS}&instancia=norte"))
        wait_for(page, {"recovered": money(sum(cents for _, cents, _ in paid))})
        after = money(sum(cents for _, cents, called in paid if called))
        expect(page.locator("[data-kpi=recovered] .note").first).to_have_text(spaced(f"{after} após ligação"))

        header, *lines = sheet(env, "faturas-recuperado.csv?instancia=norte")
        assert len(lines) == 30
        column = header.index("Após ligação (R$)")
        assert sum(round(reais(line[column]) * 100) for line in lines) == sum(cents for _, cents, called in paid if called)
        expect(page.locator("[data-rolls] tbody tr")).to_have_count(2)
        for name in ("bills", "cents", "debtors", "short", "long"):
            expect(page.locator(f"[data-kpi={name}] .spark")).to_have_count(1)
            expect(page.locator(f"[data-kpi={name}] .change")).to_have_count(1)

        opened(page, address(env, "?instancia=norte&periodo=7"))
        expect(page.locator(".spans [aria-current]")).to_have_text("7 dias")
        expect(page.locator(".numbers:has(caption:has-text('dos últimos dias')) tbody tr")).to_have_count(7)
        page.locator(".spans").get_by_text("90 dias").click()
        expect(page).to_have_url(address(env, "?instancia=norte&periodo=90"))
        expect(page.locator(".numbers:has(caption:has-text('dos últimos dias')) tbody tr")).to_have_count(90)
        page.go_back()
        expect(page.locator(".numbers:has(caption:has-text('dos últimos dias')) tbody tr")).to_have_count(7)


def each_contract(some: list[Debtor]) -> list[tuple[Contract | None, int | None]]:
    """Every contract with the days late of its oldest bill; one that only a bill names is None. A blank bill is of all."""
    found: list[tuple[Contract | None, int | None]] = []
    for one in some:
        days = [(bill.contract, days) for _, bill, days in late([one])]
        unlisted = {name for name, _ in days if name and name not in one.contracts}
        for name in (*one.contracts, *unlisted):
            own = {name, ""} if name in one.contracts else {name}
            found.append((one.contracts.get(name), max((late_by for of, late_by in days if of in own), default=None)))
    return found


def test_every_contract_is_counted_listed_and_exported(browser: Browser, env: Mapping[str, str]) -> None:
    """Cards, states, both inventories and their files; a bairro leads to its contracts; both pages are a click apart."""
    found = each_contract(IN_NORTE)
    hindered = [days for contract, days in found if contract and contract.access in HINDERED]
    short = [days for _, days in found if days and days <= 7]
    long = [days for _, days in found if days and days > 7]
    with tab(browser, DESK) as page:
        opened(page, address(env, "?instancia=norte"))
        page.get_by_role("link", name="Contratos bloqueados", exact=True).click()
        expected = {
            "blocked": len(hindered),
            "short": sum(1 for days in hindered if days and days <= 7),
            "long": sum(1 for days in hindered if days and days > 7),
            "idle": sum(1 for days in hindered if days is None),
            "trust": sum(1 for contract, _ in found if contract and contract.trust_unlock),
            "reduced": sum(1 for contract, _ in found if contract and contract.speed == "reduced"),
        }
        wait_for(page, {name: number(n) for name, n in expected.items()})
        states = page.locator("[data-states] tbody").first.locator("tr")
        access = Counter(contract.access for contract, _ in found if contract)
        assert [int(row.locator("td").inner_text()) for row in states.all()] == [access[word] for word in ACCESS]
        for term, days in (("short", short), ("long", long)):
            expect(page.locator(f"[data-inventory={term}] .sub")).to_contain_text(f"{number(len(days))} contrato")
        expect(page.locator(".tabulator")).to_have_count(2)
        first = page.locator(".tabulator").first.locator(".tabulator-row").first
        expect(first.locator("[tabulator-field=days]")).to_have_text(str(max(long)))
        expect(page.locator(".tabulator-cell").get_by_text("NaN", exact=True)).to_have_count(0)
        for file, days in (("bloqueados-curto-prazo", short), ("bloqueados-longo-prazo", long)):
            header, *lines = sheet(env, f"{file}.csv?instancia=norte")
            assert [int(line[header.index("Dias de atraso")]) for line in lines] == sorted(days, reverse=True)
            assert {"Ativo / não bloqueado", "Bloqueio Automático"} <= {line[header.index("Internet")] for line in lines}
        header, *lines = sheet(env, "bloqueados-sem-atraso.csv?instancia=norte")
        assert len(lines) == expected["idle"]

        page.locator("[data-by=bairro] a", has_text="Centro").click()
        in_centro = [one for one in IN_NORTE if one.client and BAIRROS[one.client.bairro] == "Centro"]
        wait_for(
            page, {"blocked": number(sum(1 for each, _ in each_contract(in_centro) if each and each.access in HINDERED))}
        )
        page.go_back()
        wait_for(page, {"blocked": number(expected["blocked"])})


def test_a_file_of_a_provider_that_there_is_not_holds_nobody(env: Mapping[str, str]) -> None:
    """Not everybody instead; and an XLSX is one."""
    for name in ("faturas", "bloqueados-longo-prazo"):
        with pytest.raises(HTTPError, match="404"):
            sheet(env, f"{name}.csv?instancia=nowhere")
        with urlopen(address(env, f"{name}.xlsx?instancia=sul"), timeout=60) as answer:  # noqa: S310 - as above
            assert answer.read(2) == b"PK"
            assert f'filename="{name}-' in answer.headers["Content-Disposition"]
