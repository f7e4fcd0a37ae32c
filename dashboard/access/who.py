"""Who looks at a page or asks a handler. Set by the gate on every request, before any code of a page runs."""

from dataclasses import dataclass
from typing import cast

from bokeh.document import Document
from tornado.httputil import HTTPServerRequest

from schemas.users import Role, StoredUser

LOCAL = ""
"""The name of whoever is asked for none."""
LANGUAGES = {"pt_BR": "Português", "en": "English"}
"""By Babel name, each as those who speak it write it."""
LANGUAGE_COOKIE = "locale"
"""What the browser keeps where nobody logs in."""
ATTRIBUTE = "collector_user"
"""Of the request. A session is made from a request and keeps it, so no cookie need travel into the page."""


@dataclass(frozen=True)
class User:
    """`locale`: a Babel name. `theme`: `system`, `light` or `dark`."""

    name: str
    role: Role
    locale: str
    theme: str

    @property
    def logged_in(self) -> bool:
        """Whether he can log out: nobody was asked who he is where there is no login."""
        return self.name != LOCAL


def local_user(locale: str) -> User:
    """Whoever sits at a machine that asks for no login."""
    return User(LOCAL, "admin", locale, "system")


def user(stored: StoredUser) -> User:
    """What pages need to know of somebody."""
    return User(stored.name, stored.role, stored.locale, stored.theme)


def mark(request: HTTPServerRequest, found: User) -> None:
    """Say whose request it is."""
    setattr(request, ATTRIBUTE, found)


def marked(request: object) -> User | None:
    """Whose request it is; None where nobody said so."""
    return cast("User | None", getattr(request, ATTRIBUTE, None))


def current(of: Document | HTTPServerRequest) -> User:
    """The user of a session's document, or of a request. Raises LookupError where there is none: nothing may be shown."""
    # what Bokeh declares of a session's context knows nothing of the server's
    request = getattr(of.session_context, "request", None) if isinstance(of, Document) else of
    found = marked(request)
    if found is None:
        raise LookupError("nobody is logged in")
    return found
