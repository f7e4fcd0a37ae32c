"""The access of one dashboard, made of its settings."""

from pathlib import Path
from typing import Protocol

from pydantic import SecretStr

from dashboard.access.access import Access, Terms
from dashboard.access.login import Login, Logout
from dashboard.access.oidc import Client, Provider, encrypted
from dashboard.access.people import People
from dashboard.access.provider_login import ProviderLogin
from dashboard.access.proxies import networks
from dashboard.access.rules import OWN_NAMES, hosts
from dashboard.facts.refresher import Clock
from schemas.errors import StopWorker
from schemas.runtime.mongo import Database

SHORTEST_SECRET = 32
MAKE = "`collector env` makes one"


class Settings(Protocol):
    """What is needed of the dashboard's."""

    @property
    def dashboard_login(self) -> str: ...
    @property
    def dashboard_address(self) -> str: ...
    @property
    def dashboard_cookie_secret(self) -> SecretStr: ...
    @property
    def dashboard_cookie_secret_file(self) -> str: ...
    @property
    def dashboard_proxies(self) -> str: ...
    @property
    def dashboard_oidc_issuer(self) -> str: ...
    @property
    def dashboard_oidc_client(self) -> str: ...
    @property
    def dashboard_oidc_secret(self) -> SecretStr: ...
    @property
    def dashboard_oidc_claim(self) -> str: ...
    @property
    def collector_locale(self) -> str: ...
    @property
    def origins(self) -> list[str]: ...


def access(settings: Settings, database: Database, clock: Clock) -> Access:
    """Raises StopWorker where everybody would be let in from everywhere."""
    login = settings.dashboard_login == "on"
    if not login and settings.dashboard_address not in OWN_NAMES:
        raise StopWorker(
            "DASHBOARD_LOGIN=off lets everybody in: set DASHBOARD_ADDRESS to 127.0.0.1, or take DASHBOARD_LOGIN away"
        )
    terms = Terms(login, hosts(settings.origins), networks(settings.dashboard_proxies), settings.collector_locale)
    return Access(terms, People(database, clock), clock, (Login, Logout, ProviderLogin), provider(settings))


def provider(settings: Settings) -> Provider | None:
    """Where people may log in too; None unless it is named. Raises StopWorker where it is named by half."""
    issuer, client = settings.dashboard_oidc_issuer, settings.dashboard_oidc_client
    if not issuer:
        return None
    if not encrypted(issuer):
        raise StopWorker("DASHBOARD_OIDC_ISSUER is no https address: give it as the provider writes it")
    if not client:
        raise StopWorker("DASHBOARD_OIDC_CLIENT is not set: the provider gives a client id when it is told of the dashboard")
    return Provider(Client(issuer, client, settings.dashboard_oidc_secret, settings.dashboard_oidc_claim))


def cookie_secret(settings: Settings) -> str:
    """What signs cookies; "" where nobody logs in. Raises StopWorker where it is missing or can be guessed."""
    if settings.dashboard_login == "off":
        return ""
    secret, name = settings.dashboard_cookie_secret.get_secret_value(), "DASHBOARD_COOKIE_SECRET"
    if file := settings.dashboard_cookie_secret_file:
        name = "DASHBOARD_COOKIE_SECRET_FILE"
        try:
            secret = Path(file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as exc:
            raise StopWorker(f"{name} cannot be read ({type(exc).__name__}): name a file with the secret in it") from None
    if not secret:
        raise StopWorker(f"{name} is not set: {MAKE}")
    if len(secret) < SHORTEST_SECRET:
        raise StopWorker(f"{name} has fewer than {SHORTEST_SECRET} characters: {MAKE}")
    return secret
