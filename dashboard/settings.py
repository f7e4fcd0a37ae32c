"""The dashboard's environment, read once in `main`."""

from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator

from dashboard.access.proxies import networks
from schemas.runtime.secrets import box
from schemas.runtime.settings import SERVER, KafkaLogin, MongoSettings


class Settings(MongoSettings, KafkaLogin):
    """`DASHBOARD_ORIGINS`: host:port, several separated by commas, from which a browser may open the page.

    `DASHBOARD_REFRESH_SECONDS`: seconds between two snapshots. `COLLECTOR_LOCALE`: the language of every visible string.
    `DASHBOARD_LOGIN`: `off` asks nobody for a login, on loopback only. `DASHBOARD_COOKIE_SECRET`, or the file that holds it,
    signs logins. `DASHBOARD_PROXIES`: whose X-Forwarded-For and X-Forwarded-Proto are believed.
    `DASHBOARD_OIDC_…`: a provider of identities at which people may log in too, and which of its claims names the user.
    `COLLECTOR_SECRET_KEY`: seals what is typed into the page "Instances"; without it neither secrets nor drafts are kept.
    `KAFKA_BOOTSTRAP_SERVERS`: for the heartbeat, letters put back, and rules tried out; all else works without it.
    """

    kafka_bootstrap_servers: Annotated[str, Field(pattern=rf"^({SERVER}(,{SERVER})*)?$")] = ""
    dashboard_port: int = Field(default=8501, ge=0, le=65_535)
    dashboard_address: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    dashboard_origins: str = ""
    dashboard_login: Literal["on", "off"] = "on"
    dashboard_cookie_secret: SecretStr = SecretStr("")
    dashboard_cookie_secret_file: str = ""
    dashboard_proxies: str = ""
    dashboard_oidc_issuer: str = ""
    dashboard_oidc_client: str = ""
    dashboard_oidc_secret: SecretStr = SecretStr("")
    dashboard_oidc_claim: Annotated[str, Field(min_length=1)] = "email"
    dashboard_refresh_seconds: float = Field(default=60, ge=0.2, le=3_600)
    collector_locale: Literal["pt_BR", "en"] = "pt_BR"
    collector_secret_key: SecretStr = SecretStr("")

    @field_validator("collector_secret_key")
    @classmethod
    def _fernet(cls, key: SecretStr) -> SecretStr:
        if key.get_secret_value():
            box(key)
        return key

    @property
    def key(self) -> SecretStr | None:
        """What seals secrets; None where it is not given."""
        return self.collector_secret_key if self.collector_secret_key.get_secret_value() else None

    @field_validator("dashboard_proxies")
    @classmethod
    def _networks(cls, declared: str) -> str:
        networks(declared)
        return declared

    @property
    def origins(self) -> list[str]:
        """Where the websocket may come from; this machine's own names unless others are set."""
        named = [origin.strip() for origin in self.dashboard_origins.split(",") if origin.strip()]
        return named or [f"{host}:{self.dashboard_port}" for host in ("localhost", "127.0.0.1")]
