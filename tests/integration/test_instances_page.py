"""The page "Instances" on a real MongoDB: what is saved or refused, what a restart leaves of a form."""

from collections.abc import AsyncIterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import orjson
import pytest
import pytest_asyncio
from cryptography.fernet import Fernet
from playwright.sync_api import Browser, expect
from pydantic import SecretStr

from dashboard.drafts.desk import Desk
from dashboard.drafts.draft import Draft, edited, of_new, of_stored, secret
from dashboard.drafts.judged import Ready, ready
from dashboard.drafts.kept import DRAFTS, KEPT
from dashboard.drafts.shape import fields
from deploy.local.ports import free
from schemas.audit import AUDIT
from schemas.runtime.arming import PABX_TESTS
from schemas.runtime.instance_store import REMOVALS
from schemas.runtime.mongo import connect
from schemas.runtime.restores import RESTORES
from schemas.runtime.secrets import seal, unseal
from schemas.runtime.settings import MongoSettings
from schemas.views import INSTANCES
from tests.integration.dashboard_provider import Seeded, clients, instance
from tests.integration.dashboard_tab import DESK, address, tab, wait_ready
from tests.integration.pipeline import running

pytestmark = pytest.mark.integration

NOW = datetime.now(UTC)
KEY = SecretStr(Fernet.generate_key().decode())
TOKEN = "17:a-secret-of-a-test"  # noqa: S105 - opens nothing


@pytest_asyncio.fixture
async def desk(mongo_uri: str, database: str) -> AsyncIterator[Desk]:
    """Of Ana, over one stored instance with a sealed token."""
    connected = connect(MongoSettings(mongo_uri=mongo_uri, mongo_database=database))
    made = instance("norte", "Norte Telecom").model_dump(mode="json")
    await connected[INSTANCES].insert_one({"_id": "norte", **made, "erp": {**made["erp"], "token": seal(TOKEN, KEY)}})
    yield Desk(connected, lambda: datetime.now(UTC), KEY, "user:ana")
    await connected.client.close()


def typed(draft: Draft, path: str, text: str) -> Draft:
    return edited(draft, next(each for each in fields(draft.fields) if each.path == path), text)


async def compared(desk: Desk, draft: Draft) -> Ready:
    found = ready(draft, await desk.stored("norte") if draft.base is not None else None)
    assert isinstance(found, Ready)
    return found


async def test_only_what_was_looked_at_is_overwritten(desk: Desk) -> None:
    """Who saves over somebody else's newer change is told, and shown the comparison anew; then both changes stand."""
    stored = await desk.stored("norte")
    assert stored is not None
    mine = typed(of_stored(stored), "title", "Mine")
    looked_at = await compared(desk, mine)
    bruno = replace(desk, by="user:bruno")
    assert await bruno.save(await compared(bruno, typed(of_stored(stored), "rules.per_day", "2")), secrets=False) == "done"

    assert await desk.save(looked_at, secrets=False) == "changed"
    last = await desk.changed_by("norte")
    assert last is not None
    assert (last.by, last.what) == ("user:bruno", "rules.per_day")
    again = await compared(desk, mine)
    assert again.moved
    assert [row["field"] for row in again.rows] == ["title"]
    assert await desk.save(again, secrets=False) == "done"

    after = await desk.stored("norte")
    assert after is not None
    assert (after["title"], after["rules"]["per_day"]) == ("Mine", 2)
    assert unseal(after["erp"]["token"], KEY) == TOKEN
    entries = await desk.database[AUDIT].find().sort("at").to_list()
    assert [(one["by"], one["action"]) for one in entries] == [
        ("user:bruno", "instance_changed"),
        ("user:ana", "instance_changed"),
    ]


async def test_a_new_instance_is_not_armed_and_takes_no_other_name(desk: Desk) -> None:
    """Its token is sealed under the key that the stages know; with another key nothing is saved."""
    stored = await desk.stored("norte")
    assert stored is not None
    given = {**of_stored(stored).fields, "name": "sul"}
    given["pabx"] = {"control": {"kind": "ari", "url": "http://127.0.0.1:1/ari", "user": "u"}, "app": "a", "armed": True}
    draft = secret(of_new("sul", given), "erp.token", TOKEN, desk.seal)
    assert (
        await replace(desk, key=SecretStr(Fernet.generate_key().decode())).save(await compared(desk, draft), secrets=True)
        == "another_key"
    )
    assert await desk.save(await compared(desk, draft), secrets=True) == "done"
    assert await desk.save(await compared(desk, draft), secrets=True) == "taken"
    made = await desk.stored("sul")
    assert made is not None
    assert made["pabx"]["armed"] is False
    assert unseal(made["erp"]["token"], KEY) == TOKEN

    await desk.database[REMOVALS].insert_one({"_id": "oeste"})
    west = of_new("oeste", {**draft.fields, "name": "oeste"})
    assert await desk.save(await compared(desk, secret(west, "erp.token", TOKEN, desk.seal)), secrets=True) == "removing"


