"""One provider's configuration, as it is kept in the MongoDB collection `instances` (the ERP's token encrypted)."""

from datetime import time
from functools import cache
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, Field, HttpUrl

from schemas.model import InstanceName, Model
from schemas.rows import Kind


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())  # walks through the whole time zone database


def _known_zone(name: str) -> str:
    if name not in _zones():
        raise ValueError("not an IANA time zone such as America/Maceio")
    return name


def _local(hour: time) -> time:
    if hour.tzinfo is not None:
        raise ValueError("an hour of the instance's own zone has no offset")
    return hour


Zone = Annotated[str, AfterValidator(_known_zone)]
State = Literal[
    "AC", "AL", "AM", "AP", "BA", "CE", "DF", "ES", "GO", "MA", "MG", "MS", "MT", "PA",
    "PB", "PE", "PI", "PR", "RJ", "RN", "RO", "RR", "RS", "SC", "SE", "SP", "TO",
]  # fmt: skip
Hour = Annotated[time, AfterValidator(_local)]
Weekday = Annotated[int, Field(ge=0, le=6)]
Seconds = Annotated[float, Field(gt=0, le=86_400)]


class Erp(Model):
    """How to reach and how gently to read the ERP. `token` is Fernet ciphertext, never the token itself.

    `every`: seconds between two sweeps of a kind. `gap`: least seconds between two requests.
    """

    kind: Literal["ixc"]
    url: HttpUrl
    token: str
    page_size: int = Field(default=600, ge=1, le=5_000)
    gap: float = Field(default=0.15, ge=0, le=60)
    timeout: Seconds = 60
    every: dict[Kind, Seconds] = {"client": 900, "contract": 300, "bill": 120, "reference": 86_400}
    ca_file: str = ""


class Window(Model):
    """Local hours in which a call may be placed on one weekday: from `opens` until just before `closes`."""

    opens: Hour
    closes: Hour


WEEKDAYS = (0, 1, 2, 3, 4)
STRICTEST = {day: Window(opens=time(9), closes=time(19)) for day in WEEKDAYS}


class Rules(Model):
    """The dialer's rules of one instance (`design.md`). `windows`: by weekday, Monday is 0; a missing day is closed."""

    min_days_overdue: int = Field(default=7, ge=0, le=365)
    windows: dict[Weekday, Window] = STRICTEST
    call_on_holidays: bool = False


class Instance(Model):
    """One provider. `state` (UF) decides holidays, `zone` every date and hour, `ddd` completes short phone numbers."""

    name: InstanceName
    title: str = ""
    zone: Zone = "America/Sao_Paulo"
    state: State = "SP"
    ddd: str = Field(default="11", pattern=r"^[1-9][1-9]$")
    erp: Erp
    rules: Rules = Rules()

    @property
    def clock(self) -> ZoneInfo:
        """The time zone of every date and hour of this instance."""
        return ZoneInfo(self.zone)
