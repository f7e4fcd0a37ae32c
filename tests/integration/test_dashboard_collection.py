"""The page "Collection" in a real Chromium over a real MongoDB, and what a decision on it leaves behind."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, expect

from schemas import views
from schemas.attempts import Outcome
from schemas.audit import AUDIT
from schemas.calls import Call
from schemas.controls import BLOCKLIST, PROMISES
from schemas.debtor import Debtor
from tests.integration.dashboard_provider import Owing, Seeded, clients, debtor, instance
from tests.integration.dashboard_tab import DESK, PATIENCE_MS, address, environment, plain, tab, wait_ready
from tests.integration.pipeline import running

pytestmark = [pytest.mark.integration, pytest.mark.browser]

NOW = datetime.now(UTC)
OF = instance("norte", "Norte Telecom")
TODAY = NOW.astimezone(OF.clock).date()
SOME = [
    *clients(3, 60, 40, TODAY),
    Owing("20002", "<script>document.title='broken'</script>", True, ((TODAY - timedelta(days=300), 1_000_000_000),)),
    Owing("20005", "N" * 200, True, ((TODAY - timedelta(days=301), 5),)),
]
PERSON = "a" * 32
PAGE = "?pagina=cobranca"


def owes(client: Owing) -> Debtor:
    """Every bill is of the one contract; every fifth has a trust unlock."""
    plain_one = debtor(OF, client, NOW)
    trust = int(client.code) % 5 == 0
    contracts = {code: one.model_copy(update={"trust_unlock": trust}) for code, one in plain_one.contracts.items()}
    bills = {
        code: bill.model_copy(update={"contract": client.code}) for code, bill in plain_one.bills.items() if not bill.lost
    }
    known = plain_one.client.model_copy(update={"person": PERSON + client.code}) if plain_one.client else None
    return plain_one.model_copy(update={"contracts": contracts, "bills": bills, "client": known})


def call(client: Owing, outcome: Outcome | None, minutes: int, *, dry: bool = False) -> views.Document:
    at = NOW - timedelta(minutes=minutes)
    attempt = f"01ARZ3NDEKTSV4RRFFQ69G{minutes:04}"
    return views.call(
        Call(instance="norte", code=client.code, attempt=attempt, version=1, at=at, outcome=outcome, dry_run=dry)
    )


@pytest.fixture
def seeded(mongo_uri: str, database: str) -> Iterator[Seeded]:
    """One provider of sixty clients."""
    with closing(Seeded(mongo_uri, database)) as found:
        found.add(OF, SOME, TODAY, NOW)
        found.put("debtors", [views.debtor(owes(one)) for one in SOME])
        found.put(
            "calls", [call(SOME[-2], "busy", 20), call(SOME[-2], None, 10, dry=True), call(SOME[-1], None, 5, dry=True)]
        )
        yield found


@pytest.fixture
def env(mongo_uri: str, database: str) -> Mapping[str, str]:
    """A dashboard that refreshes every two seconds."""
    return environment(mongo_uri, database, "2")


def expected() -> dict[str, int]:
    """The cards, counted one client after the other."""
    late = {one.code: max((TODAY - due).days for due, _ in one.bills) for one in SOME}
    overdue = {code for code, days in late.items() if days > 0}
    trust = {code for code in overdue if int(code) % 5 == 0}
    blocked = {one.code for one in SOME if one.access[0] == "blocked_auto"}
    ready = {code for code in overdue if late[code] >= 8}
    action = ready & (trust | blocked)
    sets = {"overdue": overdue, "common": overdue - trust, "trust": trust, "ready": ready, "action": action}
    return {**{name: len(found) for name, found in sets.items()}, "active": len(ready - action)}


def cards(page: Page) -> dict[str, int]:
    page.locator("[data-kpi=overdue] .value").wait_for(timeout=PATIENCE_MS)
    found = page.locator("[data-kpi]").all()
    return {
        str(one.get_attribute("data-kpi")): int(plain(one.locator(".value").inner_text()).replace(".", "")) for one in found
    }


def decide(page: Page, action: str) -> None:
    """The first row to act on, as far as the question."""
    page.locator(".tabulator-row input[type=checkbox]").first.check()
    page.get_by_role("button", name=action).first.click()
    page.get_by_role("button", name="Continuar").click()


def left_while_selected(page: Page) -> None:
    """To another filter and back."""
    page.locator(".tabulator-row input[type=checkbox]").first.check()
    page.go_back()  # what is selected belongs to the filter: nobody acts on rows that are not those of the page
    expect(page.locator("[data-kpi=overdue] .value")).to_have_text("1")
    expect(page.locator(".tabulator-row").first).to_contain_text("<script>document.title='broken'</script>")
    expect(page.locator(".tabulator-row input[type=checkbox]:checked")).to_have_count(0)
    expect(page.get_by_text("Tabela parada")).to_have_count(0)
    page.go_forward()
    expect(page.locator("[data-kpi=overdue] .value")).to_have_text(str(expected()["overdue"]))


def test_a_clerk_sees_whom_to_contact_and_decides(
    browser: Browser, seeded: Seeded, env: Mapping[str, str], tmp_path: Path
) -> None:
    """Numbers, filter by address, a promise and a block; each is confirmed, audited, and on the page at a refresh."""
    with running("dashboard", env, tmp_path), tab(browser, DESK) as page:
        wait_ready(env)
        page.goto(address(env, PAGE))
        assert cards(page) == expected()
        first = page.locator(".tabulator-row").first
        expect(first).to_contain_text("N" * 200)
        expect(first).to_contain_text("Teria ligado")
        expect(page.locator(".tabulator-row").nth(1)).to_contain_text("<script>document.title='broken'</script>")
        expect(page.locator(".tabulator-row").nth(1)).to_contain_text("Ocupado")
        assert page.evaluate("document.documentElement.scrollWidth") <= DESK["width"]

        page.goto(address(env, f"{PAGE}&vencimento={TODAY - timedelta(days=300)}"))
        expect(page.locator("[data-kpi=overdue] .value")).to_have_text("1")
        page.get_by_role("link", name="Tirar este filtro").click()
        expect(page.locator("[data-kpi=overdue] .value")).to_have_text(str(expected()["overdue"]))
        expect(page).to_have_url(address(env, PAGE))
        page.go_back()
        expect(page.locator("[data-kpi=overdue] .value")).to_have_text("1")
        page.go_forward()
        expect(page.locator("[data-kpi=overdue] .value")).to_have_text(str(expected()["overdue"]))

        left_while_selected(page)

        page.reload()
        assert cards(page) == expected()
        expect(first).to_contain_text("N" * 200)
        decide(page, "Promessa de pagamento")
        assert seeded.database[PROMISES].count_documents({}) == 0  # nothing before it is confirmed
        page.get_by_role("button", name="Confirmar").click()
        expect(page.get_by_text("Registrado.")).to_be_visible()
        page.get_by_role("button", name="Fechar").click()
        until = TODAY + timedelta(days=3)
        expect(first).to_contain_text(f"Promessa até {until:%d/%m/%Y}")
        decide(page, "Não ligar mais")
        page.get_by_role("button", name="Confirmar").click()
        expect(page.get_by_text("Registrado.")).to_be_visible()
        page.get_by_role("button", name="Fechar").click()
        expect(first).to_contain_text("Não ligar")
        with urlopen(address(env, "cobranca.csv"), timeout=60) as file:  # noqa: S310 - our own process on this machine
            assert len(file.read().decode().splitlines()) == 1 + expected()["action"]

    promise, block = seeded.database[PROMISES].find_one({}), seeded.database[BLOCKLIST].find_one({})
    assert promise == {"_id": "norte:20005", "instance": "norte", "code": "20005", "until": until.isoformat()}
    person = PERSON + "20005"
    assert block == {"_id": f"norte:{person}", "instance": "norte", "person": person, "phone": ""}
    audited = [(one["by"], one["action"], one["code"], one["what"]) for one in seeded.database[AUDIT].find()]
    assert audited == [
        ("dashboard", "promise", "20005", until.isoformat()),
        ("dashboard", "block", "20005", "a person: asked"),
    ]
