"""The dashboard's server over a real MongoDB: what it answers, what a refresh costs, and that closed sessions are gone."""

import asyncio
import csv
import gc
import io
import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from bokeh.document import Document
from panel_material_ui.template.base import Page
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest, HTTPResponse
from tornado.websocket import WebSocketClientConnection, websocket_connect

from dashboard.app import serving
from dashboard.facts.refresher import Refresher
from dashboard.settings import Settings
from dashboard.words.labels import DEBTS
from deploy.local.ports import free
from schemas.figures.debts import SUBJECTS
from schemas.reverse_map import Subject
from schemas.runtime.process import BAD_CONFIGURATION
from schemas.views import EPOCHS
from tests.integration.dashboard_expected import Expected
from tests.integration.dashboard_provider import ACCESS, Seeded, clients, instance
from tests.integration.pipeline import PATIENCE_S, Worker, eventually

pytestmark = pytest.mark.integration

NOW = datetime.now(UTC)
NORTE, SUL = instance("norte", "Norte Telecom"), instance("sul", "=Sul")
TODAY = NOW.astimezone(NORTE.clock).date()
IN_NORTE, IN_SUL = clients(1, 120, 40, TODAY), clients(2, 60, 20, TODAY)
CONFIGURATION = "?pagina=configuracao"
SESSIONS = 12
FILES = ("/fila.csv", "/bairros.csv", "/tipos.csv", "/configuracao.csv")
MODELS = 250
BYTES = 40_000
BYTES_OF_A_STAMP = 10_000


@asynccontextmanager
async def dashboard(mongo_uri: str, database: str, every: float = 3_600) -> AsyncIterator[tuple[str, Any, Refresher]]:
    """A dashboard of this process that forgets a closed session at once; refreshed by the test unless told otherwise."""
    settings = Settings.model_validate(
        {
            "mongo_uri": mongo_uri,
            "mongo_database": database,
            "dashboard_port": free(1)[0],
            "dashboard_login": "off",
            "dashboard_refresh_seconds": every,
            "collector_locale": "pt_BR",
        }
    )
    at_once = {"unused_session_lifetime_milliseconds": 500, "check_unused_sessions_milliseconds": 50}
    async with serving(settings, **at_once) as (server, refresher):
        await eventually(lambda: _tried(refresher), "the first refresh")
        yield f"127.0.0.1:{settings.dashboard_port}", server, refresher


async def get(address: str, path: str) -> HTTPResponse:
    return await AsyncHTTPClient().fetch(f"http://{address}{path}", raise_error=False)


class Tab:
    """A browser tab without a browser: Bokeh's websocket protocol over `socket`. `document`: what it was given, as JSON."""

    def __init__(self, socket: WebSocketClientConnection) -> None:
        self.socket = socket
        self.document = ""

    async def load(self) -> None:
        """Take the document over, as a browser does."""
        assert (await self.message())[0] == "ACK"
        await self._send("PULL-DOC-REQ", {})
        kind = "PATCH-DOC"
        while kind == "PATCH-DOC":  # a change that the document already holds
            kind, self.document = await self.message()
        assert kind == "PULL-DOC-REPLY"
        event = {"type": "event", "name": "document_ready", "values": {"type": "map", "entries": []}}
        await self._send("PATCH-DOC", {"events": [{"kind": "MessageSent", "msg_type": "bokeh_event", "msg_data": event}]})
        while (told := await self.message())[0] == "PATCH-DOC":  # the page's own facts, read meanwhile
            self.document += told[1]
        assert told[0] == "OK"

    async def _send(self, kind: str, content: object) -> None:
        for part in ({"msgid": kind, "msgtype": kind}, {}, content):
            await self.socket.write_message(json.dumps(part))

    async def message(self) -> tuple[str, str]:
        """The type and the content of the next message."""
        header, _, content = [str(await self.socket.read_message()) for _ in range(3)]
        for _ in range(json.loads(header).get("num_buffers", 0) * 2):
            await self.socket.read_message()
        return json.loads(header)["msgtype"], content

    @property
    def models(self) -> int:
        """How many Bokeh models the page is made of."""
        return len(set(re.findall(r'"id":"(p\d+|[0-9a-f-]{36})"', self.document)))


@asynccontextmanager
async def tabs(address: str, *queries: str) -> AsyncIterator[list[Tab]]:
    """One open tab for each query of the page's address."""
    async with AsyncExitStack() as closing_all:
        opened = []
        for query in queries:
            page = await get(address, f"/{query}")
            (token,) = re.findall(r'"token":"([^"]+)"', page.body.decode())
            tab = Tab(await websocket_connect(f"ws://{address}/ws", subprotocols=["bokeh", token]))
            closing_all.callback(tab.socket.close)
            await tab.load()
            opened.append(tab)
        yield opened


