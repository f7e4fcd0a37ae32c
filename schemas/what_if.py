"""What calling with other rules would have been like in the days behind us, side by side with the rules of today."""

from typing import Literal

from pydantic import Field

from schemas.errors import StopWorker
from schemas.model import Code, InstanceName, Instant, Model
from schemas.queue import HoldReason

MOST_DAYS = 180
"""So long the raw topics keep every change."""

Figure = Literal["debtors", "calls", "calls_each", "most_of_one", "refused", "calls_a_day", "busiest_day"]
Basis = Literal["seen", "typical"]
"""How the outcomes of calls that nobody placed were drawn: as those of the provider's own calls, or, where those were too
few, by a typical mix.
"""
Obstacle = Literal["busy", "no_instance", "nothing_read", "unreached", "broken"]
"""Why there is no comparison. `busy`: another one is under way. `no_instance`: it is gone, or its settings cannot be read.
`nothing_read`: no row of it is in the topics. `unreached`: Kafka or MongoDB did not answer. `broken`: anything else, as the
dashboard's log says.
"""


class NotCompared(StopWorker):
    """The message is for the command line and the log; `why` is for the page, which has its own words."""

    def __init__(self, message: str, why: Obstacle) -> None:
        super().__init__(message)
        self.why = why


class Wrong(Model):
    """What the process of a comparison tells instead of one."""

    wrong: str
    why: Obstacle


class Progress(Model):
    """How far it is, from 0 to 1, and up to which instant."""

    done: float = Field(ge=0, le=1)
    at: Instant


class Line(Model):
    """One number under today's rules (`now`) and under the others (`then`)."""

    now: float
    then: float


class FigureLine(Line):
    """One of the figures of the whole period. `busiest_day`: calls on it."""

    what: Figure


class HourLine(Line):
    """Calls that began in one hour of the debtor's own clock."""

    hour: int = Field(ge=0, le=23)


class OftenLine(Line):
    """How many debtors were called so often."""

    calls: int = Field(ge=1)


class HoldLine(Line):
    """How many debtors a hold kept from being called, at noon of any day; of whom it fell away for good, and who got it.

    Of those only who were late enough for either rules.
    """

    reason: HoldReason
    fell: int
    came: int


class Debtor(Model):
    """Who was called under either rules. `fell`: holds of today's rules that the others never gave him."""

    instance: InstanceName
    code: Code
    now: int
    then: int
    first_now: Instant | None = None
    first_then: Instant | None = None
    fell: tuple[HoldReason, ...] = ()


class Compared(Model):
    """From `since`, the first instant of which the facts are whole, to `until`. `placed`: calls that were really placed."""

    instances: tuple[InstanceName, ...]
    since: Instant
    until: Instant
    basis: Basis
    placed: int
    figures: tuple[FigureLine, ...] = ()
    hours: tuple[HourLine, ...] = ()
    often: tuple[OftenLine, ...] = ()
    holds: tuple[HoldLine, ...] = ()
    debtors: tuple[Debtor, ...] = ()
