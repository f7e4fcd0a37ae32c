"""What Panel loses by itself, in a real browser: what changes before a page is complete, the second of two quick changes."""

import re
from collections.abc import Iterator, Mapping
from contextlib import closing, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, WebSocketRoute, expect

from schemas import views
from tests.integration.dashboard_provider import Owing, Seeded, clients, debtor, instance
from tests.integration.dashboard_tab import DESK, address, environment, tab, wait_ready
from tests.integration.pipeline import running

pytestmark = [pytest.mark.integration, pytest.mark.browser]


TWICE = """button => new Promise(done => {
    const models = [...Bokeh.documents[0]._all_models.values()];
    const model = models.find(one => one.data && one.data.label === button.innerText).data;
    const was = [], text = document.createTreeWalker(button, NodeFilter.SHOW_TEXT).nextNode();
    model.properties.label.change.connect(() => { if (was.push(model.label) > 5) { done(was); } });
    Object.defineProperty(text, "nodeValue", {configurable: true, set: drawn => {
        delete text.nodeValue;
        text.data = drawn;
        model.setv({label: "second"}, {sync: false});  // "first" is drawn just now; what follows from that is still to come
        setTimeout(() => done([...was, button.innerText]), 500);
    }});
    model.setv({label: "first"}, {sync: false});
})"""
LATE = """button => new Promise((done, failed) => {
    const model = [...Bokeh.documents[0]._all_models.values()].find(one => one.data && one.data.label === button.innerText);
    const views = [...Bokeh.index].flatMap(function all(view) { return [view, ...[...view.children()].flatMap(all)]; });
    const view = views.find(one => one.model === model);
    view.render();
    new MutationObserver((_told, watch) => {  // just after it is drawn, and before React listens
        if (!view.shadow_el.querySelector("button")?.innerText) { return; }
        watch.disconnect();
        model.data.setv({label: "late"}, {sync: false});
        setTimeout(() => done(view.shadow_el.querySelector("button").innerText), 500);
    }).observe(view.shadow_el, {childList: true, subtree: true});
    setTimeout(() => failed(new Error("never drawn")), 20000);
})"""
UNBUILT = """async () => {
    const found = [...Bokeh.documents[0]._all_models.values()].find(one => one.type === "panel.models.markup.HTML");
    const model = new found.constructor({text: "later", visible: false});
    const view = await Bokeh.require("core/build_views").build_view(model, {parent: null});
    model.text = "now";
    model.visible = true;
    model.width = 70;
    view.render();
    return view.container.innerHTML;
}"""


COLUMNS = 27, 1118
"""Between which a chart of columns has them at the desk."""


def _day(due_on: str) -> str:
    return f"{due_on[8:10]}/{due_on[5:7]}"


@pytest.fixture
def seeded(mongo_uri: str, database: str) -> Iterator[Seeded]:
    """Sixty clients, of whom four are to be contacted now: the most late is Um, then Dois, Três, Quatro."""
    of, now = instance("norte", "Norte Telecom"), datetime.now(UTC)
    today = now.astimezone(of.clock).date()
    late = [
        Owing(str(30_001 + 3 * n), name, True, ((today - timedelta(days=400 - n), 9_990),))
        for n, name in enumerate(("Um", "Dois", "Três", "Quatro"))
    ]
    with closing(Seeded(mongo_uri, database)) as found:
        found.add(of, clients(1, 60, 20, today), today, now)
        for one in (debtor(of, client, now) for client in late):
            bills = {code: bill.model_copy(update={"contract": one.code}) for code, bill in one.bills.items()}
            found.put("debtors", [views.debtor(one.model_copy(update={"bills": bills}))])
        yield found


@pytest.fixture
def env(seeded: Seeded, mongo_uri: str, database: str, tmp_path: Path) -> Iterator[Mapping[str, str]]:  # noqa: ARG001 - filled before it is read
    """A running dashboard that refreshes every second."""
    given = environment(mongo_uri, database, "1")
    with running("dashboard", given, tmp_path):
        wait_ready(given)
        yield given


class Kept:
    """Between a page and its server: keeps back what the page says of `what`, until `release`."""

    def __init__(self, page: Page, what: str) -> None:
        self._what = what
        self._held: list[str | bytes] = []
        self._message: list[str | bytes] = []
        self._server: WebSocketRoute | None = None
        self.holds = True
        page.route_web_socket("**/ws*", self._joined)

    def _joined(self, route: WebSocketRoute) -> None:
        self._server = route.connect_to_server()
        route.on_message(self._sent)

    def _sent(self, frame: str | bytes) -> None:
        self._message.append(frame)
        if len(self._message) < 3:  # header, metadata, content
            return
        message, self._message = self._message, []
        if self.holds and self._what in str(message[2]):
            self._held += message
        else:
            self._on(message)

    def _on(self, frames: list[str | bytes]) -> None:
        assert self._server
        for frame in frames:
            self._server.send(frame)

    def release(self) -> None:
        """As it is without us."""
        assert self._held, f"the page never said {self._what}"
        self.holds = False
        self._on(self._held)
        self._held = []


