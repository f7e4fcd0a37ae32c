"""Somebody who opens the dashboard over HTTP and websocket, without a browser: logs in, keeps cookies, is refused."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Self

import httpx
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from dashboard.access.tokens import COOKIE
from dashboard.app import serving
from dashboard.settings import Settings
from deploy import users
from deploy.local.ports import free
from schemas.runtime.settings import MongoSettings
from schemas.users import Role
from tests.integration.pipeline import eventually

SECRET = "only for tests, at least 32 characters"  # noqa: S105 - it signs nothing but what tests log in
PASSWORD = "correct horse battery"  # noqa: S105 - nor does it open anything
PAGE = {"Accept": "text/html"}
XSRF = re.compile(r'name="_xsrf" value="([^"]+)"')
TOKEN = re.compile(r'"token":"([^"]+)"')


@asynccontextmanager
async def guarded(mongo_uri: str, database: str, **more: object) -> AsyncIterator[tuple[str, Any]]:
    """A dashboard of this process that asks for a login and looks at its users every second; its address and its server."""
    port = free(1)[0]
    settings = Settings.model_validate(
        {
            "mongo_uri": mongo_uri,
            "mongo_database": database,
            "dashboard_port": port,
            "dashboard_refresh_seconds": 1,
            "dashboard_cookie_secret": SECRET,
            "dashboard_proxies": "127.0.0.1",
            **more,
        }
    )
    async with serving(settings) as (server, refresher):

        async def tried() -> bool:
            return bool(refresher.reading.snapshot or refresher.reading.failure)

        await eventually(tried, "the first refresh")
        yield f"http://127.0.0.1:{port}", server


class Visitor:
    """`address`: where the declared proxy says that he comes from, so that one test's wrong passwords are no other's."""

    def __init__(self, page: str, address: str = "192.0.2.1", *, https: bool = False) -> None:
        self.page = page
        sent = {"X-Forwarded-For": address, "X-Forwarded-Proto": "https" if https else "http"}
        self.http = httpx.AsyncClient(base_url=page, headers=sent, timeout=60)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None) -> None:
        await self.http.aclose()

    async def get(self, path: str, **headers: str) -> httpx.Response:
        """As a browser that shows the answer."""
        return await self.http.get(path, headers={**PAGE, **self._cookies, **headers})

    @property
    def _cookies(self) -> Mapping[str, str]:
        # by hand: httpx rightly withholds a Secure cookie from our unencrypted half of the way
        return {"Cookie": "; ".join(f"{one.name}={one.value}" for one in self.http.cookies.jar)}

    async def post(self, path: str, form: str = "/login", **fields: str) -> httpx.Response:
        """Fill in the form at `form`."""
        found = XSRF.search((await self.get(form)).text)
        fields = {"_xsrf": found[1] if found else "", **fields}
        return await self.http.post(path, data=fields, headers={**PAGE, **self._cookies})

    async def prefer(self, *, told: bool = True, **fields: str) -> int:
        """As the menu of the app bar does, `told` or not what a change must come with; the status."""
        xsrf = (await self.get("/preferences")).json()["xsrf"]
        answer = await self.http.post(
            "/preferences", data=fields, headers={**self._cookies, **({"X-XSRFToken": xsrf} if told else {})}
        )
        return answer.status_code

    async def log_in(self, name: str, password: str = PASSWORD, **fields: str) -> httpx.Response:
        """By the form."""
        return await self.post("/login", name=name, password=password, **fields)

    @property
    def cookie(self) -> str:
        """That of the login; "" without one."""
        return next((one.value or "" for one in self.http.cookies.jar if one.name == COOKIE), "")

    async def token(self, path: str = "/") -> str:
        """Of a page that he opens, for its websocket."""
        found = TOKEN.search((await self.get(path)).text)
        assert found
        return found[1]

    async def socket(self, token: str) -> WebSocketClientConnection | int:
        """An open websocket, or the status with which it was refused."""
        address = f"{self.page.replace('http', 'ws', 1)}/ws"
        try:
            return await websocket_connect(HTTPRequest(address, headers=self._cookies), subprotocols=["bokeh", token])
        except HTTPClientError as exc:
            return exc.code


async def known(mongo_uri: str, database: str, **roles: Role) -> MongoSettings:
    """Users by their names, all with PASSWORD; the settings with which more can be done to them."""
    settings = MongoSettings(mongo_uri=mongo_uri, mongo_database=database)
    for name, role in roles.items():
        await users.add(settings, name, role, "pt_BR", PASSWORD)
    return settings