async def test_arming_asks_for_what_the_command_line_asks_for(desk: Desk) -> None:
    """A call over the same route; disarming asks for nothing. A removal is paused and written down, not done."""
    pabx = {"control": {"kind": "ari", "url": "http://127.0.0.1:1/ari", "user": "u"}, "app": "a"}
    await desk.database[INSTANCES].update_one({"_id": "norte"}, {"$set": {"pabx": None}})
    assert await desk.arm("norte") == "no_pabx"
    await desk.database[INSTANCES].update_one({"_id": "norte"}, {"$set": {"pabx": pabx}})
    assert await desk.arm("norte") == "unproven"
    stored = await desk.stored("norte")
    assert stored is not None
    route = "ari 127.0.0.1:1 PJSIP/{national}@trunk  s a"
    await desk.database[PABX_TESTS].insert_one({"_id": "norte", "route": route})
    restored = {"_id": "01BACKUP", "at": NOW, "done": NOW}
    await desk.database[RESTORES].insert_one(restored)
    assert await desk.arm("norte") == "restored", "calls of after the backup are in no ledger"
    assert await desk.stored("norte") == stored
    assert await replace(desk, clock=lambda: NOW + timedelta(days=8)).arm("norte") == "done"
    armed = await desk.stored("norte")
    assert armed is not None
    assert armed["pabx"]["armed"] is True
    elsewhere = await compared(desk, typed(of_stored(armed), "pabx.app", "other"))
    assert elsewhere.after["pabx"]["armed"] is False

    assert await desk.disarm("norte") == "done"
    assert await desk.ask_removal("norte") == "done"
    after = await desk.stored("norte")
    assert after is not None
    assert (after["pabx"]["armed"], after["paused"]) == (False, True)
    actions = [one["action"] for one in await desk.database[AUDIT].find().sort("_id").to_list()]
    assert actions == ["arm", "disarm", "instance_changed", "removal_asked"]


async def test_who_may_not_act_changes_nothing(desk: Desk) -> None:
    stored = await desk.stored("norte")
    assert stored is not None
    viewer = replace(desk, may_act=False)
    found = await compared(desk, typed(of_stored(stored), "title", "Mine"))
    for asked in (viewer.save(found, secrets=False), viewer.pause("norte", paused=True), viewer.disarm("norte")):
        with pytest.raises(PermissionError):
            await asked
    assert await desk.stored("norte") == stored


async def test_a_draft_is_kept_sealed_for_its_reader(desk: Desk) -> None:
    """Word for word, broken JSON and a new secret too; another reader, and another key, have none of it."""
    stored = await desk.stored("norte")
    assert stored is not None
    draft = secret(replace(of_stored(stored), text='{"title": "half-ty', mode="json"), "erp.token", TOKEN, desk.seal)
    assert desk.drafts is not None
    await desk.drafts.keep(draft, NOW)
    assert await desk.drafts.all() == {"norte": draft}
    assert await replace(desk.drafts, user="user:bruno").all() == {}
    assert await replace(desk.drafts, key=SecretStr(Fernet.generate_key().decode())).all() == {}
    kept = str(await desk.database[DRAFTS].find().to_list())
    assert "half-ty" not in kept
    assert TOKEN not in kept
    indexes = await desk.database[DRAFTS].index_information()
    assert indexes["at_1"]["expireAfterSeconds"] == KEPT.total_seconds()
    await desk.drafts.drop("norte")
    assert await desk.drafts.all() == {}


@pytest.fixture
def env(mongo_uri: str, database: str) -> Mapping[str, str]:
    """A dashboard that refreshes every second."""
    port = str(free(1)[0])
    given = {"MONGO_URI": mongo_uri, "MONGO_DATABASE": database, "COLLECTOR_SECRET_KEY": KEY.get_secret_value()}
    return {**given, "DASHBOARD_PORT": port, "DASHBOARD_LOGIN": "off", "DASHBOARD_REFRESH_SECONDS": "1"}


