"""What goes wrong in one day: clocks, processes, PABXs. Drawn by a seed, while somebody may be called somewhere."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Final

from deploy.simulation.dialling import Dialer
from deploy.simulation.exchange import Exchange
from deploy.simulation.figures import Counts
from deploy.simulation.office import Office
from deploy.simulation.process import Process
from deploy.simulation.timeline import Timeline

OPEN_UTC: Final = (11.0, 24.0)
JUMPS_S: Final = (0.3, 1.5, 1.9, 2.5, 4.0, 30.0, 600.0, 7_200.0, 90_000.0, 700_000.0, 2_000_000.0)
"""How far an originator's clock may jump, either way."""
WRONG_S: Final = 400.0
"""How long it stays so, on average; a good clock is off by at most `DRIFT_S`."""
DRIFT_S: Final = 0.3
JUMPS, SPELLS = (2, 8), (1, 3)
"""Of one process a day; of the second originator's life."""
RESTARTS, FORBIDS = 0.3, 0.05
"""Of each PABX, on how many days."""
DOWN_S: Final = (20.0, 10.0, 30.0)
FORBIDDEN_S: Final = (60.0, 900.0)
OFFSETS_S: Final = (0.0, 0.0, -30.0, -2.0, 2.0, 45.0)
"""How wrong a PABX's clock may be."""


class Troubles:
    """Of one world."""

    def __init__(
        self, seed: int, time: Timeline, counts: Counts, *, office: Office, dialer: Dialer, exchanges: Iterable[Exchange]
    ) -> None:
        self._random = Random(f"{seed}:troubles")
        self._time, self._office, self._dialer, self._counts = time, office, dialer, counts
        self._exchanges = tuple(exchanges)

    def plan(self, day: datetime) -> None:
        """All of the day that begins at `day`."""
        at, chance = self._time.at, self._random
        for process in self._office.processes:
            for _ in range(chance.randint(*JUMPS)):
                at(self._moment(day), partial(self._jump, process))
        for _ in range(chance.randint(*SPELLS)):
            at(self._moment(day), partial(self._office.start, self._office.second))
            at(self._moment(day), partial(self._office.stop, self._office.second))
        at(self._moment(day), self._dialer.restart)
        for exchange in self._exchanges:
            if chance.random() < RESTARTS:
                at(self._moment(day), partial(exchange.restart, *(chance.uniform(0, most) for most in DOWN_S)))
            if chance.random() < FORBIDS:
                at(self._moment(day), partial(self._forbid, exchange))
            at(self._moment(day), partial(self._skew, exchange))

    def _moment(self, day: datetime) -> datetime:
        return day + timedelta(hours=self._random.uniform(*OPEN_UTC))

    def _jump(self, process: Process) -> None:
        self._counts.clock_jumps += 1
        process.off = timedelta(seconds=self._random.choice(JUMPS_S) * self._random.choice((-1, 1)))
        self._time.after(self._random.expovariate(1 / WRONG_S), partial(self._set_right, process))

    def _set_right(self, process: Process) -> None:
        process.off = timedelta(seconds=self._random.uniform(-DRIFT_S, DRIFT_S))

    def _forbid(self, exchange: Exchange) -> None:
        exchange.forbidding = self._time.now + timedelta(seconds=self._random.uniform(*FORBIDDEN_S))

    def _skew(self, exchange: Exchange) -> None:
        exchange.core.offset = timedelta(seconds=self._random.choice(OFFSETS_S))
