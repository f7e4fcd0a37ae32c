"""Months of calling in minutes: everything wired together, and what goes wrong on the way."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Final

from deploy.simulation.crashes import Crashes
from deploy.simulation.decisions import Decisions, Ledgers
from deploy.simulation.dialling import Dialer, Kept
from deploy.simulation.exchange import Exchange, Listeners
from deploy.simulation.hearing import Hearing
from deploy.simulation.ledger import BlindLedger, TimedLedger
from deploy.simulation.line import Line
from deploy.simulation.people import Person
from deploy.simulation.process import Process
from deploy.simulation.providers import providers
from deploy.simulation.timeline import Timeline, Wakeful
from deploy.simulators.pabx.core import Happening
from deploy.simulators.pabx.log import Line as LogLine
from processors.dialer.stage import World
from schemas.attempts import Attempt
from schemas.calling.freshness import Signs
from schemas.calls import Call, CallPlaced, CallRequest
from schemas.codec import encode
from schemas.controls import in_force_since
from schemas.queue import QueueEntry
from schemas.stages import Heartbeat
from schemas.topics import CALLS, PLACED
from sinks.originate.ending import finish
from sinks.originate.steps import Fate, Hold
from sinks.originate.weighing import Sight

HEAL_EVERY_S: Final = 10.0
CLEAN_AFTER: Final = timedelta(minutes=10)
DAY: Final = timedelta(days=1)
JUMPS_S: Final = (0.3, 1.5, 1.9, 2.5, 4.0, 30.0, 600.0, 7_200.0, 90_000.0, 700_000.0, 2_000_000.0)
"""How far an originator's clock may jump, either way, and back."""


@dataclass(frozen=True, slots=True)
class Plan:
    """`without_ledger`: nobody asks it. `crash_rate`: of each step."""

    debtors: int = 2_000
    first: date = date(2026, 11, 15)
    days: int = 90
    seed: int = 1
    crash_rate: float = 0.002
    without_ledger: bool = False


@dataclass(slots=True)
class Counts:
    """What happened."""

    fates: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    rang: int = 0
    requests: int = 0
    crashes: int = 0
    clock_jumps: int = 0
    healed: Counter[str] = field(default_factory=Counter)

    def fate(self, fate: Fate | None) -> None:
        """Of a request."""
        self.fates[fate or "broken off"] += 1


