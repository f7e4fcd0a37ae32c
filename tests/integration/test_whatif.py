"""Other rules on the days behind us, from real topics: on the command line, and on the page before they are saved."""

import csv
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from pydantic import SecretStr
from pymongo import MongoClient

from deploy.local.ports import free
from schemas.codec import encode
from schemas.instances import Rules
from schemas.keys import debtor_key, partition_of, row_key
from schemas.runtime.kafka import producer
from schemas.runtime.secrets import person_hash
from schemas.suppression import SUPPRESSED, Suppressed, client_text
from schemas.topics import PLACED, REQUESTS, ROW_TOPICS
from schemas.views import INSTANCES, Document
from tests.integration.command import Collector
from tests.integration.dashboard_provider import instance
from tests.integration.dashboard_tab import DESK, address, tab, wait_ready
from tests.integration.pipeline import SECRETS, contents, done_elsewhere, row, running

pytestmark = [pytest.mark.integration, pytest.mark.browser]

NOW = datetime.now(UTC)
READ = NOW - timedelta(days=12)
LATE = {"1": 20, "2": 24, "3": 5}
"""Days late, now: the last one is not ripe under the default of 7."""


async def read_by_the_poller(servers: str, name: str) -> None:
    """Clients and bills, as they were published 12 days ago."""
    sender = producer(servers)
    await sender.start()
    try:
        for code, late in LATE.items():
            due = (NOW - timedelta(days=late)).date().isoformat()
            phone = f"(82) 99999-000{code}"
            for event in (
                row(name, "client", code, code, person=code * 32, telefone_celular=phone, uf=""),
                row(name, "bill", code, f"b{code}", data_vencimento=due),
            ):
                topic = ROW_TOPICS[event.kind]
                await sender.send_and_wait(
                    topic.name,
                    encode(event.model_copy(update={"seen_at": READ})),
                    row_key(name, code, event.kind, event.id),
                    partition_of(debtor_key(name, code), topic.partitions),
                    round(READ.timestamp() * 1000),
                )
    finally:
        await sender.stop()


def told_in_portuguese_why_not(page: Page, of_one_never_read: str) -> None:
    page.goto(of_one_never_read)
    page.get_by_role("radio", name="JSON", exact=True).click()
    json = page.get_by_label("O provedor em JSON")
    json.fill(json.input_value().replace('"min_days_overdue": 7', '"min_days_overdue": 1'))
    page.get_by_role("button", name="O que teria acontecido?").click()
    expect(page.get_by_text("Não foi possível comparar as regras.")).to_be_visible()
    expect(page.get_by_text("Nada foi lido ainda do ERP deste provedor")).to_be_visible()


def listed(name: str, code: str) -> Document:
    """Who was erased, though rows of his are there."""
    key = SecretStr(SECRETS["COLLECTOR_PERSON_KEY"])
    hashed = person_hash(client_text(name, code), key)
    return Suppressed(hash=hashed, what="client", person="-", instance=name, since=READ).document


def without_the_erased(collector: Collector, name: str, codes: Collection[str]) -> None:
    """Also where older rows of theirs are still there; who cannot tell them apart says so."""
    asked = ("whatif", "--rules", "rules.json", "--instance", name, "--output", "left.csv")
    said = collector(*asked)
    assert said.returncode == 0, said.stderr
    with (collector.folder / "left.csv").open(newline="", encoding="utf-8") as file:
        assert {line["code"] for line in csv.DictReader(file)} == set(codes)
    keyless = collector(*asked, COLLECTOR_PERSON_KEY="")
    assert (keyless.returncode, len(keyless.stderr.strip().splitlines())) == (2, 1), keyless.stderr
    assert "COLLECTOR_PERSON_KEY" in keyless.stderr


def test_rules_are_tried_out_and_nobody_is_rung(
    browser: Browser, servers: str, env: Mapping[str, str], mongo_uri: str, database: str, prefix: str, tmp_path: Path
) -> None:
    """A younger debt is called under the others only; the page says the same, drops what is cancelled, saves nothing."""
    of = instance(prefix, "Norte Telecom").model_copy(update={"rules": Rules(call_on_holidays=True)})
    done_elsewhere(read_by_the_poller(servers, prefix))
    with MongoClient(mongo_uri) as client:
        instances = client[database][INSTANCES]
        instances.insert_one({"_id": prefix, **of.model_dump(mode="json")})
        unread = instance(f"{prefix}b", "Sul Telecom").model_copy(update={"rules": of.rules})
        instances.insert_one({"_id": unread.name, **unread.model_dump(mode="json")})
        before = instances.find_one({"_id": prefix})

        (tmp_path / "rules.json").write_text('{"rules": {"min_days_overdue": 1}}')
        collector = Collector(tmp_path, {**env, **SECRETS})
        said = collector("whatif", "--rules", "rules.json", "--instance", prefix, "--output", "who.csv")
        assert said.returncode == 0, said.stderr
        assert f"from {READ:%Y-%m-%d %H:%M}Z" in said.stderr  # nothing was read before
        assert "a usual mix" not in said.stdout
        with (tmp_path / "who.csv").open(newline="", encoding="utf-8") as file:
            who = {line["code"]: line for line in csv.DictReader(file)}
        assert who.keys() == LATE.keys()
        assert (who["3"]["calls_now"], who["3"]["holds_fallen_away"]) == ("0", "too_early")
        assert all(int(who[code]["calls_then"]) > 0 for code in LATE)
        client[database][SUPPRESSED].insert_one(listed(prefix, "1"))
        without_the_erased(collector, prefix, LATE.keys() - {"1"})
        wrong = collector("whatif", "--rules", "who.csv", "--instance", prefix)
        assert (wrong.returncode, "no JSON" in wrong.stderr) == (2, True)

        port = {"DASHBOARD_PORT": str(free(1)[0]), "DASHBOARD_LOGIN": "off", "DASHBOARD_REFRESH_SECONDS": "1"}
        with running("dashboard", {**env, **port}, tmp_path), tab(browser, DESK) as page:
            wait_ready(port)
            page.goto(address(port, f"?pagina=instancias&instancia={prefix}"))
            page.get_by_role("radio", name="JSON", exact=True).click()
            json = page.get_by_label("O provedor em JSON")
            begin = page.get_by_role("button", name="O que teria acontecido?")
            expect(begin).to_be_hidden()
            json.fill(json.input_value().replace('"min_days_overdue": 7', '"min_days_overdue": 1'))
            expect(begin).to_be_visible()
            page.get_by_role("radio", name="90 dias").click()
            begin.click()
            page.get_by_role("button", name="Cancelar").click()
            expect(page.locator("[data-what-if=progress]")).to_have_count(0)
            expect(begin).to_be_enabled()
            page.get_by_role("radio", name="30 dias").click()
            begin.click()
            expect(page.locator("[data-figure-line=debtors] td")).to_have_text(["2", "3", "+1"])
            expect(page.locator("[data-hold-line=too_early] td").nth(3)).to_have_text("1")
            page.screenshot(path=tmp_path / "whatif.png", full_page=True)
            json.fill(json.input_value().replace('"min_days_overdue": 1', '"min_days_overdue": 7'))
            expect(begin).to_be_hidden()
            told_in_portuguese_why_not(page, address(port, f"?pagina=instancias&instancia={unread.name}"))
        assert instances.find_one({"_id": prefix}) == before
    for topic in (REQUESTS, PLACED):
        assert done_elsewhere(contents(servers, topic, prefix)) == []
