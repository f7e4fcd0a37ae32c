"""When to try an ERP again after failures: a circuit breaker for each instance. Pure."""

from dataclasses import dataclass

TRIPS_AT = 3
FIRST_WAIT_S = 5.0
LONGEST_WAIT_S = 900.0
CONFIGURATION_WAIT_S = 300.0
"""What an operator must mend is tried again this seldom; a changed instance is tried at once."""


@dataclass(frozen=True, slots=True)
class Breaker:
    """`failures`: sweeps of any kind that failed since the last success, for a reason that may pass."""

    failures: int = 0

    def after(self, *, success: bool) -> "Breaker":
        """The breaker once a sweep or a small question has ended."""
        return Breaker(0 if success else self.failures + 1)

    @property
    def is_open(self) -> bool:
        """Whether one small question must be answered before another sweep is tried."""
        return self.failures >= TRIPS_AT

    def wait(self, every: float) -> float:
        """Seconds until the next attempt of a kind that is swept each `every` seconds: doubled with each failure.

        At first sooner than the schedule, so that a passing failure costs little; once open, never sooner than it.
        """
        if self.failures == 0:
            return every
        backed_off = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** (min(self.failures, 16) - 1))
        return max(min(every, LONGEST_WAIT_S), backed_off) if self.is_open else min(every, backed_off)
