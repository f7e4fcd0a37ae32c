"""The dashboard as a clerk sees it: a real Chromium, the real process, a real MongoDB, a provider of 6,000 clients."""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, Page, ViewportSize, expect

from schemas import views
from schemas.figures.debts import SUBJECTS
from schemas.instances import Window
from schemas.sweeps import Sweep
from tests.integration import dashboard_tab as seen
from tests.integration.dashboard_expected import Expected, money, number
from tests.integration.dashboard_provider import LOST, Seeded, clients, instance
from tests.integration.dashboard_tab import DESK, PHONE, address, environment, opened, tab, wait_ready
from tests.integration.pipeline import Worker, running

INK = "part => getComputedStyle(part).color"
pytestmark = [pytest.mark.integration, pytest.mark.browser]

NOW = datetime.now(UTC)
TODAY = NOW.astimezone(instance("any", "").clock).date()
CHARTS = (".bk-Figure >> nth=1", ".bk-Figure >> nth=2", ".bk-Figure >> nth=3")
NORTE = Expected(instance("norte", "Norte Telecom"), clients(1, 6_000, 800, TODAY), TODAY, NOW)
VALE = Expected(
    instance("vale", "Vale Fibra", zone="America/Maceio", min_days=10), clients(2, 2_100, 260, TODAY), TODAY, NOW
)


def fill(found: Seeded) -> None:
    """Both providers; Vale's bills were last read an hour ago, and three records could not be read."""
    put(found, NORTE)
    put(found, VALE)
    bills = {"instance": "vale", "erp": "ixc", "kind": "bill", "sweep": "1"}
    failed = Sweep.model_validate({**bills, "phase": "failed", "at": NOW, "error": "HTTP 502: not JSON"})
    completed = Sweep.model_validate({**bills, "phase": "completed", "at": NOW - timedelta(hours=1)})
    found.put("sweeps", [views.sweep(failed), views.sweep(completed)])
    found.put(views.DEAD_LETTERS, [{"_id": i} for i in range(3)])


@pytest.fixture
def seeded(mongo_uri: str, database: str) -> Iterator[Seeded]:
    """Both providers, to be changed."""
    with closing(Seeded(mongo_uri, database)) as found:
        fill(found)
        yield found


