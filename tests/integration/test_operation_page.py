"""The page "Operation" in a browser: dead letters are read, tried again and discarded while the page goes on refreshing."""

from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from deploy.local.ports import free
from schemas import views
from schemas.runtime.kafka import producer
from schemas.sweeps import Sweep
from schemas.topics import BILLS
from sinks.views.letters import dead_letter
from tests.integration.dashboard_provider import Seeded, clients, instance
from tests.integration.dashboard_tab import DESK, PHONE, address, tab, wait_ready
from tests.integration.pipeline import contents, done_elsewhere, running
from tests.unit.records import Given

pytestmark = [pytest.mark.integration, pytest.mark.browser]

VALUE = '{"razao": "<b>Açucena</b>", "vencimento": "31/02"}'
SIDEWAYS = (
    "Math.max(...[...document.querySelectorAll('html, .main, .main-content')].map(e => e.scrollWidth - e.clientWidth))"
)


def letter(key: bytes, place: str, at: datetime) -> views.Document:
    """A document of `dead_letters`."""
    why = {"stage": b"hydrate", "place": place.encode(), "field": b"due_on", "reason": b"<script>1</script>"}
    told = Given("dead.v1", 0, 1, key, VALUE.encode(), int(at.timestamp() * 1000), tuple(why.items()))
    return {**dead_letter(told), "version": 1}


async def record(servers: str, key: bytes) -> str:
    """Where a record stands that nobody can read."""
    sender = producer(servers)
    await sender.start()
    try:
        sent = await sender.send_and_wait(BILLS.name, VALUE.encode(), key, 3, headers=[("digest", b"\x01")])
    finally:
        await sender.stop()
    return f"{BILLS.name}[3]@{sent.offset}"


def listed(page: Page, place: str) -> Locator:
    """A letter's row; the audit names its place too."""
    return page.locator(".tabulator-row", has_text=place).filter(has_text="due_on")


def test_a_letter_is_tried_again_and_another_discarded_over_refreshes(  # noqa: PLR0915 - one story, on one started stack
    browser: Browser, servers: str, env: Mapping[str, str], mongo_uri: str, database: str, prefix: str, tmp_path: Path
) -> None:
    """What is typed stays; who is settled leaves the list and every count, also after a reload; files hold the lists."""
    now = datetime.now(UTC)
    of = instance(prefix, "Norte Telecom")
    key = f"{prefix}:7:bill:1".encode()
    place = done_elsewhere(record(servers, key))
    port = {"DASHBOARD_PORT": str(free(1)[0]), "DASHBOARD_LOGIN": "off", "DASHBOARD_REFRESH_SECONDS": "1"}
    held = Sweep(instance=prefix, erp="ixc", kind="bill", sweep="9", phase="held", at=now, known=100, missing=40)
    with closing(Seeded(mongo_uri, database)) as seeded:
        today = now.astimezone(of.clock).date()
        seeded.add(of, clients(1, 20, 5, today), today, now)
        seeded.put("sweeps", [views.sweep(held)])
        bad, other, later = (f"{BILLS.name}[4]@{n}" for n in (70_008, 70_009, 70_010))
        some = [letter(key, place, now), letter(b"x", bad, now), letter(b"x", other, now - timedelta(minutes=5))]
        seeded.put(views.DEAD_LETTERS, some)
        with running("dashboard", {**env, **port}, tmp_path):
            wait_ready(port)
            with tab(browser, DESK) as page:
                page.goto(address(port, "?pagina=operacao"))
                count = page.locator("[data-kpi=dead] .value")
                expect(count).to_have_text("3")
                expect(page.locator("[data-stage=hydrate] .state")).to_contain_text("Funciona")
                command = page.locator(f"[data-held='{prefix}:bill'] code")
                expect(command).to_have_text(f"collector instance believe {prefix} bill")

                listed(page, bad).locator("input[type=checkbox]").click()
                expect(page.locator("pre[data-part='2']")).to_have_text(VALUE)
                expect(page.get_by_role("button", name="Descartar")).to_be_disabled()
                why = page.get_by_label("Motivo do descarte")
                why.fill("corrigido no ERP")
                seeded.put(views.DEAD_LETTERS, [letter(b"x", later, now)])
                expect(count).to_have_text("4")  # a refresh came
                expect(why).to_have_value("corrigido no ERP")
                page.get_by_role("button", name="Descartar").click()
                expect(page.get_by_text("Descartado.")).to_be_visible()
                expect(count).to_have_text("3")
                expect(listed(page, bad)).to_have_count(0)

                listed(page, later).locator("input[type=checkbox]").click()
                again = page.get_by_role("button", name="Tentar de novo")
                again.click()  # a key that names nobody
                expect(page.get_by_text("O provedor dele não existe mais.")).to_be_visible()
                listed(page, place).locator("input[type=checkbox]").click()
                expect(page.locator("pre[data-part='1']")).to_have_text(key.decode())
                again.click()
                expect(page.get_by_text("Ele foi reenviado")).to_be_visible()
                expect(count).to_have_text("2")
                page.reload()
                expect(listed(page, later)).to_have_count(1)
                for gone in (bad, place):
                    expect(listed(page, gone)).to_have_count(0)
                expect(page.locator(".tabulator-row", has_text="Registro ilegível descartado")).to_have_count(1)
                expect(page.locator(".tabulator-row", has_text="Nova tentativa")).to_have_count(2)
            with tab(browser, PHONE) as page:
                page.goto(address(port, "?pagina=operacao"))
                expect(page.locator("[data-kpi=dead] .value")).to_have_text("2")
                assert page.evaluate(SIDEWAYS) <= 0
            files = {
                "registros-ilegiveis": (later, place),
                "auditoria": ("Nova tentativa", "nobody"),
                "etapas": ("hydrate", "nobody"),
                "leituras": ("retida", "nobody"),
            }
            for name, (there, absent) in files.items():
                text = urlopen(address(port, f"{name}.csv")).read().decode()  # noqa: S310 - our own
                assert there in text, name
                assert absent not in text, name
                assert urlopen(address(port, f"{name}.xlsx")).read().startswith(b"PK"), name  # noqa: S310 - the same
        found = seeded.database[views.DEAD_LETTERS].find_one({"place": bad})
        assert found
        assert found["discarded"]["why"] == "corrigido no ERP"
    assert [value for name, value in done_elsewhere(contents(servers, BILLS, prefix)) if name == key] == [VALUE.encode()] * 2