async def refreshed(refresher: Refresher, opened: list[Tab]) -> list[tuple[str, str]]:
    """All that the tabs are sent from now on until each has the stamp of a new refresh."""
    await refresher.refresh()
    assert refresher.reading.snapshot is not None
    stamp = refresher.reading.snapshot.built_at.isoformat()
    found = []
    for tab in opened:
        while stamp not in (message := await tab.message())[1]:
            found.append(message)
        found.append(message)
    return found


async def _tried(refresher: Refresher) -> bool:
    return bool(refresher.reading.snapshot or refresher.reading.failure)


def _debtors(document: str) -> str:
    """The number on the card of that name."""
    text = (
        document.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace('\\"', '"').replace("&#34;", '"')
    )
    (found,) = re.findall(r"data-figure=debtors.*?<strong class=value[^>]*>([^<]+)</strong>", text, flags=re.DOTALL)
    return found


def _foreign(address: str) -> HTTPRequest:
    return HTTPRequest(f"ws://{address}/ws", headers={"Origin": "http://elsewhere.example"})


@pytest.fixture
def seeded(mongo_uri: str, database: str) -> Iterator[Seeded]:
    """Two providers, 60 debtors."""
    with closing(Seeded(mongo_uri, database)) as found:
        found.add(NORTE, IN_NORTE, TODAY, NOW)
        found.add(SUL, IN_SUL, TODAY, NOW)
        yield found


def alive(kind: type) -> list[object]:
    gc.collect()
    return [one for one in gc.get_objects() if issubclass(type(one), kind)]  # `isinstance` would ask dead weak proxies


