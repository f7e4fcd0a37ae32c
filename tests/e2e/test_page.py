"""From the ERP to the clerk's screen: the page shows the simulator's truth, and a payment at its next refresh."""

import os
from datetime import UTC, datetime
from pathlib import Path
from signal import SIGTERM
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from playwright.sync_api import expect

from deploy.demo.provider import NAME
from deploy.simulators.ixc.server import ZONE
from schemas.instances import Rules
from tests.e2e.conftest import END_S, demonstration
from tests.integration import dashboard_tab as seen
from tests.integration.dashboard_expected import money, number

pytestmark = [pytest.mark.e2e, pytest.mark.browser]


def truth(url: str) -> dict[str, Any]:
    """The simulator's own figures of today."""
    today = datetime.now(UTC).astimezone(ZoneInfo(ZONE)).date().isoformat()
    question = {"today": today, "min_days": Rules().min_days_overdue}
    found: dict[str, Any] = httpx.get(url, params=question).raise_for_status().json()
    return found


def cards(found: dict[str, Any]) -> dict[str, str]:
    """What the cards must show, but for the queue's."""
    debt = found["debt"]
    return {
        "active_clients": number(found["totals"]["active_clients"]),
        "debtors": number(debt["debtors"]),
        "overdue": money(debt["overdue_cents"]),
        "pre_collection": money(debt["pre_collection"]["cents"]),
        "collection": money(debt["collection"]["cents"]),
    }


def aging(found: dict[str, Any]) -> list[tuple[int, int, str]]:
    """First day of each range, bills, amount."""
    bands = found["debt"]["aging"].items()
    return [(int(label.split("-")[0].rstrip("+")), band["bills"], money(band["cents"])) for label, band in bands]


def oldest_overdue(found: dict[str, Any]) -> str:
    """The id of the bill that is longest overdue and not of zero."""
    bills = [(due, code) for one in found["clients"].values() for code, (due, cents, _) in one["bills"].items() if cents]
    return min((due, code) for due, code in bills if due > "0001")[1]


def test_a_payment_arrives_at_the_next_refresh(environment: dict[str, str], tmp_path: Path) -> None:
    """No number is ours: both sides come from the running program. SIGTERM leaves nothing of it."""
    with (
        demonstration({**environment, "DASHBOARD_REFRESH_SECONDS": "2"}, "--changes", "0", "--clients", "400") as demo,
        seen.chromium() as browser,
        seen.tab(browser, seen.DESK) as page,
    ):
        erp = demo.line("simulated ERP").split()[-1]
        seen.opened(page, f"{demo.line('dashboard: http').split()[1]}/?instancia={NAME}")
        before = truth(erp)
        expect(page.locator("[data-figure=overdue] .value")).to_have_text(cards(before)["overdue"])
        assert cards(before).items() <= seen.cards(page).items()
        assert seen.aging(page) == aging(before)
        expect(page.locator(seen.QUEUED)).not_to_have_count(0)  # the dialer decides after the debt is shown

        paid = httpx.post(erp.replace("truth", "pay"), json={"bill": int(oldest_overdue(before))})
        paid.raise_for_status()
        after = truth(erp)
        assert cards(after) != cards(before)
        expect(page.locator("[data-figure=overdue] .value")).to_have_text(cards(after)["overdue"])
        assert cards(after).items() <= seen.cards(page).items()
        assert seen.aging(page) == aging(after)

        folder = Path(os.environ.get("SCREENSHOTS") or tmp_path)
        folder.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=folder / "demo.png", full_page=True)

        demo.process.send_signal(SIGTERM)
        demo.process.wait(END_S)
        assert demo.is_gone(), demo.left_behind()
