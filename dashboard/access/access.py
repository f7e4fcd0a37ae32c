"""All that the gate and the login need, in one place: Bokeh's `AuthProvider`, which every handler of its server reaches."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from secrets import token_hex
from typing import Any
from weakref import WeakSet

import structlog
from bokeh.server.auth_provider import AuthProvider
from tornado.httputil import HTTPServerRequest
from tornado.web import RequestHandler
from tornado.websocket import WebSocketHandler

from dashboard.access import proxies, tokens
from dashboard.access.oidc import Provider
from dashboard.access.passwords import Doorman
from dashboard.access.people import People
from dashboard.access.proxies import Network, Origin
from dashboard.access.rules import LOGIN, LOGOUT, PROVIDER
from dashboard.access.throttle import Throttle
from dashboard.access.who import LANGUAGE_COOKIE, LANGUAGES, User, local_user, marked, user
from dashboard.access.words import Words
from dashboard.facts.refresher import Clock
from schemas.errors import RetryLater
from schemas.runtime.progress import PROCESS

ENDED = 4401
"""The websocket's code where its login is over; the page loads again, and so asks for one."""
SWEEP_S = 60.0

log = structlog.get_logger(stage="dashboard")


@dataclass(frozen=True)
class Terms:
    """`login`: whether anybody is asked for one. `hosts`: what `Host` may name. `locale`: before somebody's own is known."""

    login: bool
    hosts: frozenset[str]
    proxies: Sequence[Network]
    locale: str


@dataclass(eq=False)
class Access(AuthProvider):
    """`handlers`: those of the login, the logout, and of a login at the `provider` of identities, where there is one."""

    terms: Terms
    people: People
    clock: Clock
    handlers: tuple[type[RequestHandler], type[RequestHandler], type[RequestHandler]]
    provider: Provider | None = None
    words: Words = field(default_factory=Words)
    throttle: Throttle = field(default_factory=Throttle)
    doorman: Doorman = field(default_factory=Doorman)
    sockets: WeakSet[WebSocketHandler] = field(default_factory=WeakSet)

    def __post_init__(self) -> None:
        super().__init__()

    @property
    def endpoints(self) -> list[tuple[str, type[RequestHandler]]]:
        return [*super().endpoints, (PROVIDER, self.handlers[2])]

    @property
    def get_user(self) -> None:  # Bokeh takes one of the two
        return None

    @property
    def get_user_async(self) -> Callable[[Any], Awaitable[Any]]:
        """The gate was asked before any handler of Bokeh is."""

        async def known(handler: RequestHandler) -> User | None:
            return marked(handler.request)

        return known

    @property
    def login_url(self) -> str:
        return LOGIN

    @property
    def get_login_url(self) -> None:
        return None

    @property
    def login_handler(self) -> type[RequestHandler]:
        return self.handlers[0]

    @property
    def logout_url(self) -> str:
        return LOGOUT

    @property
    def logout_handler(self) -> type[RequestHandler]:
        return self.handlers[1]

    def origin(self, request: HTTPServerRequest) -> Origin:
        """Where a request came from, seen past declared proxies."""
        sent = request.headers
        return proxies.origin(
            request.remote_ip or "",
            request.protocol,
            ",".join(sent.get_list("X-Forwarded-For")),
            ",".join(sent.get_list("X-Forwarded-Proto")),
            self.terms.proxies,
        )

    def token(self, handler: RequestHandler) -> tokens.Token | None:
        """What the cookie says, if the server signed it and it is not too old."""
        said = handler.get_signed_cookie(tokens.COOKIE, max_age_days=tokens.DAYS)
        return tokens.read(said.decode("utf-8", "replace")) if said else None

    async def visitor(self, handler: RequestHandler) -> User | None:
        """Who asks. Raises RetryLater where that cannot be told, as MongoDB never answered yet."""
        if not self.terms.login:
            kept = handler.get_cookie(LANGUAGE_COOKIE, "") or ""
            return local_user(kept if kept in LANGUAGES else self.terms.locale)
        token = self.token(handler)
        if token is not None and self.people.known is None:
            await self.people.read()
        found = self.people.holder(token)
        return user(found) if found else None

    def enter(self, handler: RequestHandler, name: str) -> None:
        """Give the browser the cookie of a new login. `name`: who just proved to be it."""
        found = (self.people.known or {})[name]
        text = tokens.write(tokens.token(found, token_hex(16)))
        handler.set_signed_cookie(tokens.COOKIE, text, expires_days=tokens.DAYS)

    async def leave(self, handler: RequestHandler) -> None:
        """The login of this cookie is over. Raises RetryLater."""
        token = self.token(handler)
        handler.clear_cookie(tokens.COOKIE)
        if token is not None and self.people.holder(token):
            await self.people.end(token, self.clock() + timedelta(days=tokens.DAYS))
            self.sweep()

    def sweep(self) -> None:
        """Close the websockets of logins that are over, or whose user has become another one."""
        if not self.terms.login:
            return
        for socket in list(self.sockets):
            found = self.people.holder(self.token(socket))
            if found is None or user(found).role != getattr(marked(socket.request), "role", None):
                socket.close(ENDED, "the login is over")

    async def watch(self, every: float) -> None:
        """Read the users again and again, `every` so many seconds, until cancelled."""
        if not self.terms.login:
            return
        every = min(every, SWEEP_S)
        with PROCESS.loop("the dashboard's users") as loop:
            while True:
                try:
                    await self.people.read()
                    self.sweep()
                except RetryLater as exc:
                    log.warning("users not read", why=str(exc))
                loop.turned(within=every)
                await asyncio.sleep(every)
