"""What is round every page, in a real Chromium: the theme, the drawer, a stamp that grows old. Addresses: `every_page`."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from signal import SIGCONT, SIGSTOP

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.integration.dashboard_provider import Seeded, clients, instance
from tests.integration.dashboard_tab import (
    DESK,
    PHONE,
    address,
    environment,
    opened,
    tab,
    turn,
    until,
    wait_ready,
)
from tests.integration.pipeline import Worker, running

pytestmark = [pytest.mark.integration, pytest.mark.browser]

NOW = datetime.now(UTC)
NORTE = instance("norte", "Norte Telecom")
TODAY = NOW.astimezone(NORTE.clock).date()
DARK, LIGHT = "rgb(20, 24, 29)", "rgb(244, 246, 248)"
GROUND = "getComputedStyle(document.body).backgroundColor"
AGED = "document.documentElement.dataset.aged"
NAV = "#nav a[aria-current=page]"


@pytest.fixture(scope="module")
def env(mongo_uri: str) -> Mapping[str, str]:
    """One dashboard of one provider, that refreshes every second."""
    with closing(Seeded(mongo_uri, "dashboard_shell")) as found:
        found.add(NORTE, clients(1, 120, 40, TODAY), TODAY, NOW)
    return environment(mongo_uri, "dashboard_shell", "1")


@pytest.fixture(scope="module")
def dashboard(env: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    with running("dashboard", env, tmp_path_factory.mktemp("dashboard")) as worker:
        wait_ready(env)
        yield worker


def at(page: Page, env: Mapping[str, str], query: str, title: str) -> None:
    """The address, the title of the tab, the heading and the navigation agree."""
    expect(page).to_have_url(address(env, query))
    expect(page).to_have_title(f"{title} · Cobrança")
    expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()
    expect(page.locator(NAV)).to_have_text(title)


def test_the_stamp_grows_old_whatever_the_server_does(browser: Browser, dashboard: Worker, env: Mapping[str, str]) -> None:
    """Amber from two minutes on, red and in words from three; green again once newer numbers are there."""
    with tab(browser, DESK) as page:
        page.clock.install()
        opened(page, address(env))
        until(page, "stamp.at !== ''", True)
        assert page.evaluate(AGED) == ""
        dashboard.process.send_signal(SIGSTOP)
        try:
            page.clock.run_for(125_000)
            assert page.evaluate(AGED) in {"late", "stopped"}  # a busy machine takes a minute for these lines
            expect(page.get_by_text("Sem conexão com o servidor.")).to_be_visible()
            page.clock.run_for(60_000)
            assert page.evaluate(AGED) == "stopped"
            expect(page.get_by_text("Estes números são antigos.")).to_be_visible()
        finally:
            dashboard.process.send_signal(SIGCONT)
        page.clock.resume()
        until(page, AGED, "")
        expect(page.get_by_text("Estes números são antigos.")).to_be_hidden()


@pytest.mark.usefixtures("dashboard")
def test_the_theme_is_the_systems_until_somebody_chooses(browser: Browser, env: Mapping[str, str]) -> None:
    """And is remembered: the next visit is painted in it from the start."""
    with tab(browser, DESK) as page:
        page.emulate_media(color_scheme="dark")
        opened(page, address(env))
        assert page.evaluate(GROUND) == DARK
        page.get_by_role("button", name="Claro ou escuro").click()
        until(page, GROUND, LIGHT)
        page.reload()
        page.wait_for_selector("#wait", state="hidden")
        assert page.evaluate(GROUND) == LIGHT

        page.get_by_label("Seu menu").click()
        expect(page.get_by_role("radio", name="Claro")).to_be_checked()
        page.get_by_role("radio", name="Como o sistema").check()
        until(page, GROUND, DARK)
        page.get_by_role("radio", name="English").focus()
        page.keyboard.press("Space")
        expect(page.get_by_role("heading", name="Monitoring", level=1)).to_be_visible()
        assert page.locator("html").get_attribute("lang") == "en"
        turn(page, "Overdue bills")
        expect(page.get_by_role("heading", name="Overdue bills", level=1)).to_be_visible()
        page.get_by_label("Your menu").press("Enter")
        expect(page.get_by_role("radio", name="As the system")).to_be_checked()
        page.keyboard.press("Escape")
        expect(page.get_by_role("radio", name="Dark")).to_be_hidden()


@pytest.mark.usefixtures("dashboard")
def test_on_a_phone_the_navigation_is_a_drawer(browser: Browser, env: Mapping[str, str]) -> None:
    with tab(browser, PHONE) as page:
        opened(page, address(env))
        expect(page.locator("#nav")).to_be_hidden()
        page.get_by_role("button", name="Menu").click()
        turn(page, "Configuração")
        at(page, env, "?pagina=configuracao", "Configuração")
        expect(page.locator("#nav")).to_be_hidden()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