@pytest.fixture(scope="module")
def standing(mongo_uri: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """One dashboard for all who change nothing, over both providers."""
    with closing(Seeded(mongo_uri, "dashboard_browser")) as found:
        fill(found)
    given = environment(mongo_uri, "dashboard_browser", "10")
    with running("dashboard", given, tmp_path_factory.mktemp("dashboard")):
        wait_ready(given)
        yield given


def put(found: Seeded, expected: Expected) -> None:
    found.add(expected.of, expected.some, TODAY, NOW)


@pytest.fixture
def env(mongo_uri: str, database: str) -> Mapping[str, str]:
    """A dashboard that refreshes every second."""
    return environment(mongo_uri, database, "1")


@pytest.fixture
def shots(tmp_path: Path) -> Path:
    """Where screenshots go: the folder SCREENSHOTS, else the test's own."""
    folder = Path(os.environ.get("SCREENSHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def test_every_figure_is_what_python_counts(browser: Browser, standing: Mapping[str, str], shots: Path) -> None:
    """On the cards, in the chart, in the table behind it, in the queue, among the reasons."""
    with tab(browser, DESK) as page:
        opened(page, address(standing, "?instancia=norte"))
        page.screenshot(path=shots / "desk-norte.png")

        assert page.locator("html").get_attribute("lang") == "pt-BR"
        assert seen.cards(page) == NORTE.cards
        assert seen.aging(page) == NORTE.aging
        assert seen.bars(page) == [bills for _, bills, _ in NORTE.aging]
        for subject in SUBJECTS:
            assert seen.debts(page, subject) == NORTE.ranked(subject)
            assert [money(round(reais * 100)) for reais in seen.bars(page, subject)] == [
                amount for *_, amount in NORTE.ranked(subject)
            ]
        assert seen.queue(page) == NORTE.queue
        assert seen.situations(page) == NORTE.situations
        assert seen.holds(page) == NORTE.holds
        expect(page.get_by_text("3 registros ilegíveis")).to_be_visible()


def test_a_refresh_arrives_without_a_reload(
    browser: Browser, seeded: Seeded, env: Mapping[str, str], tmp_path: Path
) -> None:
    """Every second client pays; numbers, bars and stamp move, the page stays."""
    paid = replace(NORTE, some=[replace(one, bills=()) if int(one.code) % 2 else one for one in NORTE.some])
    with running("dashboard", env, tmp_path), tab(browser, DESK) as page:
        wait_ready(env)
        opened(page, address(env, "?instancia=norte"))
        page.evaluate("window.mark = 1")
        before = page.locator(".stamp time").inner_text()
        put(seeded, paid)
        for name, value in paid.cards.items():  # a refresh may have come between what `put` writes
            expect(page.locator(f"[data-figure={name}] .value")).to_have_text(value)

        assert seen.cards(page) == paid.cards
        assert seen.bars(page) == [bills for _, bills, _ in paid.aging]
        assert all(seen.debts(page, subject) == paid.ranked(subject) for subject in SUBJECTS)
        assert len(seen.bars(page, "bairro")) == len(paid.ranked("bairro"))
        assert page.locator(".stamp time").inner_text() != before
        assert page.evaluate("window.mark") == 1


def test_a_choice_stands_in_the_address(browser: Browser, standing: Mapping[str, str], shots: Path) -> None:
    """So that a bookmark opens it; the warnings are of what is shown."""
    with tab(browser, DESK) as page:
        opened(page, address(standing))
        seen.choose(page, "Vale Fibra")
        expect(page).to_have_url(address(standing, "?instancia=vale"))
        expect(page.locator("[data-figure=debtors] .value")).to_have_text(VALE.cards["debtors"])
        expect(page.get_by_role("alert").get_by_text("Vale Fibra (Faturas)")).to_be_visible()
        expect(page.get_by_text("HTTP 502: not JSON")).to_be_visible()
        seen.choose(page, "Todos os provedores")
        expect(page).to_have_url(address(standing))
        page.screenshot(path=shots / "desk-all.png")
        seen.choose(page, "Norte Telecom")
        expect(page.locator("[data-figure=debtors] .value")).to_have_text(NORTE.cards["debtors"])
        expect(page.get_by_text("Vale Fibra (Faturas)")).to_have_count(0)


def test_a_closed_provider_says_until_when(
    browser: Browser, seeded: Seeded, env: Mapping[str, str], tmp_path: Path, shots: Path
) -> None:
    """One sentence for all its debtors, who are the same; the other provider's queue goes on."""
    tomorrow = TODAY + timedelta(days=1)
    nine = {tomorrow.weekday(): Window(opens=time(9), closes=time(19))}
    closed = replace(VALE, of=instance("vale", "Vale Fibra", zone="America/Maceio", min_days=10, windows=nine))
    put(seeded, closed)
    with running("dashboard", env, tmp_path), tab(browser, DESK) as page:
        wait_ready(env)
        opened(page, address(env, "?instancia=vale"))
        sentence = f"Fora do horário permitido até {tomorrow:%d/%m} 09:00."
        expect(page.locator("[data-gate=vale]")).to_contain_text(sentence)
        expect(page.locator("[data-gate=vale]")).to_contain_text(f"{closed.cards['ready']} só por isto.")
        expect(page.locator("[data-figure=ready] .value")).to_have_text("0")
        expect(page.locator(".queue")).to_contain_text(f"Não se pode ligar para ninguém agora.{sentence}")
        page.locator(".holds").scroll_into_view_if_needed()
        page.screenshot(path=shots / "desk-closed.png")

        assert seen.holds(page) == closed.holds
        seen.choose(page, "Todos os provedores")
        expect(page.locator("[data-figure=ready] .value")).to_have_text(NORTE.cards["ready"])
        expect(page.locator("[data-gate=vale]")).to_contain_text(f"Vale Fibra: {sentence}")
        page.locator("[data-gate=vale]").scroll_into_view_if_needed()
        page.screenshot(path=shots / "desk-closed-all.png")


def test_on_a_phone_nothing_is_cut_off(browser: Browser, standing: Mapping[str, str], shots: Path) -> None:
    """390 pixels: no sideways scrolling, every block below the one before, the parts of the bar side by side."""
    with tab(browser, PHONE) as page:
        opened(page, address(standing))
        page.screenshot(path=shots / "phone.png")
        boxes = [page.locator(name).bounding_box() for name in ("ul.figures", *CHARTS, ".queue", ".holds", ".sources")]
        cells = [
            cell.bounding_box() for cell in page.locator(".queue td, .sources td, .figure .value, .count, .bk-Figure").all()
        ]

        bar = [page.get_by_role("combobox").first, page.locator(".stamp"), page.locator(".header button")]
        for width in (PHONE["width"], 320):
            page.set_viewport_size(ViewportSize(width=width, height=PHONE["height"]))
            parts = (page.locator("#menu"), *bar, page.locator("#who"))
            expect(bar[-1]).to_be_visible(visible=width > 320)  # there the menu beside it does the same
            places = [part.bounding_box() for part in parts if part.is_visible()]
            assert all(left["x"] + left["width"] <= right["x"] for left, right in pairwise(filter(None, places))), places
        page.set_viewport_size(PHONE)

        assert all(boxes)
        assert bar[0].evaluate(INK) == page.locator(".header").evaluate(INK)  # else white on white
        assert all(upper["y"] + upper["height"] <= lower["y"] for upper, lower in pairwise(filter(None, boxes)))
        assert max(box["x"] + box["width"] for box in (*boxes, *cells) if box) <= PHONE["width"]
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        page.locator(".sources").scroll_into_view_if_needed()
        page.screenshot(path=shots / "phone-end.png")


def test_a_page_fills_by_itself_and_outlives_its_server(
    browser: Browser, mongo_uri: str, database: str, env: Mapping[str, str], tmp_path: Path, shots: Path
) -> None:
    """First a next step in words, then numbers; while the server is away the page says so, then it opens again."""
    with (
        closing(Seeded(mongo_uri, database)) as found,
        running("dashboard", env, tmp_path) as worker,
        tab(browser, DESK) as page,
    ):
        wait_ready(env)
        page.goto(address(env))
        expect(page.get_by_text("Nenhum provedor configurado ainda.")).to_be_visible()
        page.screenshot(path=shots / "desk-empty.png")
        put(found, VALE)
        expect(page.locator("[data-figure=debtors] .value")).to_have_text(VALE.cards["debtors"])
        expect(page.locator(".bk-Figure:visible")).to_have_count(4)

        restarted(worker, page, env, shots)
        expect(page.locator("[data-figure=debtors] .value")).to_have_text(VALE.cards["debtors"])


def restarted(worker: Worker, page: Page, env: Mapping[str, str], shots: Path) -> None:
    """Kill the server, see the page say so, start it again, see the page open again. `watch` is the page's own watchdog."""
    page.evaluate("window.mark = 1")
    worker.kill()
    page.evaluate("watch()")
    expect(page.get_by_text("Sem conexão com o servidor.")).to_be_visible()
    page.screenshot(path=shots / "desk-lost.png")
    worker.start()
    wait_ready(env)
    try:
        page.evaluate("watch()")
    except Error as exc:
        if "destroyed" not in str(exc):  # the page was gone before it could answer
            raise
    page.wait_for_function("window.mark === undefined")


@pytest.mark.usefixtures("seeded")
def test_the_other_language(browser: Browser, env: Mapping[str, str], tmp_path: Path) -> None:
    """The whole page follows COLLECTOR_LOCALE, numbers included."""
    with running("dashboard", {**env, "COLLECTOR_LOCALE": "en"}, tmp_path), tab(browser, DESK) as page:
        wait_ready(env)
        opened(page, address(env, "?instancia=norte"))

        assert page.locator("html").get_attribute("lang") == "en"
        expect(page.get_by_role("heading", name="Monitoring")).to_be_visible()
        assert seen.cards(page)["active_clients"] == NORTE.cards["active_clients"].replace(".", ",")
        assert not re.search(
            r"Provedor|Devedor|Fatura|vencid", " ".join(page.locator(".figures, .queue, .holds, .sources").all_inner_texts())
        )


def test_what_nobody_has_mapped_is_on_a_page_of_its_own(browser: Browser, standing: Mapping[str, str], shots: Path) -> None:
    """Counted when it is opened; the address opens it again, for the provider that is selected."""
    with tab(browser, DESK) as page:
        opened(page, address(standing, "?instancia=norte"))
        seen.turn(page, "Configuração")
        expect(page.get_by_role("heading", name="Configuração")).to_be_visible()
        expect(page).to_have_url(address(standing, "?pagina=configuracao&instancia=norte"))
        lines = page.locator("[data-finding='norte:bairro'] tbody tr")
        unknown = sum(one.access[0] == "unknown" for one in NORTE.some)
        lost = [one for one in NORTE.some if int(one.code) % LOST == 0]
        expect(lines).to_have_count(12)  # the names in title case; those of the map and blanks have theirs
        page.screenshot(path=shots / "desk-configuration.png", full_page=True)

        assert page.locator(".figures").is_hidden()
        assert "Rural rural" in seen.finding(page, "norte", "client_type")
        assert f"Situação da conexão CE {number(unknown)} clientes" in seen.finding(page, "norte", "codes")
        assert "Sem DDD 120 clientes" in seen.finding(page, "norte", "phones")
        assert f"Faturas {money(sum(one.bills[0][1] for one in lost))} {len(lost)}" in seen.finding(page, "norte", "lost")
        page.reload()
        expect(lines).to_have_count(12)
        seen.choose(page, "Vale Fibra")
        expect(page.locator("[data-findings]")).to_have_count(1)
        expect(page.locator("[data-findings=vale] [data-erp=vale]")).to_have_text("IXC Soft")
        seen.turn(page, "Monitoramento")
        expect(page.locator("[data-figure=debtors] .value")).to_have_text(VALE.cards["debtors"])
        expect(page).to_have_url(address(standing, "?instancia=vale"))
