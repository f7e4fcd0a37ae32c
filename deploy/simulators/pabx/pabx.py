"""The running PABX: the core on a clock, what happens written down and told, and how far it has booted."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final, Literal

from deploy.simulators.pabx.core import Core, Event, Refused
from deploy.simulators.pabx.faults import Fault, strike
from deploy.simulators.pabx.hub import Hub
from deploy.simulators.pabx.log import Line
from deploy.simulators.pabx.writers import Write, append

Clock = Callable[[], datetime]
Stage = Literal["missing", "booting", "booted"]
IDLE_SECONDS: Final = 60.0
ENDLESS: Final = datetime.max.replace(tzinfo=UTC)


class Pabx:
    """`log`: the file of its own log. Everything is written before `settle` returns, and so before a caller is answered."""

    def __init__(
        self, core: Core, clock: Clock, log: Path | None = None, records: Iterable[Write] = (), seed: int = 1
    ) -> None:
        self.core = core
        self.clock = clock
        self.hub = Hub(self._listened)
        self.faults: tuple[Fault, ...] = ()
        self.counts: Counter[str] = Counter()
        self.started = clock()
        self.down: float | None = None
        self.ending: Callable[[], None] = lambda: None
        self._log = log
        self._records = tuple(records)
        self._random = Random(f"{seed}:faults")
        self._booting = (0.0, 0.0)
        self._found_at = self._booted_at = self.started
        self._woken: asyncio.Event | None = None

    @property
    def stage(self) -> Stage:
        """After a restart Asterisk's web server answers before ARI is there, and ARI before calls can be placed."""
        now = self.clock()
        return "missing" if now < self._found_at else "booting" if now < self._booted_at else "booted"

    def boot(self, missing: float, booting: float) -> None:
        """Once it begins, let `missing` seconds pass until ARI is found, and `booting` more until it serves."""
        self._booting = (missing, booting)

    def begin(self) -> None:
        """Somebody serves it from now on."""
        missing, booting = self._booting
        self._booting = (0.0, 0.0)
        self.started = self.clock()
        self._found_at = self.started + timedelta(seconds=missing)
        self._booted_at = self._found_at + timedelta(seconds=booting)

    def restart(self, down: float, missing: float, booting: float) -> None:
        """Lose every call; whoever serves this stops listening for `down` seconds."""
        self.core.restart(self.clock())
        self.settle()
        self.hub.close()
        self.boot(missing, booting)
        self._found_at = ENDLESS
        self.down = down
        self.ending()

    def originate(self, channel_id: str, endpoint: str, timeout: float, **asked: Any) -> Mapping[str, Any] | Refused:  # noqa: ANN401  # as Core.originate
        """As `Core.originate`, now."""
        done = self.core.originate(channel_id, endpoint, timeout, self.clock(), **asked)
        self.counts["refused" if isinstance(done, Refused) else "rang"] += 1
        self.settle()
        return done

    def hang_up(self, channel_id: str) -> bool:
        """As `Core.hang_up`, now."""
        done = self.core.hang_up(channel_id, self.clock())
        self.settle()
        return done

    def strike(self, method: str) -> Fault | None:
        """The fault that strikes this request."""
        fault, self.faults = strike(self.faults, method, self._random)
        if fault:
            self.counts[f"fault_{fault.kind}"] += 1
        return fault

    def settle(self) -> None:
        """Write and tell what happened until now."""
        for happened in self.core.advance(self.clock()):
            match happened:
                case Event(body, app):
                    self.hub.tell(body, app)
                case Line():
                    if self._log:
                        append(self._log, happened.printed)
                case record:
                    self.counts["records"] += 1
                    for write in self._records:
                        write(record)
        if self._woken:
            self._woken.set()

    async def run(self) -> None:
        """Let time pass, until cancelled."""
        self._woken = asyncio.Event()
        while True:
            self.settle()
            self._woken.clear()
            due = self.core.next_at
            left = (due - self.clock()).total_seconds() if due else IDLE_SECONDS
            with suppress(TimeoutError):
                async with asyncio.timeout(max(left, 0)):
                    await self._woken.wait()

    def _listened(self, apps: set[str]) -> None:
        self.core.apps = apps
