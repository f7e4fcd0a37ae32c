"""The page "Calls" in a real Chromium over a real MongoDB: figures without dry runs, and the evidence of one call."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, expect
from ulid import ULID

from schemas import views
from schemas.attempts import Outcome
from schemas.calls import Call
from schemas.evidence import Evidence, Heard
from tests.integration.dashboard_provider import Owing, Seeded, instance
from tests.integration.dashboard_tab import DESK, address, environment, plain, tab, wait_ready
from tests.integration.pipeline import running

pytestmark = [pytest.mark.integration, pytest.mark.browser]

NOW = datetime.now(UTC)
OF = instance("norte", "Norte Telecom")
TODAY = NOW.astimezone(OF.clock).date()
SOME = [Owing("7", "N" * 200, True, ((TODAY, 100),)), Owing("8", "<script>document.title='broken'</script>", True, ())]
SPAN = timedelta(days=3)
ENDS: tuple[Outcome | None, ...] = ("human", "machine", "busy", "no_answer", None)
PAGE = "?pagina=chamadas"


def call(number: int, *, dry: bool = False) -> Call:
    """Today just now, or three days ago; every fifth has not ended."""
    at = NOW - timedelta(seconds=number) - (SPAN if number % 2 else timedelta())
    outcome = None if dry else ENDS[number % len(ENDS)]
    talk = 5.0 + number if outcome in {"human", "machine"} else None
    heard = Heard(amd_status="MACHINE", amd_cause="MAXWORDS-3-3") if outcome == "machine" else Heard()
    attempt = str(ULID.from_datetime(at))[:20] + f"{number:06}"
    return Call(
        instance="norte", code=SOME[number % 2].code, attempt=attempt, version=1, at=at, number="+5582999990001",
        outcome=outcome, talk_s=talk, dry_run=dry, heard=heard, why="evidence that decided",
    )  # fmt: skip


CALLS = [call(number) for number in range(40)]
DRY = [call(number, dry=True) for number in range(40, 47)]


def rate(found: int, of: int) -> str:
    """As a Brazilian writes a share."""
    return f"{round(1000 * found / of) / 10:g}%".replace(".", ",")


@pytest.fixture
def seeded(mongo_uri: str, database: str) -> Iterator[Seeded]:
    """One provider, forty calls, seven dry runs; of the newest call a witness told."""
    with closing(Seeded(mongo_uri, database)) as found:
        found.add(OF, SOME, TODAY, NOW)
        found.put("calls", [views.call(one) for one in (*CALLS, *DRY)])
        newest = CALLS[0]
        piece = Evidence(
            instance="norte", code=newest.code, attempt=newest.attempt, witness="sql", piece="record",
            fields={"disposition": "ANSWERED", "lastdata": "<b>x</b>"}, seen_at=NOW,
        )  # fmt: skip
        found.put("evidence", [views.evidence(piece)])
        yield found


@pytest.fixture
def env(mongo_uri: str, database: str) -> Mapping[str, str]:
    """A dashboard that refreshes every two seconds."""
    return environment(mongo_uri, database, "2")


def cards(page: Page) -> dict[str, str]:
    expect(page.locator("[data-kpi=calls] .value")).to_be_visible()
    found = page.locator("[data-kpi]").all()
    return {str(one.get_attribute("data-kpi")): plain(one.locator(".value").inner_text()) for one in found}


def expected(calls: list[Call]) -> dict[str, str]:
    """The cards, counted one call after the other."""
    of_day = [one for one in calls if one.at.astimezone(OF.clock).date() == TODAY]
    ended = [one for one in calls if one.outcome]
    talks = [one.talk_s for one in calls if one.outcome == "human" and one.talk_s]
    lengths = [one.talk_s for one in of_day if one.talk_s is not None]
    return {
        "calls": str(len(of_day)),
        "answered": rate(sum(one.outcome in {"human", "machine"} for one in ended), len(ended)),
        "human": rate(sum(one.outcome == "human" for one in ended), len(ended)),
        "mean": f"{round(sum(talks) / len(talks), 1):g} s".replace(".", ","),
        "short": rate(sum(length <= 6 for length in lengths), len(lengths)),
    }


@pytest.mark.usefixtures("seeded")
def test_the_day_the_period_and_the_evidence_of_a_call(browser: Browser, env: Mapping[str, str], tmp_path: Path) -> None:
    """Figures as Python counts them, a period by its address, Back, a witness' words; where nobody was called no rate."""
    with running("dashboard", env, tmp_path), tab(browser, DESK) as page:
        wait_ready(env)
        page.goto(address(env, PAGE))
        assert cards(page) == expected(CALLS) | {"dry": str(len(DRY))}
        expect(page.locator("[role=img] canvas").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= DESK["width"]
        assert page.title() != "broken"

        today = [one for one in CALLS if one.at.astimezone(OF.clock).date() == TODAY]
        page.locator("[data-kpi=calls] a").click()
        expect(page).to_have_url(address(env, f"{PAGE}&de={TODAY}&ate={TODAY}"))
        expect(page.locator("[data-kpi=answered] .value")).to_have_text(expected(today)["answered"])
        page.go_back()
        expect(page.locator("[data-kpi=answered] .value")).to_have_text(expected(CALLS)["answered"])
        page.reload()
        assert cards(page)["human"] == expected(CALLS)["human"]

        first = page.locator(".tabulator-row").first
        expect(first).to_contain_text("N" * 200)
        first.locator("input[type=checkbox]").check()
        evidence = page.locator(".evidence")
        expect(evidence).to_contain_text("Registros de chamadas (tabela)")
        expect(evidence).to_contain_text("disposition ANSWERED")
        expect(evidence).to_contain_text("<b>x</b>")
        expect(page.locator(".tabulator-row", has_text="Teria ligado").first).to_be_visible()
        with urlopen(address(env, "chamadas.csv"), timeout=60) as file:  # noqa: S310 - our own process on this machine
            assert len(file.read().decode().splitlines()) == 1 + len(CALLS) + len(DRY)

        page.goto(address(env, f"{PAGE}&ate=2020-01-31"))
        before = cards(page)
        assert before["calls"] == "0"
        assert "não conhecido" in before["human"] or "—" in before["human"]
