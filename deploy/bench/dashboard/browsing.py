"""One look at a page with a real Chromium: when its figures are there, and when all of it is. A cold cache each time."""

import re
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, NamedTuple

from playwright.async_api import Browser, Page, TimeoutError, ViewportSize  # noqa: A004 - Playwright's own, which is no other

from schemas.errors import StopWorker

DESK = ViewportSize(width=1440, height=900)
WITHIN_MS = 120_000
SETTLED_MS = 1_500
NUMBER = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Parts:
    """What to look for, as CSS. `debtors`: the number of debtors; `charts`: one a chart, so `many`; `queue`: its rows."""

    debtors: str
    charts: str
    queue: str
    many: int = 5


DEBTORS: Final = "[data-figure=debtors] .value"
EARLY: Final = "[data-early~=debtors]"
"""The same in the page's own answer, which no selector looks into."""
OURS: Final = Parts(DEBTORS, "canvas.bk-layer:first-of-type", ".queue tbody tr")
STREAMLIT: Final = Parts(
    "[data-testid=stMetric]:has-text('Devedores') [data-testid=stMetricValue]",
    "[data-testid=stVegaLiteChart] svg",
    "[data-testid=stDataFrame] canvas",
)
FIGURES: Final[Mapping[str, str]] = {
    "": DEBTORS,
    "faturas": "[data-kpi] .value",
    "bloqueados": "[data-kpi] .value",
    "cobranca": "[data-kpi] .value",
    "chamadas": "[data-kpi] .value",
    "instancias": "[data-listed]",
    "historico": "[data-kpi] .value",
    "operacao": "[data-block]",
    "configuracao": "[data-finding]",
}
"""The pages by their place in the address, and where the first of their own figures stands."""
YEAR_DAYS: Final = 365
MODELS = "(doc => { doc._recompute_all_models(); return doc._all_models.size; })(Bokeh.documents[0])"
"""By itself a browser forgets the models of a page that was left, or of what was replaced, half a minute later."""


class Seen(NamedTuple):
    """Seconds from asking for the page to its first figures and to all of it. `debtors`: as shown."""

    first: float
    complete: float
    debtors: int


class Turn(NamedTuple):
    """Seconds from the click to the page's first figures; `models` in the tab then, whatever it showed before."""

    seconds: float
    models: int


@asynccontextmanager
async def tab(browser: Browser) -> AsyncIterator[Page]:
    """A new one, with nothing cached. Raises StopWorker where what is looked for never comes."""
    context = await browser.new_context(viewport=DESK)
    page = await context.new_page()
    page.set_default_timeout(WITHIN_MS)
    try:
        yield page
    except TimeoutError as exc:
        raise StopWorker(f"{page.url} never showed it: {exc.message.strip().splitlines()[-1].strip(' -')}") from exc
    finally:
        await context.close()


async def look(browser: Browser, address: str, parts: Parts) -> Seen:
    """Open a page once."""
    async with tab(browser) as page:
        began = time.perf_counter()
        await page.goto(address, wait_until="commit")
        debtors = page.locator(parts.debtors, has_text=NUMBER)
        await debtors.or_(page.locator(EARLY)).first.wait_for()
        first = time.perf_counter() - began
        await page.locator(parts.charts).nth(parts.many - 1).wait_for()
        await page.locator(parts.queue).first.wait_for()
        complete = time.perf_counter() - began
        return Seen(first, complete, int(re.sub(r"\D", "", await debtors.first.inner_text())))


async def a_year(browser: Browser, address: str) -> float:
    """Seconds from choosing a year on the page Histórico to its figures."""
    async with tab(browser) as page:
        await page.goto(f"{address}?pagina=historico")
        await page.locator(FIGURES["historico"]).first.wait_for()
        began = time.perf_counter()
        await page.locator(f"a[href*='periodo={YEAR_DAYS}']").first.click()
        await page.locator("[data-kpi=days] .value", has_text=str(YEAR_DAYS)).first.wait_for()
        return time.perf_counter() - began


async def turns(browser: Browser, address: str) -> dict[str, Turn]:
    """A click on each page, by the page's place; each is opened for the first time. The first page last, a second time."""
    found = {}
    async with tab(browser) as page:
        await page.goto(address)
        await page.locator(DEBTORS, has_text=NUMBER).wait_for()
        for path in [*list(FIGURES)[1:], ""]:
            link = page.locator(f"#nav a[data-page='{path}']")
            began = time.perf_counter()
            await link.click()
            await page.locator(FIGURES[path]).filter(visible=True).first.wait_for()
            found[path] = Turn(time.perf_counter() - began, await _models(page))
    return found


async def models(browser: Browser, address: str, path: str, more: str = "") -> int:
    """How many Bokeh models a page is made of that is opened by its address."""
    async with tab(browser) as page:
        await page.goto(f"{address}?pagina={path}{more}" if path else address)
        await page.locator(FIGURES[path]).first.wait_for()
        return await _models(page)


async def _models(page: Page) -> int:
    """When what is read or drawn later is there too."""
    count, before = 0, -1
    while count != before:
        await page.wait_for_timeout(SETTLED_MS)
        before, count = count, int(await page.evaluate(MODELS))
    return count
