"""Months of calling in minutes: the parts wired together, and what MongoDB and Kafka would carry between them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Final

from deploy.simulation.crashes import Crashes
from deploy.simulation.decisions import Collections, Decisions
from deploy.simulation.dialling import Dialer
from deploy.simulation.exchange import Exchange, Listeners
from deploy.simulation.figures import Counts, figures
from deploy.simulation.hearing import Hearing
from deploy.simulation.ledger import BlindLedger, TimedLedger
from deploy.simulation.office import Office
from deploy.simulation.people import Person, Span
from deploy.simulation.process import Process
from deploy.simulation.providers import providers
from deploy.simulation.timeline import Timeline
from deploy.simulation.topics import Kept
from deploy.simulation.troubles import Troubles
from deploy.simulators.pabx.core import Event, Happening
from deploy.simulators.pabx.log import Line
from processors.dialer.stage import World
from schemas.calling.freshness import Signs
from schemas.calls import Call, CallPlaced, CallRequest
from schemas.codec import decode, encode
from schemas.controls import in_force_since
from schemas.keys import debtor_key
from schemas.queue import QueueEntry
from schemas.stages import Heartbeat
from schemas.topics import CALLS, PLACED
from sinks.originate.steps import Hold
from sinks.originate.weighing import Sight

DAY: Final = timedelta(days=1)
SETTLES: Final = timedelta(hours=3)
CARRIED_S: Final = (0.05, 2.0)
AGAIN, AGAIN_S = 0.02, (0.05, 300.0)
"""How often the dialer is told the same record again, maybe after what came later."""
WAITS, WAITS_S = 0.02, (70.0, 89.0)
"""Requests that wait until they nearly lapse, as where nobody reads them for a while."""
BLOCKED: Final = 0.5
"""Of those, how many are for somebody who is put on the blocklist meanwhile."""
MENDED_S: Final = (300.0, 1_500.0)


@dataclass(frozen=True, slots=True)
class Plan:
    """`crash_rate`: of each step. `without_ledger`: nobody asks it."""

    debtors: int = 2_000
    days: int = 90
    first: date = date(2026, 11, 15)
    seed: int = 1
    crash_rate: float = 0.002
    without_ledger: bool = False

    @property
    def last(self) -> date:
        """The first day that is not simulated."""
        return self.first + timedelta(days=self.days)


class Simulation:
    """`log`: where the PABXs' own log goes."""

    def __init__(self, plan: Plan, persons: list[Person], log: Path) -> None:
        self.plan = plan
        self.counts = Counts()
        self.time = Timeline(datetime.combine(plan.first, time(0), UTC))
        self.crashes = Crashes(plan.seed, plan.crash_rate)
        self.ledger: TimedLedger = (BlindLedger if plan.without_ledger else TimedLedger)(time=self.time)
        self._random = Random(f"{plan.seed}:world")
        self._instances = providers()
        self._collections = Collections()
        self._view: dict[str, QueueEntry] = {}
        self._refusing: set[str] = set()
        self._log = log.open("wb")
        self._hearing = Hearing(plan.seed, self.time, self.ledger.attempts, self._called)
        listeners = Listeners(self._happened, self._struck)
        addresses = sorted({one.pabx.address for one in self._instances.values() if one.pabx})
        exchanges = {name: Exchange(name, plan.seed, self.time, listeners) for name in addresses}
        self._office = Office(plan.seed, self, exchanges, self._instances, self.counts)
        self._dialer = Dialer(plan.seed, self.time, self, instances=self._instances, shown=self._shown, asks=self._asked)
        self._troubles = Troubles(
            plan.seed,
            self.time,
            self.counts,
            office=self._office,
            dialer=self._dialer,
            exchanges=exchanges.values(),
        )
        self._decisions = Decisions(plan.seed, self.time, self._collections, self._dialer)
        for person in persons:
            self._decisions.plan(person)
        self._office.start(self._office.first)

    def run(self, progress: Callable[[date], None]) -> None:
        """All its days, and a little more, in which nobody is called but what rang ends."""
        with self._log:
            for n in range(self.plan.days):
                day = datetime.combine(self.plan.first, time(0), UTC) + n * DAY
                self._troubles.plan(day)
                self.time.run(day + DAY)
                progress(day.date())
            self.time.run(self.time.now + SETTLES)

    @property
    def thought_of(self) -> Mapping[str, Span]:
        """Blocks that were in nobody's plan, by person's id."""
        return self._decisions.thought_of

    def figures(self) -> dict[str, Any]:
        """What happened."""
        return figures(self.counts, self.crashes, self.ledger.attempts.values(), self.time.happened)

    def world(self) -> World:
        """As the dialer sees it: see `Around`."""
        return World(self._instances, self._collections.all, in_force_since(self.time.now.date()))

    def signs(self) -> Signs:
        """Everything is fresh: see `Around`."""
        now = self.time.now
        beat = Heartbeat(stage="hydrate", worker="one", at=now, since=now, lag=0)
        return Signs(dict.fromkeys(self._instances, now), (beat,), frozenset(self._refusing), now)

    def sight(self, request: CallRequest, at: datetime, *, clock_off: bool) -> Sight:
        """See `Surroundings`."""
        return Sight(
            at=at,
            instance=self._instances.get(request.instance),
            controls=self._collections.all.of(request.instance),
            entry=self._view.get(f"{request.instance}:{request.code}"),
            refusing=request.instance in self._refusing,
            clock_off=clock_off,
        )

    def publish(self, placed: CallPlaced) -> None:
        """See `Surroundings`."""
        self.counts.published(placed)
        self._hearing.placed(placed)
        self._tell_dialer(debtor_key(placed.instance, placed.code), Kept(PLACED.name, placed.key, encode(placed)))

    def hold(self, step: Hold) -> None:
        """See `Surroundings`; somebody mends it after a while."""
        self._refusing.add(step.instance.name)
        self.time.after(self._random.uniform(*MENDED_S), partial(self._refusing.discard, step.instance.name))

    def died(self, process: Process) -> None:
        """See `Surroundings`."""
        self._office.died(process)

    def _shown(self, entry: QueueEntry) -> None:
        self.time.after(self._random.uniform(*CARRIED_S), partial(self._viewed, entry))

    def _viewed(self, entry: QueueEntry) -> None:
        name = f"{entry.instance}:{entry.code}"
        if name not in self._view or self._view[name].version < entry.version:
            self._view[name] = entry

    def _asked(self, request: CallRequest) -> None:
        self.counts.requests += 1
        if self._random.random() >= WAITS:
            self._office.ask(request)
            return
        self.time.after(self._random.uniform(*WAITS_S), partial(self._office.ask, request))
        if self._random.random() < BLOCKED:
            self._decisions.block_now(f"{request.instance}:{request.code}")

    def _called(self, debtor: bytes, state: bytes) -> None:
        call = decode(Call, state)
        self._tell_dialer(debtor, Kept(CALLS.name, call.key, state))
        self._office.called(call)

    def _tell_dialer(self, debtor: bytes, record: Kept) -> None:
        take = partial(self._dialer.take, debtor, record)
        self.time.after(self._random.uniform(*CARRIED_S), take)
        if self._random.random() < AGAIN:
            self.time.after(self._random.uniform(*AGAIN_S), take)

    def _happened(self, pabx: str, happened: Happening) -> None:
        match happened:
            case Line():
                self._log.write(happened.printed)
                self._said(happened.body)
            case Event():
                self._hearing.event(pabx, happened)
            case record:
                self._hearing.record(record)

    def _said(self, said: dict[str, Any]) -> None:
        if said["what"] == "rang":
            self.counts.rang += 1
        elif said["what"] == "ended":
            self.counts.outcomes[said["outcome"]] += 1
            self.counts.ends[said["id"]] = said["outcome"]

    def _struck(self, fault: str) -> None:
        self.counts.faults[fault] += 1