@pytest.mark.usefixtures("seeded")
async def test_closed_sessions_leave_nothing_behind(mongo_uri: str, database: str) -> None:
    """The page library keeps every closed session alive without our shim; a new version that does so again fails here."""
    async with dashboard(mongo_uri, database) as (address, server, refresher):
        documents = len(alive(Document))
        others = alive(Page)  # of servers that other tests stopped with their sessions open; held, so that the count stands

        async def opened() -> bool:
            return refresher.sessions == len(alive(Page)) - len(others) == len(server.get_sessions()) == SESSIONS

        async with tabs(address, *["", CONFIGURATION] * (SESSIONS // 2)):
            # On a busy machine a session is forgotten before its tab connects, which opens another
            await eventually(opened, "the sessions of the tabs and no other")
            await refresher.refresh()

        async def gone() -> bool:
            return not server.get_sessions() and len(alive(Page)) == len(others)

        await eventually(gone, "the end of the sessions")
        assert refresher.sessions == 0
        assert len(alive(Document)) <= documents


async def test_one_refresh_is_one_small_message_a_session(seeded: Seeded, mongo_uri: str, database: str) -> None:
    """Sessions share one reading; a tab gets one patch of what differs, and nothing of another's busy state."""
    async with dashboard(mongo_uri, database) as (address, _, refresher), tabs(address, "", "", "") as opened:
        assert all(20 < tab.models <= MODELS for tab in opened)

        async def read() -> bool:
            return bool(refresher.reading.pages)

        await eventually(read, "the page's own facts")
        await refreshed(refresher, opened)
        seeded.add(NORTE, clients(9, 120, 90, TODAY), TODAY, NOW)
        everything = await refreshed(refresher, opened)
        stamp = await refreshed(refresher, opened)

        assert len(everything) == len(stamp) == len(opened)
        assert {kind for kind, _ in (*everything, *stamp)} == {"PATCH-DOC"}
        assert all("data-figure" in content for _, content in everything)
        assert max(len(content) for _, content in everything) < BYTES
        assert all("data-figure" not in content and len(content) < BYTES_OF_A_STAMP for _, content in stamp)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(opened[0].message(), 0.5)


@pytest.mark.usefixtures("seeded")
async def test_a_link_opens_the_provider_that_it_names(mongo_uri: str, database: str) -> None:
    """And one that is gone opens nobody's numbers, least of all everybody's."""
    queries = ("", "?instancia=norte", "?instancia=gone")
    async with dashboard(mongo_uri, database) as (address, _, _refresher), tabs(address, *queries) as opened:
        assert [_debtors(tab.document) for tab in opened[:2]] == ["60", "40"]
        assert "existe" in opened[2].document
        assert "data-figure" not in opened[2].document
        answers = [await get(address, f"{path}?instancia=gone") for path in FILES]
        assert [answer.code for answer in answers] == [404] * len(FILES)
        assert not any(b"Norte" in answer.body for answer in answers)


@pytest.mark.usefixtures("seeded")
async def test_health_checks_tell_nothing_but_health(mongo_uri: str, database: str) -> None:
    """Ready only with a snapshot; the process is alive all the same."""
    async with dashboard(mongo_uri, database) as (address, _, _refresher):
        ready, healthy = await get(address, "/readyz"), await get(address, "/healthz")

    assert set(json.loads(ready.body)) == {"snapshot_age_seconds", "sessions"}
    assert set(json.loads(healthy.body)) == {"process"}


async def test_while_a_view_is_read_anew_the_page_says_so(seeded: Seeded, mongo_uri: str, database: str) -> None:
    async with dashboard(mongo_uri, database) as (address, _, refresher):
        assert refresher.reading.snapshot is not None
        assert refresher.reading.snapshot.refills == ()
        share = {"_id": "queue:3", "view": "queue", "next": 10, "until": 4_210}
        seeded.database[EPOCHS].insert_one(share)
        await refresher.refresh()
        async with tabs(address, "") as (tab,):
            assert "4.200 registros" in tab.document
            assert "stamp late" in tab.document
        seeded.database[EPOCHS].update_one({"_id": "queue:3"}, {"$set": {"until": None}})
        await refresher.refresh()
        async with tabs(address, "") as (tab,):
            assert "4.200 registros" not in tab.document
            assert "stamp fresh" in tab.document


async def test_without_mongodb_the_page_opens_and_says_so() -> None:
    """Nothing listens on port 1."""
    away = "mongodb://127.0.0.1:1/?directConnection=true&serverSelectionTimeoutMS=200"
    async with dashboard(away, "collector") as (address, _, _refresher), tabs(address, "?instancia=norte") as (tab,):
        answers = [await get(address, path) for path in ("/readyz", *FILES)]
        document = tab.document

    assert [answer.code for answer in answers] == [503] * len(answers)
    assert "ServerSelectionTimeoutError" not in document
    assert "MongoDB n" in document
    assert "chame o operador" in document


async def test_a_tab_that_closes_takes_its_count_along() -> None:
    """Nothing listens on port 1, so that it would end by itself after twenty seconds."""
    away = "mongodb://127.0.0.1:1/?directConnection=true&serverSelectionTimeoutMS=20000"

    async with dashboard(away, "collector") as (address, _, _refresher):
        async with tabs(address, CONFIGURATION):
            (count,) = [task for task in asyncio.all_tasks() if "Session._ask" in repr(task)]
        await asyncio.wait([count])

    assert count.cancelled()


async def test_a_port_that_is_taken_ends_the_process_with_the_variables_name(
    mongo_uri: str, database: str, tmp_path: Path
) -> None:
    """One readable line instead of a traceback."""
    async with dashboard(mongo_uri, database) as (address, _, _refresher):
        port = address.partition(":")[2]
        env = {"MONGO_URI": mongo_uri, "DASHBOARD_PORT": port, "DASHBOARD_LOGIN": "off"}
        worker = Worker("dashboard", env, tmp_path, "0")
        code = await asyncio.to_thread(worker.process.wait, 60)

    assert code == BAD_CONFIGURATION
    assert f"DASHBOARD_PORT {port} cannot be used" in worker.log.read_text()
    assert "Traceback" not in worker.log.read_text()


@pytest.mark.usefixtures("seeded")
async def test_every_answer_carries_the_policy_and_the_page_its_language(mongo_uri: str, database: str) -> None:
    """No eval, nothing from elsewhere, nobody's frame; Panel's own files included. A page with numbers is never kept."""
    async with dashboard(mongo_uri, database) as (address, _, _refresher):
        page = await get(address, "/")
        (script, *_) = re.findall(r'src="(static/[^"]+\.js[^"]*)"', page.body.decode())
        answers = [page, await get(address, f"/{script}"), await get(address, "/healthz"), await get(address, "/nothing")]

    for answer in answers:
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe-eval" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert (page.headers["Cache-Control"], "no-store" in answers[1].headers.get("Cache-Control", "")) == ("no-store", False)
    assert '<html lang="pt-BR"' in page.body.decode()
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page.body.decode())


@pytest.mark.usefixtures("seeded")
async def test_the_file_holds_the_whole_queue_in_order(mongo_uri: str, database: str) -> None:
    """Of one provider or of all; a title that a spreadsheet would run is escaped."""
    async with dashboard(mongo_uri, database) as (address, _, _refresher):
        everybody, sul = [await get(address, path) for path in ("/fila.csv", "/fila.csv?instancia=sul")]

    scores = [int(line[10]) for line in lines(everybody)[1:]]
    ready = {
        of.name: sum(not found.holds for _, found in Expected(of, some, TODAY, NOW).places)
        for of, some in ((NORTE, IN_NORTE), (SUL, IN_SUL))
    }
    assert len(scores) == sum(ready.values()) > 20
    assert scores == sorted(scores, reverse=True)
    assert [line[1] for line in lines(sul)[1:]] == ["'=Sul"] * ready["sul"]
    assert {line[5] for line in lines(everybody)[1:]} == {term for _, _, term in ACCESS}
    assert everybody.headers["Content-Disposition"].startswith('attachment; filename="fila-')


def lines(answer: HTTPResponse) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.body.decode("utf-8-sig")), delimiter=";"))


