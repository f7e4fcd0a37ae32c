"""Who may see what, on the real server over a real MongoDB: logins, roles, masked people, foreign hosts."""

import asyncio
import base64
import re
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from http import HTTPStatus
from itertools import product

import pytest
from httpx import Response
from tornado.websocket import WebSocketClientConnection, WebSocketHandler

from dashboard.access.access import ENDED
from dashboard.access.reveal import reveal
from dashboard.access.rules import OPEN
from dashboard.access.who import User
from deploy import users
from deploy.compose.judge import Judge
from schemas.audit import AUDIT
from schemas.errors import RetryLater, StopWorker
from schemas.runtime.mongo import connect
from schemas.runtime.settings import MongoSettings
from tests.integration.dashboard_provider import Seeded, clients, instance
from tests.integration.dashboard_visitor import PASSWORD, Visitor, guarded, known
from tests.integration.pipeline import PATIENCE_S, eventually

pytestmark = pytest.mark.integration

NOW = datetime.now(UTC)
NORTE = instance("norte", "Norte Telecom")
TODAY = NOW.astimezone(NORTE.clock).date()
IN_NORTE = clients(1, 40, 12, TODAY)
FILES = ("/fila.csv", "/bairros.csv", "/tipos.csv", "/configuracao.csv")
FOREIGN = ("evil.example", "evil.example:8501", "127.0.0.1.evil.example", "localhost.", "")
REFUSED = {HTTPStatus.FORBIDDEN, HTTPStatus.FOUND}


@pytest.fixture
def seeded(mongo_uri: str, database: str) -> Iterator[Seeded]:
    """One provider, twelve debtors."""
    with closing(Seeded(mongo_uri, database)) as found:
        found.add(NORTE, IN_NORTE, TODAY, NOW)
        yield found


def example(pattern: str) -> str:
    """A path that the route's regular expression matches."""
    plain = {"/?": "/", "\\.": ".", "(?!extensions/)": "", "(.*)": "js/bokeh.min.js"}
    path = pattern.removesuffix("$")
    for part, means in plain.items():
        path = path.replace(part, means)
    path = re.sub(r"\((\w[\w-]*)(?:\|[^)]*)?\)", r"\1", path)  # of several words the first
    assert re.fullmatch(pattern, path), pattern
    return path


