"""One provider's configuration, as it is kept in the MongoDB collection `instances` (the ERP's token encrypted)."""

from datetime import time
from functools import cache
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, Field, ValidationError

from schemas.erp.connections import CONNECTIONS, Connection
from schemas.model import InstanceName, Model
from schemas.reverse_map import Subject, Variants, consistent


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


class Window(Model):
    """Local hours in which a call may be placed on one weekday: from `opens` until just before `closes`."""

    opens: Hour
    closes: Hour


WEEKDAYS = (0, 1, 2, 3, 4)
STRICTEST = {day: Window(opens=time(9), closes=time(19)) for day in WEEKDAYS}


class Rules(Model):
    """One instance's dialer rules (`ARCHITECTURE.md`). `windows`: by weekday, Monday is 0; a missing day is closed."""

    min_days_overdue: int = Field(default=7, ge=0, le=365)
    windows: dict[Weekday, Window] = STRICTEST
    call_on_holidays: bool = False


class Brake(Model):
    """A sweep that would close more than `share` of what was known, and more than `rows` rows, waits to be believed.

    A `share` of 1 never waits.
    """

    share: float = Field(default=0.2, gt=0, le=1)
    rows: int = Field(default=50, ge=0, le=1_000_000)


def wrong_field(error: ValidationError) -> str:
    """The dotted name of the first wrong field of an instance, as people write it."""
    first = error.errors(include_url=False, include_input=False)[0]
    if first["type"] == "union_tag_invalid":
        return "erp.kind"
    return ".".join(str(part) for n, part in enumerate(first["loc"]) if not (n == 1 and part in CONNECTIONS))


class Instance(Model):
    """One provider. `state` (UF) decides holidays, `zone` every date and hour, `ddd` completes short phone numbers."""

    name: InstanceName
    title: str = ""
    zone: Zone = "America/Sao_Paulo"
    state: State = "SP"
    ddd: str = Field(default="11", pattern=r"^[1-9][1-9]$")
    erp: Connection
    rules: Rules = Rules()
    brake: Brake = Brake()
    reverse: dict[Subject, Annotated[Variants, AfterValidator(consistent)]] = {}

    @property
    def clock(self) -> ZoneInfo:
        """The time zone of every date and hour of this instance."""
        return ZoneInfo(self.zone)
