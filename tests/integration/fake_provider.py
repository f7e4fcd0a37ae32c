"""A provider of identities that keeps to the letter of the code flow: state, redirect, PKCE, the client's own secret."""

import json
from base64 import b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import urlencode

from tornado.httpserver import HTTPServer
from tornado.web import Application, RequestHandler

from deploy.local.ports import free

CLIENT, SECRET = "dashboard", "a secret of tests"
TOKEN = "an access token"  # noqa: S105 - of a provider that lasts as long as one test


@dataclass
class Identities:
    """`person`: whom it has logged in. `asked`: the query of the last authorization."""

    issuer: str
    person: dict[str, object] = field(default_factory=dict)
    asked: dict[str, str] = field(default_factory=dict)


class Description(RequestHandler):
    def initialize(self, of: Identities) -> None:
        self.of = of

    def get(self) -> None:
        names = {"authorization_endpoint": "authorize", "token_endpoint": "token", "userinfo_endpoint": "userinfo"}
        self.write({"issuer": self.of.issuer, **{name: f"{self.of.issuer}/{path}" for name, path in names.items()}})


class Authorize(Description):
    def get(self) -> None:
        self.of.asked = {name: self.get_query_argument(name) for name in self.request.query_arguments}
        self.redirect(f"{self.of.asked['redirect_uri']}?{urlencode({'code': 'once', 'state': self.of.asked['state']})}")


class Token(Description):
    def post(self) -> None:
        digest = sha256(self.get_body_argument("code_verifier").encode()).digest()
        told = b64decode(self.request.headers["Authorization"].removeprefix("Basic ")).decode()
        right = (
            told == f"{CLIENT}:{SECRET.replace(' ', '%20')}"
            and self.get_body_argument("code") == "once"
            and self.get_body_argument("redirect_uri") == self.of.asked["redirect_uri"]
            and urlsafe_b64encode(digest).rstrip(b"=").decode() == self.of.asked["code_challenge"]
        )
        self.set_status(200 if right else 400)
        self.write({"access_token": TOKEN, "token_type": "Bearer"} if right else {"error": "invalid_grant"})


class Userinfo(Description):
    def get(self) -> None:
        known = self.request.headers.get("Authorization") == f"Bearer {TOKEN}"
        self.set_status(200 if known else 401)
        self.write(json.dumps(self.of.person if known else {}))


@asynccontextmanager
async def identities() -> AsyncIterator[Identities]:
    """Up for the block."""
    port = free(1)[0]
    of = Identities(f"http://127.0.0.1:{port}")
    routes = {
        "/.well-known/openid-configuration": Description,
        "/authorize": Authorize,
        "/token": Token,
        "/userinfo": Userinfo,
    }
    server = HTTPServer(Application([(path, handler, {"of": of}) for path, handler in routes.items()]))
    server.listen(port, "127.0.0.1")
    try:
        yield of
    finally:
        server.stop()
        await server.close_all_connections()