class Simulation:
    """`log`: where the PABX's own log goes."""

    def __init__(self, plan: Plan, persons: list[Person], log: Path) -> None:
        self.plan = plan
        self.counts = Counts()
        self.time = Timeline(datetime.combine(plan.first, time(0), UTC))
        self.crashes = Crashes(plan.seed, plan.crash_rate)
        self.ledger: TimedLedger = (BlindLedger if plan.without_ledger else TimedLedger)(time=self.time)
        self._random = Random(f"{plan.seed}:world")
        self._instances = providers()
        self._ledgers = Ledgers()
        self._view: dict[str, QueueEntry] = {}
        self._refusing: dict[str, datetime] = {}
        self._log = log.open("wb")
        self._hearing = Hearing(plan.seed, self.time, self._called)
        self._dialer = Dialer(plan.seed, self.time, self, self._instances, self._shown, self._asked)
        tell = Listeners(self._happened, self._struck)
        addresses = sorted({one.pabx.address for one in self._instances.values() if one.pabx})
        self._exchanges = {name: Exchange(name, plan.seed, self.time, tell) for name in addresses}
        self._processes = [Process(name, self, Random(f"{plan.seed}:{name}")) for name in ("first", "second")]
        self._lines = {
            process.name: {
                name: Line(process, exchange, self._instances, self.counts) for name, exchange in self._exchanges.items()
            }
            for process in self._processes
        }
        self._healing: set[tuple[str, str]] = set()
        self._heal = Wakeful(self.time, self._healed)
        self._untold: list[Call] = []
        decisions = Decisions(plan.seed, self.time, self._ledgers, self._dialer)
        for person in persons:
            decisions.plan(person)
        self._processes[0].start()

    def run(self, progress: Callable[[date], None]) -> None:
        """All its days."""
        try:
            for n in range(self.plan.days):
                day = self.plan.first + timedelta(days=n)
                self._trouble(datetime.combine(day, time(0), UTC))
                self.time.run(datetime.combine(day + DAY, time(0), UTC))
                progress(day)
            self.time.run(self.time.now + timedelta(hours=3))
        finally:
            self._log.close()

    # --- what the dialer and originators ask

    def world(self) -> World:
        """As the dialer last saw it."""
        return World(self._instances, self._ledgers.all, in_force_since(self.time.now.date()))

    def signs(self) -> Signs:
        """Everything is fresh."""
        now = self.time.now
        beat = Heartbeat(stage="hydrate", worker="one", at=now, since=now, lag=0)
        return Signs(dict.fromkeys(self._instances, now), (beat,), frozenset(self._refusing), now)

    def sight(self, request: CallRequest, at: datetime, *, clock_off: bool) -> Sight:
        """What MongoDB shows."""
        return Sight(
            at=at,
            instance=self._instances.get(request.instance),
            controls=self._ledgers.all.of(request.instance),
            entry=self._view.get(f"{request.instance}:{request.code}"),
            refusing=request.instance in self._refusing,
            clock_off=clock_off,
        )

    def publish(self, placed: CallPlaced) -> None:
        """The broker has it; who reads it reads it a little later, some of it twice."""
        self.counts.answers[placed.answer] += 1
        if placed.answer == "refused":
            self.counts.refusals[placed.reason or placed.detail.partition("(")[0].strip() or "?"] += 1
        self._hearing.begun(placed.attempt, placed.instance, placed.code)
        self._hearing.placed(placed)
        debtor = f"{placed.instance}:{placed.code}".encode()
        self._to_dialer(debtor, Kept(PLACED.name, placed.key, encode(placed)))

    def hold(self, step: Hold) -> None:
        """Until somebody mends it."""
        self._refusing[step.instance.name] = self.time.now
        self.time.after(self._random.uniform(300, 1_500), lambda: self._refusing.pop(step.instance.name, None))

    def died(self, process: Process) -> None:
        """It begins again before long; now and then the other one takes over at once."""
        self.counts.crashes += 1
        for line in self._lines[process.name].values():
            line.forget()
        self._healing = {(name, attempt) for name, attempt in self._healing if name != process.name}
        away = self._random.uniform(2, 40) if self._random.random() < 0.9 else self._random.uniform(60, 900)  # noqa: PLR2004
        self.time.after(away, lambda: self._started(process))
        if self._random.random() < 0.3:  # noqa: PLR2004
            self._started(next(one for one in self._processes if one is not process))

    # --- what happens

    def _started(self, process: Process) -> None:
        if process.alive:
            return
        process.start()
        self._heal.within(0.0)
        untold, self._untold = self._untold, []
        for call in untold:
            self._tell(call)

    def _shown(self, entry: QueueEntry) -> None:
        self.time.after(self._random.uniform(0.05, 2.0), partial(self._viewed, entry))

    def _viewed(self, entry: QueueEntry) -> None:
        name = f"{entry.instance}:{entry.code}"
        if name not in self._view or self._view[name].version < entry.version:
            self._view[name] = entry

    def _asked(self, request: CallRequest) -> None:
        self.counts.requests += 1
        alive = [process for process in self._processes if process.alive]
        to = [process for process in alive if self._random.random() < 0.3] or alive[: self._random.randint(1, 2)]  # noqa: PLR2004
        for process in to:
            self.time.after(self._random.uniform(0.005, 0.1), partial(self._taken, process, process.epoch, request))
        if self._random.random() < 0.01 and alive:  # noqa: PLR2004 - read again, long after
            again = self._random.choice(alive)
            self.time.after(self._random.uniform(1, 200), partial(self._taken, again, again.epoch, request))

    def _taken(self, process: Process, epoch: int, request: CallRequest) -> None:
        if process.alive and process.epoch == epoch:
            self._lines[process.name][request.pabx].take(request)
            self._heal.within(HEAL_EVERY_S)

    def _to_dialer(self, debtor: bytes, record: Kept) -> None:
        take = partial(self._dialer.take, debtor, record)
        self.time.after(self._random.uniform(0.05, 2.0), take)
        if self._random.random() < 0.02:  # noqa: PLR2004 - told again, maybe after what came later
            self.time.after(self._random.uniform(0.05, 300.0), take)

    def _happened(self, _: datetime, happened: Happening) -> None:
        if not isinstance(happened, LogLine):
            return
        self._log.write(happened.printed)
        if happened.body["what"] == "rang":
            self.counts.rang += 1
            attempt: Attempt = self.ledger.attempts[happened.body["id"]]
            self._hearing.begun(attempt.attempt, attempt.instance, attempt.code)
        elif happened.body["what"] == "ended":
            self.counts.outcomes[happened.body["outcome"]] += 1
            if happened.body["outcome"] != "lost":
                self._hearing.ended(happened.body)

    def _struck(self, fault: str) -> None:
        self.counts.faults[fault] += 1

    def _called(self, call: Call) -> None:
        """A new state in `call.v1`."""
        debtor = f"{call.instance}:{call.code}".encode()
        self._to_dialer(debtor, Kept(CALLS.name, call.key, encode(call)))
        self.time.after(self._random.uniform(0.05, 3.0), partial(self._tell, call))
        if self._random.random() < 0.02:  # noqa: PLR2004 - read again
            self.time.after(self._random.uniform(1, 600), partial(self._tell, call))

    def _tell(self, call: Call) -> None:
        """Some originator that is alive; what it did not get done is told again."""
        alive = [process for process in self._processes if process.alive]
        if not alive:
            self._untold.append(call)
            return
        process = self._random.choice(alive)
        line = self._lines[process.name][call.pabx or next(iter(self._exchanges))]
        epoch = process.epoch
        done: list[bool] = []

        def then(found: bool | None) -> None:
            done.append(True)
            if found is None:
                self.time.after(5.0, partial(self._tell, call))

        process.begin("finish", finish(call, process.now()), line, then)
        self.time.after(400.0, lambda: None if done else self._tell(call))
        _ = epoch

    def _healed(self) -> None:
        """Who is alive, and knows what time it is, takes up what is left."""
        for process in self._processes:
            if not process.alive or process.clock_off():
                continue
            now = process.now()
            for attempt in self.ledger.left_at_once(now):
                if (process.name, attempt.attempt) not in self._healing:
                    self._take_up(process, attempt, now)
        if self.ledger.unfinished:
            self._heal.within(HEAL_EVERY_S)

    def _take_up(self, process: Process, attempt: Attempt, now: datetime) -> None:
        mine = process.name, attempt.attempt
        self._healing.add(mine)

        def then(found: bool | None) -> None:
            self._healing.discard(mine)
            if found:
                self.counts.healed[attempt.state] += 1
            elif found is False and attempt.state == "abandoned" and now - attempt.changed_at > CLEAN_AFTER:
                self.ledger.unfinished.pop(attempt.attempt, None)

        self._lines[process.name][attempt.pabx].heal(attempt, then)

    # --- trouble

    def _trouble(self, day: datetime) -> None:
        """Of one day: clocks that jump, a second originator, a PABX that restarts, a dialer that begins again."""
        for process in self._processes:
            for _ in range(self._random.randint(1, 4)):
                self.time.at(self._moment(day), partial(self._jump, process))
        for _ in range(self._random.randint(1, 3)):
            self.time.at(self._moment(day), partial(self._started, self._processes[1]))
            self.time.at(self._moment(day), partial(self._killed, self._processes[1]))
        self.time.at(self._moment(day), self._dialer.restart)
        for exchange in self._exchanges.values():
            if self._random.random() < 0.3:  # noqa: PLR2004
                times = [self._random.uniform(0, most) for most in (20, 10, 30)]
                self.time.at(self._moment(day), partial(exchange.restart, *times))
            if self._random.random() < 0.05:  # noqa: PLR2004
                self.time.at(self._moment(day), partial(self._forbid, exchange))
            self.time.at(self._moment(day), partial(self._skew, exchange))

    def _moment(self, day: datetime) -> datetime:
        """While somebody may be called somewhere."""
        return day + timedelta(hours=self._random.uniform(11, 24))

    def _jump(self, process: Process) -> None:
        self.counts.clock_jumps += 1
        process.off = timedelta(seconds=self._random.choice(JUMPS_S) * self._random.choice((-1, 1)))
        self.time.after(self._random.expovariate(1 / 200), partial(self._set_right, process))

    def _set_right(self, process: Process) -> None:
        process.off = timedelta(seconds=self._random.uniform(-0.3, 0.3))

    def _killed(self, process: Process) -> None:
        if process.alive:
            process.alive = False
            process.epoch += 1
            process.running.clear()
            for line in self._lines[process.name].values():
                line.forget()
            self._healing = {(name, attempt) for name, attempt in self._healing if name != process.name}

    def _forbid(self, exchange: Exchange) -> None:
        exchange.forbidding = self.time.now + timedelta(seconds=self._random.uniform(60, 900))

    def _skew(self, exchange: Exchange) -> None:
        exchange.core.offset = timedelta(seconds=self._random.choice((0.0, 0.0, -30.0, -2.0, 2.0, 45.0)))


def figures(simulation: Simulation) -> dict[str, Any]:
    """For JSON."""
    counts, crashes = simulation.counts, simulation.crashes
    return {
        "rang": counts.rang,
        "requests": counts.requests,
        "attempts": len(simulation.ledger.attempts),
        "crashes": counts.crashes,
        "clock_jumps": counts.clock_jumps,
        "events": simulation.time.happened,
        "fates": dict(counts.fates),
        "answers": dict(counts.answers),
        "refusals": dict(counts.refusals),
        "outcomes": dict(counts.outcomes),
        "faults": dict(counts.faults),
        "healed": dict(counts.healed),
        "states": dict(Counter(one.state for one in simulation.ledger.attempts.values())),
        "steps": {name: {"done": crashes.steps[name], "died": crashes.hit[name]} for name in sorted(crashes.steps)},
        "missed": crashes.missed(),
    }
