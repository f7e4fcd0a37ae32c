"""One provider's configuration, as it is kept in the MongoDB collection `instances` (the ERP's token encrypted)."""

from datetime import date, time
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, ValidationError

from schemas.attempts import Outcome
from schemas.erp.connections import CONNECTIONS, Connection
from schemas.model import InstanceName, Model, Zone
from schemas.pabx import Pabx
from schemas.reverse_map import Subject, Variants, consistent


def _local(hour: time) -> time:
    if hour.tzinfo is not None:
        raise ValueError("an hour of the instance's own zone has no offset")
    return hour


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


OptionalDay = Literal["carnival", "corpus_christi", "christmas_eve", "new_years_eve"]


class Rules(Model):
    """One instance's dialer rules (`ARCHITECTURE.md`). `windows`: by weekday, Monday is 0; a missing day is closed.

    Limits count calls to one person, or one number, all at once: in an hour, in a local day, in seven days; `gap_minutes`
    lie between two; after a conversation nobody rings for `rest_days_after_human` days (0: no rest). `branches`: only these
    where any is named; `branches_left_out`: never these. `retry_minutes`: instead of the usual delay after an outcome
    (`schemas.calling.retry`); delays only lengthen limits. `max_data_age_minutes`: on older debts nobody is called.
    """

    min_days_overdue: int = Field(default=7, ge=0, le=365)
    max_days_overdue: int = Field(default=30, ge=0, le=3_650)
    windows: dict[Weekday, Window] = STRICTEST
    call_on_holidays: bool = False
    optional_holidays: tuple[OptionalDay, ...] = ("carnival", "corpus_christi", "christmas_eve", "new_years_eve")
    municipal_holidays: tuple[date, ...] = ()
    per_hour: int = Field(default=1, ge=1, le=60)
    per_day: int = Field(default=3, ge=1, le=100)
    per_7_days: int = Field(default=7, ge=1, le=500)
    gap_minutes: int = Field(default=240, ge=5, le=10_080)
    rest_days_after_human: int = Field(default=0, ge=0, le=90)
    call_inactive: bool = False
    call_companies: bool = True
    branches: tuple[str, ...] = ()
    branches_left_out: tuple[str, ...] = ()
    retry_minutes: dict[Outcome, Annotated[int, Field(ge=0, le=10_080)]] = {}
    max_data_age_minutes: int = Field(default=120, ge=5, le=10_080)


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
    """One provider. `state` (UF) decides holidays, `zone` every date and hour, `ddd` completes short phone numbers.

    None of the three has a default: a wrong one rings strangers, or at night. `paused`: neither read nor called.
    Without a `pabx` nobody is called.
    """

    name: InstanceName
    title: str = ""
    zone: Zone
    state: State
    ddd: Annotated[str, Field(pattern=r"^[1-9][1-9]$")]
    paused: bool = False
    erp: Connection
    rules: Rules = Rules()
    brake: Brake = Brake()
    pabx: Pabx | None = None
    reverse: dict[Subject, Annotated[Variants, AfterValidator(consistent)]] = {}

    @property
    def clock(self) -> ZoneInfo:
        """The time zone of every date and hour of this instance."""
        return ZoneInfo(self.zone)
