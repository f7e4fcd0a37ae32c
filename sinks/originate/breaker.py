"""When a PABX that failed is asked again: a circuit breaker, probed by a harmless question and never by a call. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

FIRST_WAIT_S = 5.0
LONGEST_WAIT_S = 300.0
DOUBLINGS = 10


@dataclass(frozen=True, slots=True)
class Breaker:
    """`failures` since the last call that rang; `opened_at`: of the last one; `proved`: a probe was answered since then."""

    failures: int = 0
    opened_at: datetime | None = None
    proved: bool = False

    def failed(self, began_at: datetime, now: datetime) -> "Breaker":
        """After a call that failed, or a vain probe. What began before it opened tells nothing new."""
        if self.opened_at is not None and began_at <= self.opened_at:
            return replace(self, proved=False)
        return Breaker(self.failures + 1, now)

    def answered(self) -> "Breaker":
        """After a probe that was answered: one call may be tried."""
        return replace(self, proved=True)

    def rang(self) -> "Breaker":
        """After a call that rang."""
        return Breaker()

    def probes_at(self) -> datetime | None:
        """When to probe; None where there is no need."""
        if self.opened_at is None or self.proved:
            return None
        wait = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** min(self.failures - 1, DOUBLINGS))
        return self.opened_at + timedelta(seconds=wait)

    def may_call(self, awaited: int) -> bool:
        """`awaited`: calls whose answer is awaited. After a failure one at a time, until one rings."""
        return self.opened_at is None or (self.proved and awaited == 0)
