"""What the page's own answer shows while the libraries are still on their way, in a real browser."""

import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from schemas import views
from tests.integration.dashboard_provider import Owing, Seeded, clients, debtor, instance
from tests.integration.dashboard_tab import DESK, address, environment, tab, wait_ready
from tests.integration.pipeline import running

pytestmark = [pytest.mark.integration, pytest.mark.browser]


@pytest.fixture
def env(mongo_uri: str, database: str, tmp_path: Path) -> Iterator[Mapping[str, str]]:
    """A dashboard of sixty clients, one of whom owes."""
    of, now = instance("norte", "Norte Telecom"), datetime.now(UTC)
    today = now.astimezone(of.clock).date()
    given = environment(mongo_uri, database, "60")
    with closing(Seeded(mongo_uri, database)) as found:
        found.add(of, clients(1, 60, 20, today), today, now)
        late = debtor(of, Owing("30001", "Um", True, ((today - timedelta(days=400), 9_990),)), now)
        found.put("debtors", [views.debtor(late)])
        with running("dashboard", given, tmp_path):
            wait_ready(given)
            yield given


HIGH = 60
"""Pixels of figures that were drawn with their style sheets: more."""
LIBRARIES = re.compile(r"/static/.*\.js")


class Held:
    """Between a page and its libraries: they come when `release` lets them."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._routes: list[Route] = []
        page.route(LIBRARIES, lambda route: self._routes.append(route))  # noqa: PLW0108 - Playwright marks what it is given

    def release(self) -> None:
        """As it is without us."""
        for route in self._routes:
            route.continue_()
        self._page.unroute(LIBRARIES)


def begun(page: Page, url: str) -> str:
    """The page as far as it comes without its libraries: what the server answered, once its figures are seen."""
    answer = page.goto(url, wait_until="commit")
    assert answer
    figures = page.locator("#early [data-early]:not([data-early=''])").last
    expect(figures).to_be_visible()
    box = figures.bounding_box()
    assert box
    assert box["height"] > HIGH
    return answer.text()


def test_the_figures_are_read_before_the_libraries_are_there(browser: Browser, env: Mapping[str, str]) -> None:
    """Of the same snapshot, and nobody can press anything in them; the page takes their place when it is complete."""
    with tab(browser, DESK) as page:
        libraries = Held(page)
        told = begun(page, address(env))
        early = page.locator("#early")
        value = re.search(r'data-figure="?debtors.*?class="?value[^>]*>([0-9]+)<', told, re.DOTALL)
        at = re.search(r'data-at="?([^\s">]+)', told)
        assert value
        assert at
        assert early.evaluate("node => node.inert && [...node.children].every(one => one.shadowRoot === null)")
        expect(page.locator("[data-figure]")).to_have_count(0)
        libraries.release()
        expect(early).to_have_count(0)
        expect(page.locator("[data-figure=debtors] .value")).to_have_text(value[1])
        expect(page.locator(".stamp time")).to_have_attribute("datetime", at[1])


def test_where_the_page_never_opens_they_do_not_stay(browser: Browser, env: Mapping[str, str]) -> None:
    """Nothing would let them age: an old number must not be taken for a fresh one."""
    with tab(browser, DESK) as page:
        page.clock.install()
        libraries = Held(page)
        begun(page, address(env))
        page.clock.fast_forward(20_000)
        expect(page.locator("#early")).to_have_count(0)
        libraries.release()


def test_every_page_with_figures_begins_with_them_once_they_were_read(browser: Browser, env: Mapping[str, str]) -> None:
    for path in ("faturas", "historico"):
        with tab(browser, DESK) as page:
            page.goto(address(env, f"?pagina={path}"))
            expect(page.locator("[data-kpi] .value").first).to_be_visible()
            libraries = Held(page)
            begun(page, address(env, f"?pagina={path}"))
            libraries.release()
            expect(page.locator("#early")).to_have_count(0)
