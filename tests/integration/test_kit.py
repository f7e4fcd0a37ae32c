"""The parts of every page, in a real Chromium under our Content-Security-Policy: what they do when people use them."""

import subprocess
import sys
import time
from collections.abc import Iterator
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from dashboard.parts.styles import ASSETS
from deploy.local.ports import free
from tests.integration import axe
from tests.integration.dashboard_tab import DESK, PATIENCE_MS, PHONE, plain, tab

pytestmark = [pytest.mark.integration, pytest.mark.browser]

NARROWEST = ViewportSize(width=320, height=800)
BARS = "[role=img] >> nth=0"
PANEL_S_OWN = {"aria-progressbar-name", "empty-heading", "heading-order", "page-has-heading-one"}
"""What axe finds in the library's bare page round the gallery; the dashboard's shell is judged by the tests of its pages."""


@pytest.fixture(scope="module")
def gallery() -> Iterator[str]:
    """The address of the gallery, in a process of its own."""
    port = free(1)[0]
    with subprocess.Popen([sys.executable, "-m", "tests.integration.gallery", str(port)]) as process:
        try:
            _wait(f"http://127.0.0.1:{port}/assets/kit.css")
            yield f"http://127.0.0.1:{port}/"
        finally:
            process.terminate()


def _wait(url: str) -> None:
    ends = time.monotonic() + PATIENCE_MS / 1000
    while time.monotonic() < ends:
        try:
            with urlopen(url, timeout=5):  # noqa: S310 - our own process on this machine
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail("the gallery does not answer")


def _opened(page: Page, url: str) -> Locator:
    """The rows of the table, once they and the charts are there."""
    page.add_init_script(path=ASSETS / "roles.js")  # as the dashboard's shell does
    page.goto(url)
    rows = page.locator(".tabulator-row")
    expect(page.locator("[role=img] canvas").first).to_be_visible()
    expect(page.locator(".tabulator")).to_be_visible()
    return rows


def _cells(page: Page, column: str) -> list[str]:
    return [plain(text) for text in page.locator(f".tabulator-row .kind-{column}").all_text_contents()]


def _filter(page: Page, column: str, text: str) -> None:
    page.locator(f".tabulator-col[tabulator-field={column}] input").press_sequentially(text)


def test_a_table_sorts_filters_and_keeps_both_over_a_refresh(browser: Browser, gallery: str) -> None:
    """5,000 rows, 25 at a time: amounts and days in their order, names without accents; a refresh moves nothing else."""
    with tab(browser, DESK) as page:
        rows = _opened(page, f"{gallery}?rows=5000")
        expect(rows).to_have_count(25)
        assert page.title() != "broken"
        assert _cells(page, "code")[:2] == ["100093", "100094"]
        assert _cells(page, "money")[0] == "R$ 10.000.000,00"
        expect(rows.nth(1)).to_contain_text("<script>document.title='broken'</script>")

        page.locator(".tabulator-col[tabulator-field=client] .tabulator-col-title").click()
        expect(rows.first).to_contain_text("<script>")
        expect(rows.nth(1)).to_contain_text("Álvaro Ávila")
        page.locator(".tabulator-col[tabulator-field=due] .tabulator-col-title").click()
        expect(rows.first.locator(".kind-day")).to_have_text("31/07/2026")

        _filter(page, "bairro", "agua ver")
        expect(rows.first).to_contain_text("Água Verde")
        _filter(page, "amount", "4000")
        expect(page.get_by_text("de 5.000 registros")).to_be_visible()
        page.locator(".tabulator-page[data-page=next]").click()
        expect(page.locator(".tabulator-page.active")).to_have_text("2")
        before = _cells(page, "code"), _cells(page, "money")
        place = page.locator(".tabulator-row").nth(9)
        place.scroll_into_view_if_needed()
        high = place.bounding_box()

        page.get_by_role("button", name="Atualizar").dispatch_event("click")
        expect(page.locator(".tabulator-row .kind-money").first).not_to_have_text(before[1][0])
        assert _cells(page, "code") == before[0]
        assert page.locator(".tabulator-page.active").inner_text() == "2"
        assert place.bounding_box() == high
        assert page.locator(".tabulator-col[tabulator-field=bairro] input").input_value() == "agua ver"


def test_a_selection_holds_the_table_until_it_ends(browser: Browser, gallery: str) -> None:
    """Newer rows wait, the page says so; an action is told which row; then they come."""
    with tab(browser, DESK) as page:
        rows = _opened(page, gallery)
        before = _cells(page, "money")
        box = rows.nth(3).locator("input[type=checkbox]")
        box.check()
        expect(page.get_by_text("selected 100096")).to_be_visible()
        page.get_by_role("button", name="Atualizar").click()
        expect(page.get_by_text("Tabela parada enquanto há seleção")).to_be_visible()
        assert _cells(page, "money") == before
        page.get_by_role("button", name="Anotar promessa").click()
        expect(page.get_by_text("promise 100096")).to_be_visible()
        box.uncheck()
        expect(page.locator(".tabulator-row .kind-money").nth(1)).not_to_have_text(before[1])
        expect(page.get_by_text("Tabela parada")).to_have_count(0)
        expect(page.get_by_role("button", name="Anotar promessa")).to_have_count(0)


def test_a_click_on_a_bar_says_which(browser: Browser, gallery: str) -> None:
    """And the same bar again."""
    with tab(browser, DESK) as page:
        _opened(page, gallery)
        picture = page.locator(BARS)
        assert picture.get_attribute("aria-label") == "Gráfico: Devedores por bairro (R$)"
        for _ in range(2):
            picture.click(position={"x": 190, "y": 20})
            expect(page.locator("#said")).to_contain_text("picked Centro / Curto prazo")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nobody_is_shut_out(browser: Browser, gallery: str, theme: str) -> None:
    """axe-core finds nothing in the parts, with the numbers of a chart open."""
    with tab(browser, DESK) as page:
        _opened(page, f"{gallery}?theme={theme}")
        page.get_by_text("Os números deste gráfico").first.click()
        assert [one for one in axe.violations(page) if one.rule not in PANEL_S_OWN] == []


@pytest.mark.parametrize("size", [DESK, PHONE, NARROWEST], ids=lambda size: str(size["width"]))
def test_nothing_leaves_its_card(browser: Browser, gallery: str, size: ViewportSize) -> None:
    """Not the longest name, not ten million reais; no part is wider than the window."""
    with tab(browser, size) as page:
        rows = _opened(page, gallery)
        for part in (rows.first, page.locator(BARS), page.locator(".kpis").first, page.locator(".filters")):
            box = part.bounding_box()
            assert box
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= size["width"]
        for value in page.locator(".kpi .value").all():
            assert value.evaluate("one => one.scrollWidth <= one.clientWidth + 1"), value.inner_text()


def test_an_empty_table_says_why(browser: Browser, gallery: str) -> None:
    """In the words of its page."""
    with tab(browser, DESK) as page:
        _opened(page, f"{gallery}?rows=0")
        expect(page.get_by_text("Ninguém deve há mais de 8 dias.")).to_be_visible()
        expect(page.get_by_text("Ninguém deve hoje.")).to_be_visible()