def test_what_is_clicked_before_the_page_is_complete_is_shown(browser: Browser, env: Mapping[str, str]) -> None:
    """And so is a refresh: the stamp goes on, the form opens."""
    with tab(browser, DESK) as page:
        kept = Kept(page, "document_ready")
        page.goto(address(env, "?pagina=instancias"))
        expect(page.locator("[data-listed='1'] [data-instance=norte] td.number").nth(1)).to_have_text("24")
        page.get_by_role("link", name="Norte Telecom", exact=True).click()
        expect(page.get_by_label("Título", exact=True)).to_have_value("Norte Telecom")
        first = page.locator(".stamp time").inner_text()
        expect(page.locator(".stamp time")).not_to_have_text(first)
        kept.release()
        expect(page.get_by_label("Título", exact=True)).to_have_value("Norte Telecom")


def test_a_click_that_a_refresh_overtakes_is_of_the_row_that_was_seen(
    browser: Browser, env: Mapping[str, str], seeded: Seeded
) -> None:
    """Whose number is another client's by then; and who is not in the list any more is not taken for somebody else."""
    with tab(browser, DESK) as page:
        kept = Kept(page, "selection-change")
        page.goto(address(env, "?pagina=cobranca"))
        rows = page.locator(".tabulator-row")
        expect(rows.nth(1)).to_contain_text("Dois")
        rows.nth(1).get_by_role("checkbox").click()
        seeded.database["debtors"].update_one({"client.name": "Um"}, {"$set": {"bills": []}})
        expect(rows.nth(0)).to_contain_text("Dois")
        kept.release()
        expect(rows.nth(0).get_by_role("checkbox")).to_be_checked()
        expect(page.get_by_role("checkbox", checked=True)).to_have_count(1)
        page.get_by_role("button", name="Promessa de pagamento").first.click()
        expect(page.get_by_role("dialog")).to_contain_text("Dois")
        page.get_by_role("button", name="Cancelar").click()
        expect(page.get_by_role("checkbox", checked=True)).to_have_count(0)

        kept.holds = True
        rows.nth(0).get_by_role("checkbox").click()
        seeded.database["debtors"].update_one({"client.name": "Dois"}, {"$set": {"bills": []}})
        expect(rows.nth(0)).to_contain_text("Três")
        kept.release()
        expect(page.get_by_text("A linha escolhida não está mais na lista.")).to_be_visible()
        expect(page.get_by_role("checkbox", checked=True)).to_have_count(0)


def test_a_bar_that_is_clicked_is_the_one_that_was_seen(browser: Browser, env: Mapping[str, str], seeded: Seeded) -> None:
    """It has another place by the time that the server hears of it: the first day was paid."""
    with tab(browser, DESK) as page:
        kept = Kept(page, '"tags"')
        page.goto(address(env, "?pagina=cobranca"))
        days = page.locator("details.numbers").first.locator("tbody th")
        expect(days.nth(2)).to_be_attached()
        first, second, third = (str(days.nth(n).text_content()) for n in range(3))
        room = (COLUMNS[1] - COLUMNS[0]) / days.count()
        expect(page.locator("[role=img] canvas").first).to_be_visible()
        page.get_by_role("img", name="Gráfico").first.click(position={"x": COLUMNS[0] + 1.5 * room, "y": 218})
        rows = seeded.database["debtors"].find()
        paid = [row["_id"] for row in rows if first in {_day(bill["due_on"]) for bill in row["bills"]}]
        seeded.database["debtors"].update_many({"_id": {"$in": paid}}, {"$set": {"bills": []}})
        expect(days.nth(0)).to_have_text(second)
        expect(days.nth(1)).to_have_text(third)
        kept.release()
        expect(page).to_have_url(re.compile(f"vencimento=[0-9]{{4}}-{second[3:5]}-{second[:2]}"))


def test_of_two_quick_changes_the_second_stays(browser: Browser, env: Mapping[str, str]) -> None:
    with tab(browser, DESK) as page:
        page.goto(address(env, "?pagina=instancias"))
        button = page.get_by_role("button", name="Novo provedor")
        expect(button).to_be_visible()
        assert button.evaluate(TWICE) == ["first", "second", "second"]  # changed twice, and so it stands


def test_what_a_widget_is_told_between_its_drawing_and_its_listening_is_shown(
    browser: Browser, env: Mapping[str, str]
) -> None:
    with tab(browser, DESK) as page:
        page.goto(address(env, "?pagina=instancias"))
        button = page.get_by_role("button", name="Novo provedor")
        expect(button).to_be_visible()
        assert button.evaluate(LATE) == "late"


def test_a_block_that_is_told_of_something_before_it_is_built_shows_it_then(
    browser: Browser, env: Mapping[str, str]
) -> None:
    with tab(browser, DESK) as page:
        page.goto(address(env))
        expect(page.locator("[data-figure=debtors]")).to_be_visible()
        assert page.evaluate(UNBUILT) == "now"


def test_a_page_that_failed_says_so_and_loads_itself_again(browser: Browser, env: Mapping[str, str]) -> None:
    """Once; then somebody must look, and has a button."""

    def failed(page: Page) -> None:
        page.goto(address(env))
        for again in (True, False):
            expect(page.locator("[data-figure=debtors]")).to_be_visible()
            with page.expect_event("load") if again else nullcontext():
                page.evaluate("() => { setTimeout(() => Bokeh.documents[0].roots()[0].setv({nowhere: 1})); }")
                expect(page.get_by_text("Algo deu errado nesta página.")).to_be_visible()
        with page.expect_event("load"):
            page.get_by_role("button", name="Carregar de novo").click()

    with pytest.raises(AssertionError, match="is_unset"), tab(browser, DESK) as page:  # a tab ends with what failed in it
        failed(page)
