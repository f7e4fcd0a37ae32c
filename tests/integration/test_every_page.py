"""What holds on every page that there is, in one Chromium: nothing cut, nobody shut out, no old number under a green chip.

A page that is added to `dashboard.pages.PAGES` is covered without a change here.
"""

import os
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from signal import SIGCONT, SIGSTOP
from typing import NamedTuple

import pytest
import pytest_asyncio
from playwright.sync_api import Browser, Page, ViewportSize, expect

from dashboard.facts.asked import EVERYBODY, Filters
from dashboard.pages import PAGES
from dashboard.pages import page as of
from dashboard.words.address import write
from dashboard.words.language import language
from deploy.local import stack
from deploy.local.mongo import Database
from deploy.local.ports import free
from schemas import views
from tests.integration import axe, every_provider
from tests.integration.dashboard_provider import AHEAD, Seeded, beats
from tests.integration.dashboard_tab import DESK, PHONE, address, environment, tab, until, wait_ready
from tests.integration.every_provider import TITLES
from tests.integration.looked_at import by_keyboard, changed, look, outside, settled
from tests.integration.pipeline import Worker, running

pytestmark = [pytest.mark.integration, pytest.mark.browser]

SAY = language("pt_BR")
NOW = datetime.now(UTC)
BETWEEN = (
    ViewportSize(width=320, height=568),
    ViewportSize(width=720, height=450),
    ViewportSize(width=1024, height=768),
)
"""Of the richest pages besides; 720 is a desk's window at 200 %."""
RICH = {"", "cobranca"}
"""By their paths: one with every kind of card, one with every kind of table."""
GROUND = {"light": "rgb(244, 246, 248)", "dark": "rgb(20, 24, 29)"}
QUICK = "&connectTimeoutMS=1000&heartbeatFrequencyMS=500"
"""A driver that notices within seconds that MongoDB answers no more."""
EMPTY = ("vazio", "novo")
"""What is not in all providers together: the words where there is nothing, and where nothing is read yet."""
MODELS = "(doc => { doc._recompute_all_models(); return doc._all_models.size; })(Bokeh.documents[0])"
"""Bokeh's, of what is shown now: by itself a browser forgets those of a page that was left half a minute later."""
MOST_MODELS = 250
REPAINTS = 6
"""Looks more, half a second apart, before something counts as wrong."""
AGED = "document.documentElement.dataset.aged"
BACK = 4
"""So many pages are gone back through: of each its address was looked at on the way there."""
GO = "search => { address().search = search; }"


class Stack(NamedTuple):
    """One dashboard over a MongoDB of its own. `env`: what it was started with."""

    mongod: Database
    env: Mapping[str, str]
    worker: Worker


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def mongod(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Database]:
    """One of its own: it is going to be stopped."""
    server = stack.database(tmp_path_factory.mktemp("mongod"), free(1)[0], print)
    try:
        await server.start()
        yield server
    finally:
        await server.stop()


