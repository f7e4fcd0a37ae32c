"""What a clerk may trust, in a real Chromium: no number of a first reading, nobody's of a wrong name, nothing cut off."""

import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from schemas import views
from schemas.sweeps import Sweep
from tests.integration import dashboard_tab as seen
from tests.integration.dashboard_expected import Expected
from tests.integration.dashboard_provider import Seeded, clients, instance
from tests.integration.dashboard_tab import DESK, address, chromium, environment, opened, tab, wait_ready
from tests.integration.pipeline import running

pytestmark = [pytest.mark.integration, pytest.mark.browser]

NOW = datetime.now(UTC)
TODAY = NOW.astimezone(instance("any", "").clock).date()
NORTE = Expected(instance("norte", "Norte Telecom"), clients(1, 300, 60, TODAY), TODAY, NOW)
NOVO = instance("novo", "Novo" + "x" * 200)
WIDTHS = (1440, 1024, 768, 390, 320)
OUTSIDE = """() => {
    const within = (root) => [...root.querySelectorAll("*")].flatMap(
        one => [one, ...(one.shadowRoot ? within(one.shadowRoot) : [])]);
    const card = within(document).find(one => one.matches("section.sources"));
    const box = card.getBoundingClientRect();
    return [...card.querySelectorAll("*")].filter(one => one.getBoundingClientRect().right > box.right + 1)
        .map(one => `${one.tagName} ${one.className} ${one.textContent.slice(0, 60)}`);
}"""
"""What of the sources' table is to the right of its card."""
CLIPPED = """() => {
    const parent = (one) => one.parentElement || (one.getRootNode().host ?? null);
    const within = (root) => [...root.querySelectorAll("*")].flatMap(
        one => [one, ...(one.shadowRoot ? within(one.shadowRoot) : [])]);
    const found = [];
    for (let one = within(document).find(one => one.matches("section.sources")); one; one = parent(one)) {
        const style = getComputedStyle(one);
        const cut = style.overflowY !== "visible" && one.scrollHeight > one.clientHeight + 1;
        if (cut) { found.push(`${one.tagName} ${one.className}`); }
    }
    return found;
}"""
"""What cuts the page's last block off on paper, where nobody scrolls."""


@pytest.fixture
def seeded(mongo_uri: str, database: str) -> Iterator[Seeded]:
    """One provider with figures; one whose first reading is half done, with a failure and a title of 204 letters."""
    with closing(Seeded(mongo_uri, database)) as found:
        found.add(NORTE.of, NORTE.some, TODAY, NOW)
        found.add(NOVO, clients(2, 20, 10, TODAY), TODAY, NOW)
        found.database["sweeps"].delete_many({"instance": "novo", "kind": {"$in": ["bill", "contract"]}})
        failed = {"instance": "novo", "erp": "ixc", "kind": "bill", "sweep": "1", "phase": "failed", "at": NOW}
        error = f"no answer from the ERP on {'y' * 120}: ConnectTimeout"
        found.put("sweeps", [views.sweep(Sweep.model_validate({**failed, "error": error}))])
        yield found


@pytest.fixture
def env(mongo_uri: str, database: str) -> Mapping[str, str]:
    return environment(mongo_uri, database, "1")


def text(page: Page) -> str:
    return seen.plain(page.locator("body").inner_text())


def test_only_what_is_known_is_a_number(seeded: Seeded, env: Mapping[str, str], tmp_path: Path) -> None:
    """A first reading, a name that nobody has, every width, paper."""
    with chromium() as browser, running("dashboard", env, tmp_path), tab(browser, DESK) as page:
        wait_ready(env)
        opened(page, address(env, "?instancia=novo"))
        expect(page.locator("[data-figure=overdue] .note")).to_have_text("parcial, 2 de 4 leituras")
        assert "R$" not in text(page)
        assert "ConnectTimeout" not in text(page)

        with pytest.raises(HTTPError, match="503"):
            urlopen(address(env, "faturas.csv?instancia=novo"), timeout=60)  # noqa: S310 - our own process on this machine
        for name in ("faturas.xlsx", "cobranca.csv", "fila.csv", "bairros.csv"):
            with urlopen(address(env, name), timeout=60) as file:  # noqa: S310 - as above
                assert "-parcial-6-de-8-" in file.headers["Content-Disposition"], name

        page.goto(address(env, "?instancia=gone"))
        expect(page.get_by_text("O provedor “gone” não existe.")).to_be_visible()
        expect(page.locator("[data-figure]")).to_have_count(0)
        seen.choose(page, "Norte Telecom")
        expect(page.locator("[data-figure=debtors] .value")).to_have_text(NORTE.cards["debtors"])

        opened(page, address(env))
        assert seen.cards(page) == NORTE.cards
        expect(page.locator("[data-partial=novo]")).to_be_visible()
        for width in WIDTHS:
            page.set_viewport_size(ViewportSize(width=width, height=900))
            page.wait_for_function("width => document.documentElement.clientWidth <= width", arg=width)
            assert page.evaluate(OUTSIDE) == [], width
        page.set_viewport_size(DESK)
        page.emulate_media(media="print")
        assert page.evaluate(CLIPPED) == []
        (tmp_path / "page.pdf").write_bytes(page.pdf(format="A4"))
        assert len(re.findall(rb"/Type\s*/Page\b", (tmp_path / "page.pdf").read_bytes())) > 1
        page.emulate_media(media="screen")

        late = {"_id": "hydrate:0"}
        seeded.database[views.STAGES].update_one(late, {"$set": {"at": datetime.now(UTC) - timedelta(minutes=4)}})
        expect(page.locator(".stamp .cause")).to_contain_text("hydrate parado há 4 min.")
        expect(page.locator("[data-gate=norte]")).to_contain_text("Dívidas sem leitura recente.")
        expect(page.locator("[data-figure=ready] .value")).to_have_text("0")
