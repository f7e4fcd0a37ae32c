"""Logging in at a provider of identities (OpenID Connect): who it is, its userinfo endpoint says, asked over TLS by us."""

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, cast
from urllib.parse import quote, urlencode, urlsplit

import httpx
from pydantic import SecretStr

from dashboard.access.rules import OWN_NAMES
from schemas.errors import RetryLater

DISCOVERY = "/.well-known/openid-configuration"
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint")
SECONDS = 10.0
BASIC = "client_secret_basic"

Found = Mapping[str, Any]


@dataclass(frozen=True)
class Client:
    """How the provider knows us. `claim`: what of a person's is the name of the user here; only the provider may set it."""

    issuer: str
    name: str
    secret: SecretStr
    claim: str


class Provider:
    """The code flow with PKCE. Its description is read once."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._found: Found | None = None

    async def address(self, back: str, state: str, verifier: str) -> str:
        """Where to send the browser, so that it comes `back` with `state` and a code. Raises RetryLater."""
        async with httpx.AsyncClient(timeout=SECONDS) as http:
            found = await self._described(http)
        digest = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self._client.name,
            "redirect_uri": back,
            "scope": "openid email profile",
            "state": state,
            "code_challenge": digest,
            "code_challenge_method": "S256",
        }
        return f"{found['authorization_endpoint']}?{urlencode(asked)}"

    async def who(self, code: str, back: str, verifier: str) -> str:
        """The claim of whoever brought `code`, in lower case; "" where it is missing or not verified. Raises RetryLater."""
        try:
            async with httpx.AsyncClient(timeout=SECONDS) as http:
                found = await self._described(http)
                token = await self._token(http, found, {"code": code, "redirect_uri": back, "code_verifier": verifier})
                answer = await http.get(found["userinfo_endpoint"], headers={"Authorization": f"Bearer {token}"})
                person = _read(answer)
        except httpx.HTTPError as exc:
            raise RetryLater(f"the provider of identities: {type(exc).__name__}") from exc
        return claimed(person, self._client.claim)

    async def _token(self, http: httpx.AsyncClient, found: Found, form: Mapping[str, str]) -> str:
        name, secret = self._client.name, self._client.secret.get_secret_value()
        sent = {"grant_type": "authorization_code", **form}
        if BASIC in found.get("token_endpoint_auth_methods_supported", (BASIC,)):
            answer = await http.post(found["token_endpoint"], data=sent, auth=(quote(name, ""), quote(secret, "")))
        else:
            answer = await http.post(found["token_endpoint"], data={**sent, "client_id": name, "client_secret": secret})
        token = _read(answer).get("access_token")
        if not isinstance(token, str) or not token:
            raise RetryLater("the provider of identities gave no access_token")
        return token

    async def _described(self, http: httpx.AsyncClient) -> Found:
        if self._found is None:
            issuer = self._client.issuer.rstrip("/")
            try:
                found = _read(await http.get(f"{issuer}{DISCOVERY}"))
            except httpx.HTTPError as exc:
                raise RetryLater(f"the provider of identities: {type(exc).__name__}") from exc
            if str(found.get("issuer", "")).rstrip("/") != issuer:
                raise RetryLater("the provider of identities describes another issuer")
            if not all(encrypted(str(found.get(name, ""))) for name in ENDPOINTS):
                raise RetryLater("the provider of identities names an address without https")
            self._found = found
        return self._found


def encrypted(address: str) -> bool:
    """Whether nobody on the way reads what is sent there: https, or this machine."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in OWN_NAMES)


def claimed(person: Found, claim: str) -> str:
    """The user's name in what the provider says of a person; an e-mail address that it has not verified is nobody's."""
    if claim == "email" and str(person.get("email_verified", True)).lower() != "true":
        return ""
    found = person.get(claim)
    return found.strip().lower() if isinstance(found, str) else ""


def _read(answer: httpx.Response) -> Found:
    """Raises RetryLater where it is no object of JSON, or an error: its text is nobody's here."""
    try:
        found = answer.raise_for_status().json()
    except (httpx.HTTPStatusError, ValueError) as exc:
        raise RetryLater(f"the provider of identities answers {answer.status_code}") from exc
    if not isinstance(found, dict):
        raise RetryLater("the provider of identities answers no object")
    return cast("Found", found)