@pytest.mark.browser
def test_a_half_typed_form_survives_toggle_refresh_and_restart(  # noqa: PLR0915 - one story, on one started stack
    browser: Browser, env: Mapping[str, str], mongo_uri: str, database: str, tmp_path: Path
) -> None:
    """To the last key, without a click elsewhere; then it is compared, saved, and the secret was never on the page."""
    of = instance("norte", "Norte Telecom")
    today = NOW.astimezone(of.clock).date()
    with closing(Seeded(mongo_uri, database)) as seeded:
        seeded.add(of, clients(1, 60, 20, today), today, NOW)
        sealed = seal(TOKEN, KEY)
        seeded.database[INSTANCES].update_one({"_id": "norte"}, {"$set": {"erp.token": sealed}})
    said: list[str] = []
    with tab(browser, DESK) as page:
        page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: said.append(str(frame))))
        with running("dashboard", env, tmp_path):
            wait_ready(env)
            page.goto(address(env, "?pagina=instancias"))
            expect(page.locator("[data-listed='1'] [data-instance=norte] td.number").nth(1)).to_have_text("20")
            page.get_by_role("link", name="Norte Telecom", exact=True).click()
            title, json = page.get_by_label("Título", exact=True), page.get_by_label("O provedor em JSON")
            expect(title).to_have_value("Norte Telecom")
            title.press("End")
            title.press_sequentially(" X")
            page.get_by_label("DDD").fill("8")
            expect(page.locator(".listed")).to_contain_text("rascunho não salvo")
            page.get_by_role("radio", name="Conexão com o ERP").click()
            page.get_by_label("Token", exact=True).fill(TOKEN)
            page.get_by_label("Token", exact=True).blur()
            expect(page.get_by_text("•••• novo, ainda não salvo")).to_be_visible()
            expect(page.get_by_label("Token", exact=True)).to_have_value("")
            page.get_by_role("radio", name="JSON", exact=True).click()
            text = json.input_value()
            assert '"title": "Norte Telecom X"' in text
            json.fill(text.replace('"ddd": "8"', '"ddd": "8') + "  half-typed")
            expect(page.get_by_text("Não dá para ler o JSON")).to_be_visible()
            half = json.input_value()
            page.get_by_role("radio", name="Formulário", exact=True).click()
            expect(page.get_by_text("volta a aceitar mudanças")).to_be_visible()
            page.get_by_role("radio", name="JSON", exact=True).click()
            expect(json).to_have_value(half)
            page.reload()
            expect(json).to_have_value(half)
        with running("dashboard", env, tmp_path):
            wait_ready(env)
            page.reload()
            expect(json).to_have_value(half)
            json.fill(text)
            page.get_by_role("radio", name="Formulário", exact=True).click()
            page.get_by_role("radio", name="Dados do provedor").click()
            expect(page.get_by_text("Não está escrito como deve.")).to_be_visible()
            expect(page.get_by_role("button", name="Comparar e salvar…")).to_be_disabled()
            page.get_by_label("DDD").fill("82")
            page.get_by_role("button", name="Comparar e salvar…").click()
            expect(page.locator("[data-change='erp.token']")).to_contain_text("alterado")
            expect(page.locator("[data-change=title]")).to_contain_text("Norte Telecom X")
            page.get_by_role("button", name="Salvar estas mudanças").click()
            expect(page.get_by_text("Salvo.")).to_be_visible()
            file = orjson.loads(urlopen(address(env, "instancias.json?instancia=norte")).read())  # noqa: S310 - our own
            with pytest.raises(HTTPError):
                urlopen(address(env, "instancias.json?instancia=nobody"))  # noqa: S310 - our own
    with closing(Seeded(mongo_uri, database)) as seeded:
        stored = seeded.database[INSTANCES].find_one({"_id": "norte"})
        assert (stored["title"], stored["ddd"], unseal(stored["erp"]["token"], KEY)) == ("Norte Telecom X", "82", TOKEN)
        assert seeded.database[DRAFTS].count_documents({}) == 0
    assert (file[0]["title"], "token" in file[0]["erp"]) == ("Norte Telecom X", False)
    assert said
    assert not [frame for frame in said if TOKEN in frame or sealed in frame or stored["erp"]["token"] in frame]
