"""How one instance's PABX is reached: who rings, whom the caller sees, what it allows, and where its call records lie.

What is known of Asterisk: `schemas/ASTERISK.md`.
"""

import re
import string
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, HttpUrl, model_validator

from schemas.model import Model, Zone

NUMBER_FORMS = ("e164", "plus", "national", "local")
"""What an endpoint's template may name: `5582999990000`, `+5582999990000`, `82999990000`, `999990000`."""
DEVICE = re.compile(r"^[A-Za-z0-9_]+/[\x21-\x7e]+$")
PRINTED = r"^[\x20-\x7e]*$"
PABX_HOLDS = "pabx_holds"
"""The collection where `originate` notes an instance whose PABX refuses us: `_id` is its name, `reason`, `at`."""
PLAIN = r"^[A-Za-z0-9_.-]*$"


def _template(text: str) -> str:
    try:
        found = [part for part in string.Formatter().parse(text) if part[1] is not None]
    except ValueError:
        raise ValueError("a brace is not closed: write such as PJSIP/{national}@trunk") from None
    named = [field for _, field, spec, conversion in found if not spec and not conversion]  # they would cut or quote it
    if len(found) != 1 or len(named) != 1 or named[0] not in NUMBER_FORMS or not DEVICE.match(text):
        raise ValueError("not technology/address with one of {e164} {plus} {national} {local}, as PJSIP/{national}@trunk")
    return text


Endpoint = Annotated[str, AfterValidator(_template)]


class Ari(Model):
    """Asterisk's REST interface; `url` ends before `/channels`: `http://127.0.0.1:8088/ari`. `password` is sealed."""

    secret_fields: ClassVar[tuple[str, ...]] = ("password",)
    kind: Literal["ari"] = "ari"
    url: HttpUrl
    user: str = Field(min_length=1, max_length=64)
    password: str = ""

    @property
    def address(self) -> str:
        """Host and port: one PABX, whoever names it; and what stands before `/ari`, where several share a host."""
        before = (self.url.path or "").rstrip("/").removesuffix("/ari")
        return f"{(self.url.host or '').lower()}:{self.url.port}{before}"


class ManagerInterface(Model):
    """Where Asterisk's manager interface is. `password` is sealed."""

    secret_fields: ClassVar[tuple[str, ...]] = ("password",)
    host: str = Field(min_length=1, max_length=253)
    port: int = Field(default=5038, ge=1, le=65535)
    user: str = Field(min_length=1, max_length=64)
    password: str = ""


class Ami(ManagerInterface):
    """Rings by the manager, where there is no ARI."""

    kind: Literal["ami"] = "ami"

    @property
    def address(self) -> str:
        """Host and port: one PABX, whoever names it."""
        return f"{self.host.lower()}:{self.port}"


class Written(Model):
    """`zone`: of times without an offset. `longest_call`: seconds; a record is written when its call ends."""

    zone: Zone
    longest_call: int = Field(default=3_600, ge=60, le=86_400)


class CsvRecords(Written):
    """`cdr_csv`'s Master.csv, 16 to 21 columns; `seventeenth`: what a file of 17 columns has last."""

    secret_fields: ClassVar[tuple[str, ...]] = ()
    kind: Literal["csv"] = "csv"
    path: str = Field(min_length=1)
    seventeenth: Literal["uniqueid", "userfield"] = "uniqueid"


class JsonRecords(Written):
    """`cdr_custom` writing one JSON object a line, with Asterisk's own names."""

    secret_fields: ClassVar[tuple[str, ...]] = ()
    kind: Literal["json"] = "json"
    path: str = Field(min_length=1)


class SqlRecords(Written):
    """The call table of FreePBX, Issabel or another; `url` such as `mysql+pymysql://127.0.0.1:3306/asteriskcdrdb`, no user.

    `columns`: Asterisk's name of a field (`schemas.evidence.FIELDS`) → the table's column, where they differ. `password` is
    sealed. `batch_seconds`: how late Asterisk writes where it collects records (batch mode).
    """

    secret_fields: ClassVar[tuple[str, ...]] = ("password",)
    kind: Literal["sql"] = "sql"
    url: str = Field(pattern=r"^[a-z0-9+]+://[^@?]+$")
    user: str = ""
    password: str = ""
    table: str = Field(default="cdr", pattern=r"^[A-Za-z0-9_.]+$")
    columns: dict[str, str] = {}
    batch_seconds: int = Field(default=0, ge=0, le=86_400)


class AmiRecords(Written, ManagerInterface):
    """The manager's events `Cdr`, `VarSet` and `Hangup`; what happens while nobody listens is lost."""

    kind: Literal["ami"] = "ami"


Control = Annotated[Ari | Ami, Field(discriminator="kind")]
Records = Annotated[CsvRecords | JsonRecords | SqlRecords | AmiRecords, Field(discriminator="kind")]


class Pabx(Model):
    """Who rings, and how. One of `context` (with `extension`) and `app` receives an answered call.

    `caller_id` is ASCII: an accent costs the record. `channels`, `calls_per_second`: of all our calls over this PABX; where
    instances share one (the same `address`), the least counts. `armed`: whether it really rings.
    """

    control: Control
    endpoint: Endpoint = "PJSIP/{national}@trunk"
    context: str = Field(default="", max_length=79, pattern=PLAIN)
    extension: str = Field(default="s", max_length=79, pattern=r"^[A-Za-z0-9_.*#+-]+$")
    app: str = Field(default="", max_length=79, pattern=PLAIN)
    caller_id: str = Field(default="", max_length=79, pattern=PRINTED)
    ring_seconds: int = Field(default=30, ge=5, le=120)
    channels: int = Field(default=10, ge=1, le=1_000)
    calls_per_second: float = Field(default=1.0, gt=0, le=50)
    records: Records | None = None
    armed: bool = False

    @model_validator(mode="after")
    def _one_target(self) -> Self:
        if bool(self.context) == bool(self.app):
            raise ValueError("give one of context and app: who speaks when the call is answered")
        return self

    @property
    def address(self) -> str:
        """Host and port: the name under which its calls are ranked and counted."""
        return self.control.address

    @property
    def route(self) -> str:
        """What decides whom a call reaches and who speaks: a call seen to its end proves this, and nothing else."""
        return f"{self.control.kind} {self.address} {self.endpoint} {self.context} {self.extension} {self.app}"
