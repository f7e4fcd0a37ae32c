"""The environment, read once in a stage's `main`; a missing or wrong variable is one readable line."""

import os
import re
import socket
import ssl
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from schemas.errors import StopWorker
from schemas.runtime.secrets import box

S = TypeVar("S", bound=BaseSettings)

SERVER = r"(\[[0-9A-Fa-f:]+\]|[^\s,:\[\]]+):[0-9]{1,5}"


def own_name() -> str:
    """Of this process alone on this machine: host and process id."""
    return f"{re.sub('[^A-Za-z0-9._-]', '-', socket.gethostname())[:80]}-{os.getpid()}"


class Base(BaseSettings):
    """Field names are the variables' names in lower case.

    `WORKER_NAME`: two processes of a stage under one name push each other out. `STALL_SECONDS`: a stage that
    makes no progress or is not alive for so long, though its peers answer, ends itself. `METRICS_PORT`: where `/metrics`,
    `/live` and `/ready` are answered, at `METRICS_ADDRESS`; 0 for nowhere. `OTEL_EXPORTER_OTLP_ENDPOINT`: a collector of
    OpenTelemetry that is told the ways of one in `TRACE_ONE_IN` rows (`schemas/ways.py`), with these
    `OTEL_EXPORTER_OTLP_HEADERS`; unset or empty, nobody is.
    """

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    worker_name: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,100}$", default_factory=own_name)]
    stall_seconds: float = Field(default=120, ge=1, le=3_600)
    metrics_port: int = Field(default=0, ge=0, le=65_535)
    metrics_address: Annotated[str, Field(pattern=r"^[0-9A-Za-z.-]+$")] = "127.0.0.1"
    otel_exporter_otlp_endpoint: Annotated[str, Field(pattern=r"^(https?://[^\s/@?#]+(/[^\s@?#]*)?)?$")] = ""
    otel_exporter_otlp_headers: SecretStr = SecretStr("")
    trace_one_in: int = Field(default=100, ge=1, le=1_000_000)


class KafkaLogin(Base):
    """How a broker is spoken to, by every client alike (`schemas/runtime/kafka_login.py`).

    `KAFKA_SECURITY`: `SSL` is TLS, `SASL_SSL` TLS and a login; a login without TLS is not offered. `KAFKA_MECHANISM`,
    `KAFKA_USER`, `KAFKA_PASSWORD`: the login. `KAFKA_CA`: certificates in PEM that sign the broker's, `KAFKA_CA_FILE` the
    file of them; without any those of this machine count.
    """

    kafka_security: Literal["PLAINTEXT", "SSL", "SASL_SSL"] = "PLAINTEXT"
    kafka_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    kafka_user: str = ""
    kafka_password: SecretStr = SecretStr("")
    kafka_ca: str = ""

    @field_validator("kafka_user", "kafka_password")
    @classmethod
    def _with_a_login(cls, told: str | SecretStr, info: ValidationInfo) -> str | SecretStr:
        security = info.data.get("kafka_security")  # None where it is wrong itself, which is told first
        if security == "SASL_SSL" and not len(told):
            raise PydanticCustomError("missing", "KAFKA_SECURITY=SASL_SSL asks for it")
        if security in {"PLAINTEXT", "SSL"} and len(told):
            raise ValueError(f"KAFKA_SECURITY={security} sends none: say SASL_SSL, or take it away")
        return told

    @field_validator("kafka_ca")
    @classmethod
    def _certificates(cls, told: str, info: ValidationInfo) -> str:
        if told and info.data.get("kafka_security") == "PLAINTEXT":
            raise ValueError("KAFKA_SECURITY=PLAINTEXT asks for no certificate: say SSL or SASL_SSL, or take it away")
        if told:
            try:
                ssl.create_default_context(cadata=told)
            except (ssl.SSLError, TypeError, ValueError):  # the second for what is not ASCII
                raise ValueError("no certificates in PEM") from None
        return told


class KafkaSettings(KafkaLogin):
    """`KAFKA_BOOTSTRAP_SERVERS`: host:port, several separated by commas."""

    kafka_bootstrap_servers: Annotated[str, Field(pattern=rf"^{SERVER}(,{SERVER})*$")]


class MongoSettings(Base):
    """`MONGO_URI` and the name of the database."""

    mongo_uri: Annotated[str, Field(pattern=r"^mongodb(\+srv)?://.")]
    mongo_database: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,60}$")] = "collector"


class SecretSettings(Base):
    """`COLLECTOR_SECRET_KEY`: Fernet keys separated by commas, the newest first (the others still open old tokens)."""

    collector_secret_key: SecretStr

    @field_validator("collector_secret_key")
    @classmethod
    def _fernet(cls, key: SecretStr) -> SecretStr:
        box(key)
        return key


class PersonSettings(Base):
    """`COLLECTOR_PERSON_KEY`: the key under which CPF and CNPJ are hashed; changing it makes everybody a stranger."""

    collector_person_key: Annotated[SecretStr, Field(min_length=16)]


HINTS = {
    "otel_exporter_otlp_endpoint": "the collector's address for OTLP/HTTP, such as http://127.0.0.1:4318",
    "kafka_bootstrap_servers": "the broker's host:port",
    "kafka_security": "PLAINTEXT, SSL or SASL_SSL",
    "kafka_mechanism": "PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512",
    "kafka_user": "the name that the broker knows us by",
    "kafka_password": "the password of KAFKA_USER, or KAFKA_PASSWORD_FILE to its file",
    "kafka_ca": "the certificates that sign the broker's, or KAFKA_CA_FILE to their file",
    "mongo_uri": "a URI such as mongodb://user:password@host:27018",
    "collector_secret_key": "a Fernet key; `collector env` makes one",
    "collector_backup_key": "a key of 32 bytes; `collector env` makes one",
    "collector_person_key": "at least 16 random characters; `collector env` makes one",
}


def from_files(names: Iterable[str], environ: Mapping[str, str]) -> dict[str, str]:
    """By field: what the file holds that `NAME_FILE` names, as secrets come into containers; the line's end is none of it.

    Raises StopWorker for a file that cannot be read, and where both NAME and NAME_FILE are set.
    """
    found = {}
    for name in names:
        path = environ.get(f"{name.upper()}_FILE")
        if not path:
            continue
        if environ.get(name.upper()):
            raise StopWorker(f"{name.upper()} and {name.upper()}_FILE are both set: which one counts? Take one away")
        try:
            found[name] = Path(path).read_text(encoding="utf-8").rstrip("\r\n")
        except OSError as exc:
            raise StopWorker(f"{name.upper()}_FILE={path}: {exc.strerror}: mend the path, or who may read the file") from exc
        except ValueError:
            raise StopWorker(f"{name.upper()}_FILE={path} is no text: write the value into it, and nothing else") from None
    return found


def read(kind: type[S]) -> S:
    """The settings of one stage, each variable from the environment or from the file that `NAME_FILE` names.

    Raises StopWorker that names the first variable that is missing or wrong.
    """
    files: dict[str, Any] = from_files(kind.model_fields, os.environ)
    try:
        return kind(**files)
    except ValidationError as exc:
        first = exc.errors(include_url=False, include_input=False)[0]
        field = str(first["loc"][0]) if first["loc"] else "settings"
        what = "is not set" if first["type"] == "missing" else f"is wrong ({first['msg']})"
        mend = f"set it to {HINTS[field]}" if field in HINTS else "see `.env.example`"
        raise StopWorker(f"{field.upper()} {what}: {mend}") from None
