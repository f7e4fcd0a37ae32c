"""`/login` and `/logout`: our own, as Panel's compares passwords as text, waits for nobody, and sets bare cookies."""

import math
from datetime import timedelta
from http import HTTPStatus
from typing import Literal
from urllib.parse import urlencode

import structlog

from dashboard.access.gate import Gated
from dashboard.access.rules import HOME, LOGIN, LOGOUT, PROVIDER, local
from dashboard.access.who import LANGUAGES
from schemas.errors import RetryLater

LOOK_AGAIN_AFTER = timedelta(seconds=1)
LONGEST_NAME = 80
Said = Literal["", "wrong", "stranger", "provider"]
"""Why the form is shown again: the password, no such user, the provider of identities."""

log = structlog.get_logger(stage="dashboard")


class Page(Gated):
    """A page of the login: never kept by a browser, and in the language that its reader chose."""

    def show(self, page: str, status: HTTPStatus = HTTPStatus.OK, **values: object) -> None:
        """Answer with a page of `templates/`."""
        self.set_status(status)
        self.set_header("Cache-Control", "no-store")
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(self.access.words(page, self.language, **values))

    @property
    def language(self) -> str:
        """`?lang=`, else the user's own, else the installation's."""
        asked = self.get_argument("lang", "")
        return asked if asked in LANGUAGES else self.locale_name

    @property
    def next(self) -> str:
        """Where to go after it."""
        return local(self.get_argument("next", HOME))

    async def form(self, status: HTTPStatus = HTTPStatus.OK, name: str = "", *, said: Said = "", wait: int = 0) -> None:
        """The page of the login, or what must be done before there can be one."""
        try:
            known = await self.access.people.read(LOOK_AGAIN_AFTER)
        except RetryLater:
            self.show("away", HTTPStatus.SERVICE_UNAVAILABLE)
            return
        if not known:
            self.show("first_user", status)
            return
        self.show(
            "login",
            status,
            xsrf=self.xsrf_token.decode(),
            action=LOGIN,
            next=self.next,
            name=name,
            said=said,
            wait=wait,
            languages=LANGUAGES,
            shown_in=self.language,
            provider=f"{PROVIDER}?{urlencode({'next': self.next})}" if self.access.provider else "",
        )


class Login(Page):
    """The form, or what must be done before there can be one."""

    async def get(self) -> None:
        """The form; whoever needs none goes on."""
        if self.current_user is not None:
            self.redirect(self.next)
            return
        await self.form()

    async def post(self) -> None:
        """Look at a password, unless this user or this address must wait."""
        name = self.get_body_argument("name", "").strip().lower()[:LONGEST_NAME]
        password = self.get_body_argument("password", "", strip=False)
        access, address = self.access, self.access.origin(self.request).address
        if not access.terms.login:
            self.redirect(HOME)
            return
        if wait := access.throttle.wait(name, address, access.clock()):
            self.set_header("Retry-After", str(math.ceil(wait.total_seconds())))
            await self.form(HTTPStatus.TOO_MANY_REQUESTS, name, wait=math.ceil(wait.total_seconds()))
            return
        access.throttle.tried(name, address, access.clock())
        try:
            user = (await access.people.read()).get(name)
        except RetryLater:
            access.throttle.right(name, address)
            await self.form(HTTPStatus.SERVICE_UNAVAILABLE, name)
            return
        if not await access.doorman.opens(user.hash if user and user.active else "", password):
            log.warning("a login was refused")  # neither who nor from where: logs name no people
            await self.form(HTTPStatus.FORBIDDEN, name, said="wrong")
            return
        access.throttle.right(name, address)
        access.enter(self, name)
        self.redirect(self.next)


class Logout(Page):
    """Asked for by a link, done by a button: else any site could log people out."""

    def get(self) -> None:
        """The button."""
        if self.current_user is None or not self.access.terms.login:
            self.redirect(HOME)
            return
        self.show("logout", xsrf=self.xsrf_token.decode(), action=LOGOUT, name=self.current_user.name)

    async def post(self) -> None:
        """The login is over, in this browser and wherever its cookie was taken."""
        try:
            await self.access.leave(self)
        except RetryLater:
            log.warning("a logout is not kept: MongoDB does not answer; the browser's cookie is gone all the same")
        self.redirect(LOGIN)
