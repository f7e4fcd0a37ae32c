"""When to try an ERP again after failures: a circuit breaker for each instance. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from producers.erp.limits import AskedToWaitError
from schemas.errors import RetryLater, StopWorker
from schemas.rows import Kind

TRIPS_AT = 3
FIRST_WAIT_S = 5.0
LONGEST_WAIT_S = 900.0
CONFIGURATION_WAIT_S = 300.0
"""What an operator must mend is tried again this seldom; a changed instance is tried at once."""


@dataclass(frozen=True, slots=True)
class Breaker:
    """What failed lately for a reason that may pass: sweeps and small questions.

    `failures`: of each kind since its own last success; `in_a_row`: of all kinds since the last success of any. `first`:
    seconds after a kind's first failure.
    """

    failures: Mapping[Kind, int] = field(default_factory=dict)
    in_a_row: int = 0
    first: float = FIRST_WAIT_S

    def failed(self, kind: Kind) -> "Breaker":
        """The breaker after a failure of `kind`."""
        return replace(self, failures={**self.failures, kind: self.failures.get(kind, 0) + 1}, in_a_row=self.in_a_row + 1)

    def succeeded(self, kind: Kind) -> "Breaker":
        """The breaker after a sweep of `kind`. It forgives nothing to a kind whose own table is broken."""
        return replace(self, failures={**self.failures, kind: 0}, in_a_row=0)

    def is_open(self, kind: Kind) -> bool:
        """Whether one small question must be answered before `kind` is swept again."""
        return max(self.in_a_row, self.failures.get(kind, 0)) >= TRIPS_AT

    def wait(self, kind: Kind, every: float) -> float:
        """Seconds until the next attempt of a kind that is swept each `every` seconds: doubled with each own failure.

        Never later than the schedule while whole sweeps are tried; once open, only a small question is at stake.
        """
        own = self.failures.get(kind, 0)
        if own == 0:
            return every
        backed_off = min(LONGEST_WAIT_S, self.first * 2.0 ** (min(own, 16) - 1))
        return backed_off if self.is_open(kind) else min(every, backed_off)


class Again(NamedTuple):
    """Try again after `seconds`; `sooner`: at once where another kind finds that the ERP is back."""

    breaker: Breaker
    seconds: float
    sooner: bool


def again(breaker: Breaker, kind: Kind, every: float, failure: RetryLater | StopWorker, mending: float) -> Again:
    """What follows from a failure. A file that must rest says nothing about the ERP. `mending`: see the constant."""
    if isinstance(failure, StopWorker):
        return Again(breaker, max(every, mending), sooner=False)
    if isinstance(failure, AskedToWaitError) and failure.after is not None:
        after = breaker.failed(kind)
        return Again(after, max(failure.after.total_seconds(), after.wait(kind, every)), sooner=False)
    if failure.after is not None:
        return Again(breaker, failure.after.total_seconds(), sooner=False)
    after = breaker.failed(kind)
    return Again(after, after.wait(kind, every), sooner=True)
