"""Every handler of the server stands behind the gate, those of Bokeh and Panel too: closed unless a rule opens it."""

from collections.abc import Awaitable
from http import HTTPStatus
from typing import Any, ClassVar, cast
from urllib.parse import urlencode

from bokeh.protocol.exceptions import ProtocolError
from bokeh.server.tornado import BokehTornado
from bokeh.server.views.doc_handler import DocHandler
from bokeh.server.views.ws import WSHandler
from bokeh.util.token import get_session_id
from tornado.web import HTTPError, RequestHandler
from tornado.websocket import WebSocketHandler

from dashboard.access.access import Access
from dashboard.access.rules import LOGIN, OPEN, may, ours
from dashboard.access.who import User, mark, marked
from schemas.errors import RetryLater
from schemas.users import Role

TOKEN_AT = 1
"""Bokeh's websocket names two protocols: `bokeh`, and the token of its page."""


class Gated(RequestHandler):
    """Mixed into every handler's class, before it. `needs`: the least role, a class's own or set in its `initialize`."""

    needs: ClassVar[Role] = "viewer"

    @property
    def access(self) -> Access:
        """Of this server."""
        return cast("Access", cast("BokehTornado", self.application).auth_provider)

    async def prepare(self) -> None:
        """Who asks, under which name of ours, and may he? Only then the handler's own preparations."""
        if not ours(self.request.headers.get("Host", ""), self.access.terms.hosts):
            raise HTTPError(HTTPStatus.MISDIRECTED_REQUEST)
        found = await self._visitor()
        if found is not None:
            mark(self.request, found)
            self.current_user = found
        if self.request.path not in OPEN and not self._lets_in(found):
            return
        prepared: object = super().prepare()
        if prepared is not None:
            await cast("Awaitable[None]", prepared)

    async def _visitor(self) -> User | None:
        try:
            return await self.access.visitor(self)
        except RetryLater:
            if self.request.path in OPEN:
                return None
            raise HTTPError(HTTPStatus.SERVICE_UNAVAILABLE) from None

    def _lets_in(self, found: User | None) -> bool:
        if found is None:
            if self._is_page:
                self.redirect(f"{LOGIN}?{urlencode({'next': self.request.uri})}")
                return False
            raise HTTPError(HTTPStatus.FORBIDDEN)
        if not may(found.role, self.needs):
            raise HTTPError(HTTPStatus.FORBIDDEN)
        if isinstance(self, WebSocketHandler):
            if isinstance(self, WSHandler) and not _is_owner(self, found):
                raise HTTPError(HTTPStatus.FORBIDDEN)
            self.access.sockets.add(self)
        return True

    @property
    def _is_page(self) -> bool:
        """Whether somebody looks at the answer, and can log in."""
        looked_at = isinstance(self, DocHandler) or "text/html" in self.request.headers.get("Accept", "")
        return looked_at and self.request.method in {"GET", "HEAD"} and not isinstance(self, WebSocketHandler)

    @property
    def locale_name(self) -> str:
        """The asker's language; the installation's where nobody is logged in."""
        found = marked(self.request)
        return found.locale if found else self.access.terms.locale

    def set_cookie(self, name: str, value: str | bytes, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Tornado's own
        """No script's and no other site's; and only an encrypted connection's where there is one."""
        safe = {"httponly": True, "samesite": "Lax", "secure": self.access.origin(self.request).https}
        super().set_cookie(name, value, *args, **{**safe, **kwargs})

    def write_error(self, status_code: int, **_: object) -> None:
        """A page of ours for a person, a line for a program; never an exception's name."""
        self.set_header("Cache-Control", "no-store")
        if "text/html" in self.request.headers.get("Accept", "") and not isinstance(self, WebSocketHandler):
            self.set_header("Content-Type", "text/html; charset=utf-8")
            self.finish(self.access.words("error", self.locale_name, status=status_code))
        else:
            self.set_header("Content-Type", "text/plain; charset=utf-8")
            self.finish(f"{status_code}\n")


class Missing(RequestHandler):
    """What no route answers."""

    def prepare(self) -> None:
        """Whatever the method."""
        raise HTTPError(HTTPStatus.NOT_FOUND)

    def check_xsrf_cookie(self) -> None:
        """Nothing is done here that could be forged."""


def gated(handler: type[RequestHandler]) -> type[RequestHandler]:
    """The same handler behind the gate."""
    if issubclass(handler, Gated):
        return handler
    own = {"needs": getattr(handler, "needs", Gated.needs)}  # else Gated's own would stand before it
    return type(handler.__name__, (Gated, handler), own)


def close(server: BokehTornado) -> None:
    """Put every route of the server behind the gate, and what no route answers."""
    for rule in server.wildcard_router.rules:
        if not (isinstance(rule.target, type) and issubclass(rule.target, RequestHandler)):
            raise TypeError(f"a route without a handler class: {rule.target}")
        rule.target = gated(rule.target)
    server.settings["default_handler_class"] = gated(Missing)


def _is_owner(socket: WSHandler, found: User) -> bool:
    """Whether the session that the page's token names was opened by the same user; a new one will be."""
    named = [one.strip() for one in socket.request.headers.get("Sec-WebSocket-Protocol", "").split(",")]
    if len(named) <= TOKEN_AT:
        return True  # Bokeh refuses it by itself
    try:
        session = socket.application_context.get_session(get_session_id(named[TOKEN_AT]))
    except ProtocolError:
        return True
    except ValueError:
        return False
    context = session.document.session_context
    owner = marked(context.request) if context else None
    return owner is not None and (owner.name, owner.role) == (found.name, found.role)