@pytest.mark.usefixtures("seeded")
async def test_every_route_is_closed_to_strangers_and_to_foreign_names(mongo_uri: str, database: str) -> None:
    """Of the server's own table, so that none can be forgotten: nothing but health and login answers."""
    await known(mongo_uri, database, ana="admin")
    async with guarded(mongo_uri, database) as (page, server), Visitor(page) as stranger:
        rules = server._tornado.wildcard_router.rules
        routes = [(example(rule.matcher.regex.pattern), rule.target) for rule in rules]
        paths = {path for path, _ in routes}
        assert {"/", "/ws", "/metadata", "/autoload.js", "/static/js/bokeh.min.js", *FILES} <= paths
        assert paths > OPEN

        for path, handler in routes:
            for accept, method in product(("text/html", "*/*"), ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS")):
                answer = await stranger.http.request(method, path, headers={"Accept": accept})
                if path in OPEN and method in {"GET", "HEAD"}:
                    assert answer.status_code in {200, 302, 405}, path  # a logout without a login goes to it
                else:
                    assert answer.status_code in {*REFUSED, 405}, (path, method)
                assert not re.search("Traceback|Error|Exception", answer.text), path
            if issubclass(handler, WebSocketHandler):
                assert await stranger.socket("any") == HTTPStatus.FORBIDDEN
        for path in ("/", "/fila.csv", "/static/js/bokeh.min.js", "/liveness", "/admin", "/rest/session_info", "/nowhere"):
            answer = await stranger.get(f"{path}?instancia=norte")
            assert answer.status_code == HTTPStatus.FOUND
            assert answer.headers["location"].startswith("/login?next=%2F")
        for path, name in product(paths, FOREIGN):
            refused = await stranger.get(path, Host=name)
            assert refused.status_code in {HTTPStatus.MISDIRECTED_REQUEST, HTTPStatus.BAD_REQUEST}, (path, name)
            assert "frame-ancestors 'none'" in refused.headers.get("Content-Security-Policy", "frame-ancestors 'none'")
        for name in ("localhost", "LOCALHOST:1", "127.0.0.1", "[::1]:8501"):
            assert (await stranger.get("/healthz", Host=name)).status_code == HTTPStatus.OK


@pytest.mark.usefixtures("seeded")
async def test_a_role_decides_what_is_seen(mongo_uri: str, database: str) -> None:
    """On the server: files, pages, websockets. A viewer's people are masked; a page's token tells nothing of its login."""
    settings = await known(mongo_uri, database, vera="viewer", otto="operator")
    async with guarded(mongo_uri, database) as (page, _), Visitor(page) as viewer, Visitor(page) as operator:
        assert (await viewer.log_in("vera")).headers["location"] == "/"
        assert (await operator.log_in(" OTTO ", next="/fila.csv")).headers["location"] == "/fila.csv"

        assert [(await viewer.get(path)).status_code for path in FILES] == [200, 200, 200, 403]
        assert (await operator.get("/configuracao.csv")).status_code in {HTTPStatus.OK, HTTPStatus.SERVICE_UNAVAILABLE}
        masked, full = (await viewer.get("/fila.csv")).text, (await operator.get("/fila.csv")).text
        names = [line.split(";")[3] for line in full.splitlines()[1:]]
        assert names
        assert not [name for name in names if name in masked]
        assert masked.count("•••••") >= len(names)
        missing = await viewer.get("/nowhere")
        assert (missing.status_code, "Esta página não existe" in missing.text) == (404, True)

        of_viewer, of_operator = await viewer.token(), await operator.token()
        inside = base64.urlsafe_b64decode(of_operator.partition(".")[0] + "===")
        assert operator.cookie
        assert operator.cookie.encode() not in inside
        assert b"collector_login" not in inside
        assert await viewer.socket(of_operator) == HTTPStatus.FORBIDDEN
        mine = await viewer.socket(of_viewer)
        assert isinstance(mine, WebSocketClientConnection)
        assert "ACK" in str(await mine.read_message())
        mine.close()
        await ended(mine)
        judge = Judge(None, None, NORTE, page, settings)  # type: ignore[arg-type]  # of these it asks nothing here
        assert await judge.page_answers() == []


async def test_what_somebody_likes_is_his_own(mongo_uri: str, database: str) -> None:
    """Language and theme: kept with the user, and from no other site's form; nothing else can be set this way."""
    await known(mongo_uri, database, vera="viewer", otto="operator")
    async with guarded(mongo_uri, database) as (page, _), Visitor(page) as viewer, Visitor(page) as operator:
        for visitor, name in ((viewer, "vera"), (operator, "otto")):
            await visitor.log_in(name)
        assert await viewer.prefer(told=False, locale="en") == HTTPStatus.FORBIDDEN
        for fields in ({"locale": "klingon"}, {"theme": "blue"}, {"role": "admin"}, {}):
            assert await viewer.prefer(**fields) == HTTPStatus.BAD_REQUEST
        assert '<html lang="pt-BR"' in (await viewer.get("/")).text
        assert await viewer.prefer(locale="en", theme="dark", role="admin") == HTTPStatus.NO_CONTENT
        assert (await viewer.get("/configuracao.csv")).status_code == HTTPStatus.FORBIDDEN
        async with Visitor(page) as elsewhere:
            await elsewhere.log_in("vera")
            mine = (await elsewhere.get("/")).text
        assert '<html lang="en"' in mine
        assert 'choice: "dark"' in mine
        assert '<html lang="pt-BR"' in (await operator.get("/")).text


async def test_passwords_are_tried_slowly_and_cookies_are_safe(mongo_uri: str, database: str) -> None:
    """By user and by address; somebody who does not exist is told the same; `Secure` follows a declared proxy's word."""
    await known(mongo_uri, database, ana="admin", bia="viewer")
    async with guarded(mongo_uri, database) as (page, server):
        async with Visitor(page) as guesser:
            for name in ("nobody", "ana"):
                wrong = await guesser.log_in(name, "a wrong password")
                assert (wrong.status_code, "Usuário ou senha errados." in wrong.text) == (403, True)

            async def waits() -> Response | None:
                answer = await guesser.log_in("ana", "a wrong password")
                return answer if answer.status_code == HTTPStatus.TOO_MANY_REQUESTS else None

            told = await eventually(waits, "a wait that is longer than a try")
            assert int(told.headers["Retry-After"]) >= 1
            assert "Tentativas demais" in told.text
        tries = server._tornado.auth_provider.throttle
        for number in range(20):
            tries.tried(f"n{number}", "192.0.2.2", datetime.now(UTC))
        async with Visitor(page, "192.0.2.2") as crowd:
            assert (await crowd.log_in("bia")).status_code == HTTPStatus.TOO_MANY_REQUESTS
            assert not crowd.cookie
        async with Visitor(page, "192.0.2.3") as plain, Visitor(page, "192.0.2.4", https=True) as safe:
            forged = await plain.http.post("/login", data={"name": "ana", "password": PASSWORD})
            assert forged.status_code == HTTPStatus.FORBIDDEN

            async def let_in() -> Response | None:  # the guesser made her wait a moment
                answer = await plain.log_in("ana", next="//evil.example/")
                return answer if answer.status_code == HTTPStatus.FOUND else None

            answer = await eventually(let_in, "the end of the wait")
            assert answer.headers["location"] == "/"
            assert flags(answer.headers["set-cookie"]) >= {"httponly", "samesite=lax"}
            assert "secure" not in flags(answer.headers["set-cookie"])
            encrypted = await safe.log_in("ana", next="/?pagina=configuracao")
            assert encrypted.headers["location"] == "/?pagina=configuracao"
            assert flags(encrypted.headers["set-cookie"]) >= {"httponly", "samesite=lax", "secure"}
            assert "ana" not in plain.cookie
            assert (await plain.get("/login")).headers["location"] == "/"
            altered = plain.cookie[:-4] + "0000"
            stranger = await plain.http.get("/fila.csv", headers={"Cookie": f"collector_login={altered}"})
            assert stranger.status_code == HTTPStatus.FORBIDDEN


async def ended(socket: WebSocketClientConnection) -> int | None:
    """Read it to its end; with which code that came."""
    async with asyncio.timeout(PATIENCE_S):
        while await socket.read_message() is not None:
            pass
    code = socket.close_code
    socket.close()
    return code


def flags(cookie: str) -> set[str]:
    return {one.strip().lower() for one in cookie.split(";")}


@pytest.mark.usefixtures("seeded")
async def test_a_login_ends_with_what_it_was_given_for(mongo_uri: str, database: str) -> None:
    """Another password or role, a removed user: open pages too, within a refresh; a logout also for a stolen cookie."""
    settings = await known(mongo_uri, database, ana="admin", bia="operator", caio="viewer", davi="viewer")

    async def changes(name: str) -> None:
        match name:
            case "ana":
                await users.change(settings, name, password=f"another {PASSWORD}")
            case "bia":
                await users.change(settings, name, role="viewer")
            case _:
                await users.remove(settings, name)

    async with guarded(mongo_uri, database) as (page, _):
        for name in ("ana", "bia", "caio"):
            async with Visitor(page) as visitor:
                await visitor.log_in(name)
                socket = await visitor.socket(await visitor.token())
                assert isinstance(socket, WebSocketClientConnection)
                assert "ACK" in str(await socket.read_message())
                await changes(name)
                assert await ended(socket) == ENDED
                assert (await visitor.get("/bairros.csv")).status_code == HTTPStatus.FOUND
        async with Visitor(page) as visitor, Visitor(page) as thief:
            await visitor.log_in("davi")
            thief.http.cookies.set("collector_login", visitor.cookie)
            assert (await thief.get("/bairros.csv")).status_code == HTTPStatus.OK
            assert (await visitor.post("/logout", form="/logout")).headers["location"] == "/login"
            assert not visitor.cookie
            assert (await thief.get("/bairros.csv")).status_code == HTTPStatus.FOUND
            await visitor.log_in("davi")
            assert (await visitor.get("/bairros.csv")).status_code == HTTPStatus.OK
        written = connect(settings)[AUDIT]
        entries = [(one["action"], one["code"], one["what"]) async for one in written.find().sort("at")]
        await written.database.client.close()
    assert entries[:2] == [("user_added", "ana", "role=admin"), ("user_added", "bia", "role=operator")]
    assert entries[-3:] == [
        ("user_changed", "ana", "password"),
        ("user_changed", "bia", "role=viewer"),
        ("user_removed", "caio", ""),
    ]


async def test_without_any_user_the_page_says_which_command_makes_the_first(mongo_uri: str, database: str) -> None:
    """And only that; with the first user it becomes the form, without a restart."""
    async with guarded(mongo_uri, database) as (page, _), Visitor(page) as visitor:
        first = await visitor.get((await visitor.get("/")).headers["location"])
        assert "collector user add NOME --role admin" in first.text
        assert "<form" not in first.text
        assert "collector user add NAME" in (await visitor.get("/login?lang=en")).text
        settings = await known(mongo_uri, database, ana="admin")

        async def form() -> bool:
            return "<form" in (await visitor.get("/login")).text

        await eventually(form, "the form")
        await refused_and_listed(settings)
        assert (await visitor.log_in("ana")).status_code == HTTPStatus.FOUND


async def refused_and_listed(settings: MongoSettings) -> None:
    """What the command line does not take, and what it shows of users: all but the hash."""
    for name, password in (("ana", PASSWORD), ("bia", "short"), ("Bia", PASSWORD), ("", PASSWORD)):
        with pytest.raises(StopWorker, match=r"ana already|is not taken|is no user's name"):
            await users.add(settings, name, "viewer", "en", password)
    with pytest.raises(StopWorker, match="there is no user bia"):
        await users.change(settings, "bia", role="admin")
    await users.add(settings, "caio@example.com", "viewer", "en", None)
    assert not await users.change(settings, "ana", role="admin")
    assert await users.change(settings, "ana", locale="en")
    shown = [(one["name"], one["role"], one["locale"], one["password"]) for one in await users.rows(settings)]
    assert shown == [("ana", "admin", "en", True), ("caio@example.com", "viewer", "en", False)]
    assert await users.remove(settings, "caio@example.com")
    assert not await users.remove(settings, "caio@example.com")


async def test_what_is_revealed_is_written_down_first(seeded: Seeded, mongo_uri: str, database: str) -> None:
    """By whom and what, not the number itself; without the entry nothing is shown; to a viewer never."""
    store = connect(MongoSettings(mongo_uri=mongo_uri, mongo_database=database))
    code = next(iter(seeded.database["debtors"].find()))["code"]
    otto, vera = User("otto", "operator", "pt_BR", "system"), User("vera", "viewer", "pt_BR", "system")

    (name,) = await reveal(store, otto, "norte", code, "name")
    assert name == seeded.database["debtors"].find_one({"code": code})["client"]["name"]  # type: ignore[index]  # it was found before
    entry = seeded.database[AUDIT].find_one({}, {"_id": 0, "at": 0})
    assert entry == {"by": "user:otto", "action": "reveal", "instance": "norte", "code": code, "what": "name"}
    with pytest.raises(PermissionError):
        await reveal(store, vera, "norte", code, "phones")
    seeded.database.command({"collMod": AUDIT, "validator": {"never": {"$exists": True}}})
    with pytest.raises(RetryLater):
        await reveal(store, otto, "norte", code, "phones")
    assert seeded.database[AUDIT].count_documents({}) == 1
    await store.client.close()
