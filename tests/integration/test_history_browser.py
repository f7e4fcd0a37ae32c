"""The page Histórico as a manager uses it: real Chromium, real process, real MongoDB."""

from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, expect

from schemas.figures.snapshots import STEP, quarter, row_id
from schemas.views import SNAPSHOTS
from tests.integration import axe
from tests.integration.dashboard_provider import Seeded, clients, instance
from tests.integration.dashboard_tab import DESK, PHONE, address, environment, plain, tab, wait_ready
from tests.integration.pipeline import running

pytestmark = [pytest.mark.integration, pytest.mark.browser]

NOW = datetime.now(UTC)
NORTE = instance("norte", "<b>Norte</b> " + "W" * 200)
SUL = instance("sul", "Sul")
TODAY = NOW.astimezone(NORTE.clock).date()
CALLS = {n: 10 + n for n in range(20) if n != 2}
"""By days ago; of two days ago nothing is known."""
PAGE = "?pagina=historico"
YEAR_DAYS = 365


@pytest.fixture
def env(mongo_uri: str, database: str) -> Mapping[str, str]:
    """A provider with 19 days of calls and R$ 10 million overdue."""
    with closing(Seeded(mongo_uri, database)) as found:
        found.add(NORTE, clients(1, 20, 5, TODAY), TODAY, NOW)
        found.put(SNAPSHOTS, [row(ago, calls) for ago, calls in CALLS.items()])
    return environment(mongo_uri, database, "2")


def row(ago: int, calls: int, of: str = "norte", at: datetime | None = None) -> dict[str, object]:
    at = at or quarter(NOW) - timedelta(days=ago)
    families = ["standing", "calls"]
    return {
        "_id": row_id(of, at),
        "instance": of,
        "at": at,
        "figures": {"calls.n": calls, "standing.overdue_cents": 1_000_000_000},
        "version": dict.fromkeys(families, 1),
        "source": {"standing": "measured", "calls": "rebuilt" if ago == 4 else "measured"},
        "known": families,
        "top": {},
    }


def year() -> list[dict[str, object]]:
    """A row each quarter of an hour: so many calls as quarters of the local day had begun by then."""
    quarters = [quarter(NOW) - STEP * back for back in range(YEAR_DAYS * 96)]
    return [row(1, begun(at), "sul", at) for at in quarters]


def begun(at: datetime) -> int:
    here = at.astimezone(SUL.clock)
    return here.hour * 4 + here.minute // 15 + 1


def kpi(page: Page, name: str, value: str) -> None:
    """Until the card says so."""
    expect(page.locator(f"[data-kpi={name}] .value")).to_have_text(value.replace(" ", "\xa0"))


def test_a_manager_looks_back(browser: Browser, env: Mapping[str, str], tmp_path: Path) -> None:
    """Numbers, choices, Back, a reload, files, a phone, and a year of every quarter of an hour."""
    with running("dashboard", env, tmp_path):
        wait_ready(env)
        with tab(browser, DESK) as page:
            page.goto(address(env, PAGE))
            kpi(page, "now", "R$ 10.000.000,00")
            page.get_by_label("Número").click()
            page.locator("[role=option], [role=menuitem]").get_by_text("Chamadas", exact=True).click()
            expect(page).to_have_url(address(env, f"{PAGE}&figura=calls.n"))
            page.get_by_role("link", name="7 dias").click()
            kpi(page, "now", str(sum(calls for ago, calls in CALLS.items() if ago < 7)))
            kpi(page, "before", str(sum(calls for ago, calls in CALLS.items() if 7 <= ago < 14)))
            kpi(page, "days", "6 de 7")
            expect(page.get_by_text("1 dia, marcado com *, foi reconstruído depois")).to_be_visible()
            expect(page.locator(".tabulator-row")).to_have_count(7)
            told = [
                plain(text)
                for text in page.locator(".tabulator-row .tabulator-cell[tabulator-field=value]").all_inner_texts()
            ]
            assert [text.strip() for text in told] == ["10", "11", "", "13", "14", "15", "16"]
            expect(page.locator(".chart-head .keys")).to_be_visible()
            page.get_by_role("link", name="Colunas").click()
            chosen = f"{PAGE}&figura=calls.n&grafico=columns&periodo=7"
            expect(page).to_have_url(address(env, chosen))
            expect(page.locator(".chart-head .keys")).to_have_count(0)  # one series alone needs none
            assert not axe.violations(page)
            page.go_back()
            expect(page.locator(".chart-head .keys")).to_be_visible()
            page.go_forward()
            page.reload()
            kpi(page, "days", "6 de 7")
            expect(page.locator("a[aria-current=true]", has_text="Colunas")).to_be_visible()
        with urlopen(address(env, f"historico.csv{chosen}"), timeout=60) as answer:  # noqa: S310 - our own process
            lines = answer.read().decode("utf-8-sig").splitlines()
        assert [line.split(";")[1] for line in lines[1:]] == ["10", "11", "", "13", "14", "15", "16"]
        with closing(Seeded(env["MONGO_URI"], env["MONGO_DATABASE"])) as found:
            found.add(SUL, clients(2, 5, 1, TODAY), TODAY, NOW)
            found.put(SNAPSHOTS, year())
        with tab(browser, PHONE) as page:
            page.goto(address(env, f"{PAGE}&instancia=sul&figura=calls.n&periodo={YEAR_DAYS}"))
            kpi(page, "days", f"{YEAR_DAYS} de {YEAR_DAYS}")
            # each day tells what its last quarter said, of which there are 96: nobody's summer time changes that here
            total = 96 * (YEAR_DAYS - 1) + begun(quarter(NOW))
            kpi(page, "now", f"{total:,}".replace(",", "."))
            page.goto(address(env, f"{PAGE}&instancia=norte&periodo={YEAR_DAYS}"))
            kpi(page, "now", "R$ 10.000.000,00")
            for one in page.locator(".kpi, .choices, .chart-head, .numbers").all():
                box = one.bounding_box()
                assert box
                assert box["x"] + box["width"] <= PHONE["width"]