@pytest.mark.usefixtures("seeded")
@pytest.mark.parametrize("subject", SUBJECTS)
async def test_the_files_of_a_breakdown_hold_every_name(mongo_uri: str, database: str, subject: Subject) -> None:
    """Of one provider, or of both under one name each; to the cent what Python counts."""
    path = f"/{DEBTS[subject].file}.csv"
    norte, both = (Expected(NORTE, some, TODAY, NOW).debts(subject) for some in (IN_NORTE, [*IN_NORTE, *IN_SUL]))
    async with dashboard(mongo_uri, database) as (address, _, _refresher):
        answers = [await get(address, path + query) for query in ("?instancia=norte", "")]

    for answer, expected in zip(answers, (norte, both), strict=True):
        found = [(name, int(debtors), int(bills), amount) for name, debtors, bills, amount in lines(answer)[1:]]
        assert found == [(name, *counts, f"{cents // 100},{cents % 100:02}") for name, (*counts, cents) in expected.items()]
    assert answers[0].headers["Content-Disposition"].startswith(f'attachment; filename="{DEBTS[subject].file}-')


async def test_the_file_of_the_configuration_holds_what_is_not_mapped(seeded: Seeded, mongo_uri: str, database: str) -> None:
    """Counted when it is asked for, by the reverse map that is in force: within a minute the same."""
    async with dashboard(mongo_uri, database) as (address, _, _refresher):
        first, sul = [await get(address, f"/configuracao.csv{query}") for query in ("", "?instancia=sul")]
        seeded.database["instances"].update_one({"_id": "norte"}, {"$set": {"reverse.bairro": {}}})
        again = await get(address, "/configuracao.csv")

    found = {(title, what, shown) for title, _, what, shown, *_ in lines(first)[1:]}
    assert {("Norte Telecom", "Bairro", "Vila B"), ("'=Sul", "Código desconhecido", "Situação da conexão")} <= found
    assert ("Norte Telecom", "Bairro", "Centro") not in found
    assert {title for title, *_ in lines(sul)[1:]} == {"'=Sul"}
    assert lines(again) == lines(first)


async def test_the_page_of_the_configuration_counts_while_it_is_open(seeded: Seeded, mongo_uri: str, database: str) -> None:
    """And fills by itself; a refresh then counts anew, and sends what differs."""
    async with (
        dashboard(mongo_uri, database) as (address, _, refresher),
        tabs(address, CONFIGURATION, f"{CONFIGURATION}&instancia=sul") as opened,
    ):
        seen = [tab.document if "Contado" in tab.document else (await tab.message())[1] for tab in opened]
        seeded.add(NORTE, clients(9, 120, 90, TODAY), TODAY, NOW)
        await refresher.refresh()
        assert "data-findings=norte" in (await opened[0].message())[1]

    assert [("data-findings=norte" in text, "data-findings=sul" in text) for text in seen] == [(True, True), (False, True)]


async def test_the_page_of_the_configuration_is_counted_again_while_it_is_open(
    seeded: Seeded, mongo_uri: str, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With each refresh; what one page counted serves all for a minute, here for no time."""
    monkeypatch.setattr("dashboard.facts.counting.GOOD_FOR", timedelta(0))
    async with dashboard(mongo_uri, database) as (address, _, refresher), tabs(address, CONFIGURATION) as (opened,):
        seen = opened.document
        while "data-findings=norte" not in seen:  # the snapshot's may come before
            seen = (await asyncio.wait_for(opened.message(), PATIENCE_S))[1]
        seeded.database["debtors"].update_many({"instance": "norte"}, {"$set": {"client.bairro": "ZZYZX"}})
        await refresher.refresh()
        anew = ""
        while "Zzyzx" not in anew:
            anew = (await asyncio.wait_for(opened.message(), PATIENCE_S))[1]

    assert "Zzyzx" not in seen


@pytest.mark.usefixtures("seeded")
async def test_a_page_of_another_origin_gets_no_websocket(mongo_uri: str, database: str) -> None:
    """Only DASHBOARD_ORIGINS may open one."""
    async with dashboard(mongo_uri, database) as (address, _, _refresher):
        with pytest.raises(HTTPClientError, match="403"):
            await websocket_connect(_foreign(address), subprotocols=["bokeh", "x"])