@pytest.fixture(scope="module")
def served(mongod: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Of no provider, until `seeded`."""
    env = environment(mongod.uri + QUICK, "every", "5")
    with running("dashboard", env, tmp_path_factory.mktemp("dashboard")) as worker:
        wait_ready(env)
        yield Stack(mongod, env, worker)


@pytest.fixture(scope="module")
def of_nobody(served: Stack, browser: Browser) -> Sequence[str]:
    """What leaves its card while there is no provider yet, on a phone."""
    wrong: list[str] = []
    with tab(browser, PHONE) as page:
        opened(page, served.env, PAGES[0])
        for one in PAGES:
            moved(page, served.env, one)
            wrong += [f"{one.path} nobody: {what}" for what in outside(page)]
    return wrong


@pytest.fixture(scope="module")
def seeded(served: Stack, of_nobody: Sequence[str]) -> Iterator[Seeded]:  # noqa: ARG001 - it is looked at before
    with closing(Seeded(served.mongod.uri, "every")) as found:
        every_provider.fill(found, NOW)
        yield found


def query(page: of.Page, instance: str = EVERYBODY) -> str:
    return write(page.path, Filters(instance=instance))


def at(tab: Page, env: Mapping[str, str], page: of.Page, instance: str = EVERYBODY) -> None:
    """The address, the tab's title, the heading, the navigation and the provider's list agree."""
    title = SAY(page.title)
    expect(tab).to_have_url(address(env, query(page, instance)))
    expect(tab.locator("h1", has_text=title)).to_be_visible()
    expect(tab.locator("header").get_by_role("combobox")).to_have_text(TITLES.get(instance, SAY("All providers")))
    expect(tab).to_have_title(f"{title} · Cobrança")
    expect(tab.locator("#nav a[aria-current=page]")).to_have_text(title)


def opened(tab: Page, env: Mapping[str, str], page: of.Page, instance: str = EVERYBODY) -> None:
    """By its address, as a copied link opens it, until its numbers are there."""
    answer = tab.goto(address(env, query(page, instance)))
    assert answer
    assert "'unsafe-eval'" not in answer.headers["content-security-policy"]
    tab.wait_for_selector("#wait", state="hidden")
    drawn(tab, env, page, instance)


def drawn(tab: Page, env: Mapping[str, str], page: of.Page, instance: str = EVERYBODY) -> None:
    """Until nothing of the page is still to be read; but for what a first reading has not brought."""
    at(tab, env, page, instance)
    if instance != "novo":
        expect(tab.locator(":is(.bone, .skeleton):visible")).to_have_count(0)
    settled(tab)


def moved(tab: Page, env: Mapping[str, str], page: of.Page, instance: str = EVERYBODY) -> None:
    """As a link in an open tab does it: loading anew would cost more than all that is looked at."""
    tab.evaluate(GO, query(page, instance))
    drawn(tab, env, page, instance)


@pytest.mark.usefixtures("seeded")
def test_nothing_leaves_its_card(served: Stack, browser: Browser, of_nobody: Sequence[str]) -> None:
    """All providers together and the ugliest on a desk and a phone, rich pages at every width; empty ones on a phone."""
    wrong = [*of_nobody]

    def measured(page: Page, where: str, *sizes: ViewportSize) -> None:
        for size in sizes:
            if page.viewport_size != size:
                page.set_viewport_size(size)
                settled(page)
            wrong.extend(f"{where} {size['width']}: {what}" for what in outside(page))

    with tab(browser, DESK) as page:
        opened(page, served.env, PAGES[0])
        for one in PAGES:
            moved(page, served.env, one)
            if (models := page.evaluate(MODELS)) > MOST_MODELS:
                wrong.append(f"{one.path}: {models} models")
            measured(page, one.path, DESK, *(BETWEEN if one.path in RICH else ()), PHONE)
            for name in EMPTY if one.path in RICH else EMPTY[:1]:
                moved(page, served.env, one, name)
                measured(page, f"{one.path} {name}", PHONE)
            moved(page, served.env, one, "feio")
            measured(page, f"{one.path} feio", PHONE, *((DESK,) if one.path in RICH else ()))
    assert not wrong, "\n".join(wrong)


def _first_row(page: Page) -> None:
    page.locator(".tabulator-row input[type=checkbox]").first.check()


def _promise(page: Page) -> None:
    _first_row(page)
    page.get_by_role("button", name="Promessa de pagamento").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()


def _form(page: Page) -> None:
    expect(page.get_by_label("Título", exact=True)).to_have_value("Norte Telecom")


OPENS: Mapping[str, Callable[[Page], None]] = {"chamadas": _first_row, "operacao": _first_row, "instancias": _form}
"""What a page opens in itself, by its path; whatever is folded is unfolded on every page."""
DIALOGS: Mapping[str, Callable[[Page], None]] = {"cobranca": _promise}
"""What a page opens over itself."""


@pytest.mark.usefixtures("seeded")
def test_nobody_is_shut_out(served: Stack, browser: Browser) -> None:
    """axe-core finds nothing in either theme, whatever is open; Tab comes to each control and shows where it is."""
    wrong: list[str] = []

    def in_both_themes(page: Page, where: str) -> None:
        for theme, ground in GROUND.items():
            page.evaluate(f"choose('{theme}')")
            until(page, "getComputedStyle(document.body).backgroundColor", ground)
            settled(page)
            look(page, "still")
            rules = () if theme == "light" else ("color-contrast",)  # a theme changes nothing but colours
            found = axe.violations(page, rules=rules)
            for _ in range(REPAINTS):  # each part takes its colours by itself; what is wrong stays wrong
                if found:
                    page.wait_for_timeout(500)
                    found = axe.violations(page, rules=rules)
            wrong.extend(f"{where} {theme}: {one.rule} {one.where} {one.why}" for one in found)

    with tab(browser, DESK) as page:
        opened(page, served.env, PAGES[0], "norte")
        for one in PAGES:
            moved(page, served.env, one, "norte")
            wrong += [f"{one.path}: {what}" for what in by_keyboard(page)]
            look(page, "unfold")
            if one.path in OPENS:
                OPENS[one.path](page)
            settled(page)
            in_both_themes(page, one.path)
            if one.path in DIALOGS:
                DIALOGS[one.path](page)
                in_both_themes(page, f"{one.path}, dialog")
                opened(page, served.env, PAGES[0], "norte")
        moved(page, served.env, PAGES[0])
        page.keyboard.type("?")
        expect(page.get_by_role("dialog", name="Teclado")).to_be_visible()
        in_both_themes(page, "keys")
        page.keyboard.press("Escape")
        page.locator("#who summary").click()
        in_both_themes(page, "who")
        page.keyboard.press("Escape")
        page.set_viewport_size(PHONE)
        page.get_by_role("button", name="Menu").click()
        in_both_themes(page, "menu")
    assert not wrong, "\n".join(wrong)


@pytest.mark.usefixtures("seeded")
def test_the_address_and_the_page_agree(served: Stack, browser: Browser) -> None:
    """By a click, Back, Forward, a key, a reload: on every page, with the provider that is chosen; never loaded anew."""
    with tab(browser, DESK) as page:
        opened(page, served.env, PAGES[0], "norte")
        page.evaluate("window.mark = 1")
        for one in PAGES[1:]:
            page.locator("#nav").get_by_role("link", name=SAY(one.title), exact=True).click()
            at(page, served.env, one, "norte")
        for one in reversed(PAGES[-BACK:-1]):
            page.go_back()
            at(page, served.env, one, "norte")
        page.go_forward()
        at(page, served.env, PAGES[1 - BACK], "norte")
        for one in PAGES:
            page.keyboard.type(f"g{one.key}")
            at(page, served.env, one, "norte")
        assert page.evaluate("window.mark") == 1
        page.reload()
        drawn(page, served.env, PAGES[-1], "norte")
        assert page.evaluate("window.mark") is None
        page.goto(address(served.env, "?pagina=nothing"))
        expect(page.locator("h1", has_text=SAY(PAGES[0].title))).to_be_visible()


@pytest.fixture(scope="module")
def tabs(served: Stack, seeded: Seeded, browser: Browser) -> Iterator[Mapping[str, Page]]:  # noqa: ARG001 - its pages are open on it
    """Every page open at once, by its path; the clocks are ours."""
    with ExitStack() as open_tabs:
        found = {}
        for one in PAGES:
            page = open_tabs.enter_context(tab(browser, DESK))
            page.clock.install()
            opened(page, served.env, one, "norte")
            found[one.path] = page
        yield found


def _sorted(page: Page) -> None:
    """The first table by its second column, and its next page where it has one."""
    page.locator(".tabulator-col.tabulator-sortable .tabulator-col-title").nth(1).click()
    expect(page.locator(".tabulator-col[aria-sort=ascending]")).to_have_count(1)
    further = page.locator(".tabulator-page[data-page=next]").first
    if further.is_enabled():
        further.click()
        expect(page.locator(".tabulator-page.active").first).to_have_text("2")


def _typed_title(page: Page) -> None:
    _form(page)
    page.get_by_label("Título", exact=True).press("End")
    page.get_by_label("Título", exact=True).press_sequentially(" half")


def _typed_reason(page: Page) -> None:
    _first_row(page)
    page.get_by_label("Motivo do descarte").press_sequentially("half a reas")


def _focus(page: Page) -> None:
    look(page, "focus")


BEGUN: Mapping[str, Callable[[Page], None]] = {
    "faturas": _sorted,
    "bloqueados": _sorted,
    "historico": _sorted,
    "cobranca": _promise,
    "chamadas": _first_row,
    "operacao": _typed_reason,
    "instancias": _typed_title,
}
"""What somebody is in the middle of, by the page's path."""


def test_a_refresh_disturbs_nobody(tabs: Mapping[str, Page], seeded: Seeded) -> None:
    """Scroll, focus, marked text, what is unfolded, a table's order and page, a chosen row, a half-typed field: all stay."""
    before = {}
    for path, page in tabs.items():
        look(page, "unfold")
        look(page, "mark")
        look(page, "scroll")
        BEGUN.get(path, _focus)(page)
        settled(page)
        before[path] = look(page, "state"), look(page, "text")
    every_provider.change(seeded, datetime.now(UTC))
    wrong: list[str] = []
    for path, page in tabs.items():
        state, text = before[path]
        changed(page, text)
        settled(page)
        after = look(page, "state")
        wrong += [f"{path}: {what} was {state[what]}, is {after[what]}" for what in state if state[what] != after[what]]
    assert not wrong, "\n".join(wrong)


def test_whatever_stops_is_named_on_every_page(tabs: Mapping[str, Page], served: Stack, seeded: Seeded) -> None:
    """A stage, MongoDB, the network, the dashboard: within 180 s each open page names it, and none is green."""
    now = datetime.now(UTC)
    late = now - timedelta(minutes=4)
    well = [views.stage(beat) for beat in beats(now + AHEAD)]
    for stage, stopped in (("hydrate", ("hydrate",)), ("views", None)):
        seeded.put(views.STAGES, [{**one, "at": late} for one in well if not stopped or one["stage"] in stopped])
        for page in tabs.values():
            expect(page.locator(".stamp .cause")).to_contain_text(stage)
            assert not look(page, "green")
        seeded.put(views.STAGES, well)
        for page in tabs.values():
            expect(page.locator(".stamp.fresh")).to_be_visible()
            assert look(page, "green")

    assert served.mongod.pid is not None
    os.kill(served.mongod.pid, SIGSTOP)
    try:
        for page in tabs.values():
            expect(page.locator(".stamp .cause")).to_contain_text("MongoDB")
            assert not look(page, "green")
    finally:
        os.kill(served.mongod.pid, SIGCONT)
    for page in tabs.values():
        expect(page.locator(".stamp.fresh")).to_be_visible()

    for page in tabs.values():
        page.context.set_offline(offline=True)
        page.clock.fast_forward(31_000)
        expect(page.locator("#lost")).to_be_visible()
        page.context.set_offline(offline=False)
        page.clock.fast_forward(31_000)
        expect(page.locator("#lost")).to_be_hidden()

    served.worker.process.send_signal(SIGSTOP)
    wrong: list[str] = []
    for path, page in tabs.items():
        page.clock.fast_forward(125_000)
        expect(page.locator("#lost")).to_be_visible()
        assert page.evaluate(AGED) in {"late", "stopped"}  # a busy machine takes a minute for these lines
        page.clock.fast_forward(60_000)
        assert page.evaluate(AGED) == "stopped"
        expect(page.get_by_text("Estes números são antigos.")).to_be_visible()
        assert not look(page, "green")
        wrong += [f"{path}: {one.rule} {one.where} {one.why}" for one in axe.violations(page, rules=("color-contrast",))]
    served.worker.process.send_signal(SIGCONT)
    served.worker.kill()
    served.worker.start()
    wait_ready(served.env)
    for page in tabs.values():
        page.clock.fast_forward(31_000)
        expect(page.locator(".stamp.fresh")).to_be_visible()
        expect(page.locator("#lost")).to_be_hidden()
    assert not wrong, "\n".join(wrong)
