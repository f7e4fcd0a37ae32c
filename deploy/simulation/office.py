"""Two originating processes, one only now and then: what they are given and take up, and how they end and begin."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Final

from deploy.simulation.exchange import Exchange
from deploy.simulation.figures import Counts
from deploy.simulation.ledger import TimedLedger
from deploy.simulation.line import Line
from deploy.simulation.process import Process, Surroundings
from deploy.simulation.timeline import Timeline, Wakeful
from schemas.attempts import Attempt
from schemas.calls import Call, CallRequest
from schemas.instances import Instance
from sinks.originate.ending import finish
from sinks.originate.switchboard import CLEAN_AFTER, HEAL_EVERY_S

BOTH, TWICE, AGAIN = 0.3, 0.01, 0.02
"""How often both are given a request, one of them later once more, and an outcome once more."""
QUICK, QUICK_S, SLOW_S = 0.9, (2.0, 40.0), (60.0, 900.0)
"""How often a process that died begins again soon, and when."""
TAKES_OVER: Final = 0.3
RETRIED_S: Final = 5.0


class Office:
    """`first` is meant to be alive, `second` comes and goes."""

    def __init__(
        self,
        seed: int,
        world: Surroundings,
        exchanges: Mapping[str, Exchange],
        instances: Mapping[str, Instance],
        counts: Counts,
    ) -> None:
        self._time: Timeline = world.time
        self._ledger: TimedLedger = world.ledger
        self._counts = counts
        self._random = Random(f"{seed}:office")
        self.first, self.second = (Process(name, world, Random(f"{seed}:{name}")) for name in ("first", "second"))
        self.processes = (self.first, self.second)
        self._lines = {
            process.name: {name: Line(process, exchange, instances, counts) for name, exchange in exchanges.items()}
            for process in self.processes
        }
        self._heal = Wakeful(self._time, self._look)
        self._healing: set[tuple[str, str]] = set()
        self._finishing: dict[str, dict[int, Call]] = {process.name: {} for process in self.processes}
        self._untold: list[Call] = []
        self._told = 0

    def start(self, process: Process) -> None:
        """It is alive from now on, and reads what nobody has said that it was done."""
        if process.alive:
            return
        process.start()
        self._heal.within(0.0)
        untold, self._untold = self._untold, []
        for call in untold:
            self.tell(call)

    def died(self, process: Process) -> None:
        """By a crash: it begins again before long; now and then the other one is there at once."""
        self._counts.crashes += 1
        self.gone(process)
        soon = self._random.random() < QUICK
        self._time.after(self._random.uniform(*(QUICK_S if soon else SLOW_S)), partial(self.start, process))
        if self._random.random() < TAKES_OVER:
            self.start(self.second if process is self.first else self.first)

    def gone(self, process: Process) -> None:
        """What it had in memory is gone; of outcomes that it had not done nobody said that they were."""
        for line in self._lines[process.name].values():
            line.forget()
        self._healing = {mine for mine in self._healing if mine[0] != process.name}
        self._untold += self._finishing[process.name].values()
        self._finishing[process.name] = {}
        for call in self._taken_back():
            self.tell(call)

    def stop(self, process: Process) -> None:
        """Killed by nobody's step."""
        if process.alive:
            process.end()
            self.gone(process)

    def ask(self, request: CallRequest) -> None:
        """To one of those that are alive, or to both; nobody keeps it where none is."""
        alive = [process for process in self.processes if process.alive]
        given = alive if self._random.random() < BOTH else alive[:1] if self._random.random() < BOTH else alive[-1:]
        for process in given:
            self._give(process, request, self._random.uniform(0.005, 0.1))
        if alive and self._random.random() < TWICE:
            self._give(self._random.choice(alive), request, self._random.uniform(1, 200))

    def called(self, call: Call) -> None:
        """A state in `call.v1`, read a little later and now and then again."""
        self._time.after(self._random.uniform(0.05, 3.0), partial(self.tell, call))
        if self._random.random() < AGAIN:
            self._time.after(self._random.uniform(1, 600), partial(self.tell, call))

    def tell(self, call: Call) -> None:
        """Whoever is alive; what is not done is told again."""
        alive = [process for process in self.processes if process.alive]
        if not alive:
            self._untold.append(call)
            return
        process = self._random.choice(alive)
        self._told += 1
        mine, finishing = self._told, self._finishing[process.name]
        finishing[mine] = call

        def then(done: bool | None) -> None:
            del finishing[mine]
            if done is None:
                self._time.after(RETRIED_S, partial(self.tell, call))

        line = self._lines[process.name][call.pabx or next(iter(self._lines[process.name]))]
        process.begin("finish", finish(call, process.now()), line, then)

    def _taken_back(self) -> list[Call]:
        if not any(process.alive for process in self.processes):
            return []
        untold, self._untold = self._untold, []
        return untold

    def _give(self, process: Process, request: CallRequest, after: float) -> None:
        epoch = process.epoch

        def taken() -> None:
            if process.alive and process.epoch == epoch:
                self._lines[process.name][request.pabx].take(request)
                self._heal.within(HEAL_EVERY_S)

        self._time.after(after, taken)

    def _look(self) -> None:
        """Who is alive, and knows what time it is, takes up what is left."""
        for process in self.processes:
            if not process.alive or process.clock_off():
                continue
            now, epoch = process.now(), process.epoch
            for attempt in self._ledger.left_at_once(now):
                if process.epoch == epoch and (process.name, attempt.attempt) not in self._healing:
                    self._take_up(process, attempt, now)
        if self._ledger.unfinished:
            self._heal.within(HEAL_EVERY_S)

    def _take_up(self, process: Process, attempt: Attempt, now: datetime) -> None:
        mine = process.name, attempt.attempt
        self._healing.add(mine)
        since: timedelta = now - attempt.changed_at

        def then(found: bool | None) -> None:
            self._healing.discard(mine)
            if found:
                self._counts.healed[attempt.state] += 1
            elif found is False and attempt.state == "abandoned" and since > CLEAN_AFTER:
                self._ledger.unfinished.pop(attempt.attempt, None)

        self._lines[process.name][attempt.pabx].heal(attempt, then)
