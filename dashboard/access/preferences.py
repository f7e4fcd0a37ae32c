"""`/preferences`: the language and the theme of whoever asks, kept with the user, or in the browser where nobody logs in."""

from http import HTTPStatus
from typing import get_args

from tornado.web import RequestHandler

from dashboard.access.gate import Gated
from dashboard.access.who import LANGUAGE_COOKIE
from schemas.errors import RetryLater
from schemas.users import Locale, Theme

KEPT_DAYS = 365


class Preferences(Gated, RequestHandler):
    """The menu of the app bar asks it; a page that is open is in the new language once it is loaded again."""

    def get(self) -> None:
        """What a change must come with: a form of another site does not know it."""
        self.set_header("Cache-Control", "no-store")
        self.write({"xsrf": self.xsrf_token.decode()})

    async def post(self) -> None:
        """`locale`, `theme`, or both. 400 for what there is not, 503 where it could not be kept."""
        asked = {name: self.get_body_argument(name, "") for name in ("locale", "theme")}
        known = {"locale": get_args(Locale), "theme": get_args(Theme)}
        wanted = {name: value for name, value in asked.items() if value}
        if not wanted or any(value not in known[name] for name, value in wanted.items()):
            self.send_error(HTTPStatus.BAD_REQUEST)
            return
        if self.current_user.logged_in:
            try:
                await self.access.people.prefer(self.current_user.name, wanted)
            except RetryLater:
                self.send_error(HTTPStatus.SERVICE_UNAVAILABLE)
                return
        elif "locale" in wanted:  # the browser keeps its theme by itself
            self.set_cookie(LANGUAGE_COOKIE, wanted["locale"], expires_days=KEPT_DAYS)
        self.set_status(HTTPStatus.NO_CONTENT)
