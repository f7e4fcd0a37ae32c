"""The dashboard's environment, read once in `main`."""

from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator

from schemas.runtime.secrets import box
from schemas.runtime.settings import SERVER, MongoSettings


class Settings(MongoSettings):
    """`DASHBOARD_ORIGINS`: host:port, several separated by commas, from which a browser may open the page.

    `DASHBOARD_REFRESH_SECONDS`: seconds between two snapshots. `COLLECTOR_LOCALE`: the language of every visible string.
    `COLLECTOR_SECRET_KEY`: seals what is typed into the page "Instances"; without it neither secrets nor drafts are kept.
    `KAFKA_BOOTSTRAP_SERVERS`: only for the heartbeat; without it there is none, and everything else works.
    """

    kafka_bootstrap_servers: Annotated[str, Field(pattern=rf"^({SERVER}(,{SERVER})*)?$")] = ""
    dashboard_port: int = Field(default=8501, ge=0, le=65_535)
    dashboard_address: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    dashboard_origins: str = ""
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

    @property
    def origins(self) -> list[str]:
        """Where the websocket may come from; this machine's own names unless others are set."""
        named = [origin.strip() for origin in self.dashboard_origins.split(",") if origin.strip()]
        return named or [f"{host}:{self.dashboard_port}" for host in ("localhost", "127.0.0.1")]
