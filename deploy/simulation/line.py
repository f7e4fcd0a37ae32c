"""One PABX as one process has it: the real lane, driven by events instead of tasks."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from deploy.simulation.exchange import Exchange
from deploy.simulation.process import Process
from deploy.simulation.timeline import Wakeful
from schemas.attempts import Attempt
from schemas.calls import CallRequest
from schemas.instances import Instance
from sinks.originate.answers import Answered, answered, living, ours
from sinks.originate.dialling import ari_fields
from sinks.originate.healing import heal
from sinks.originate.lane import Lane
from sinks.originate.line import LIST_EVERY_S
from sinks.originate.pace import Caps, Pace, caps_of
from sinks.originate.placing import place
from sinks.originate.steps import Ask, Fate, Ring


class Tally(Protocol):
    """Counts what became of requests."""

    def fate(self, fate: Fate | None) -> None:
        """None: broken off, and left as it is."""


class Line:
    """As `sinks.originate.line.Line`; what may begin when, both ask `sinks.originate.lane`."""

    def __init__(self, process: Process, exchange: Exchange, instances: Mapping[str, Instance], tally: Tally) -> None:
        self._process = process
        self._exchange = exchange
        self._tally = tally
        self._caps = caps_of(exchange.address, instances.values()) or Caps(1, 1.0)
        self._wake = Wakeful(process.world.time, self._turn)
        self._list = Wakeful(process.world.time, self._listed)
        self.forget()

    def forget(self) -> None:
        """As a process that begins: nothing waits, nothing is known."""
        self._lane = Lane()

    def take(self, request: CallRequest) -> None:
        """It waits for its turn."""
        self._lane.waiting.add(request)
        self._list.within(0.0 if not self._lane.is_listed else LIST_EVERY_S)
        self._wake.within(0.0)

    def heal(self, attempt: Attempt, then: Callable[[bool | None], None]) -> None:
        """Take up what a crash has left."""
        self._process.begin(f"heal-{attempt.state}", heal(attempt, self._process.now()), self, then)

    def ring(self, step: Ring, then: Callable[[Answered], None]) -> None:
        """See `Phones`."""
        process, name, pabx = self._process, step.attempt.attempt, step.instance.pabx
        assert pabx is not None  # noqa: S101 - else nobody had weighed it
        began_at, epoch = process.now(), process.epoch
        if began_at >= step.by:
            process.world.time.after(0.0, lambda: then(Answered("refused", "it took too long")))
            return

        def heard(found: Answered) -> None:
            if process.epoch != epoch:
                return
            self._lane.asked(name, step.instance.name, found, began_at, process.now())
            then(found)

        self._exchange.ring(ari_fields(pabx, name, step.attempt.number), lambda said: heard(answered(said)))

    def ask(self, step: Ask) -> Answered | None:
        """See `Phones`."""
        return living(self._exchange.living(step.attempt.attempt))

    def _turn(self) -> None:
        process = self._process
        while process.alive and self._lane.waiting:
            now = process.now()
            if not self._lane.has_room(self._caps):
                self._list.within(LIST_EVERY_S)
                return
            if wait := self._lane.wait(self._caps, now):
                self._wake.within(wait)
                return
            if (begun := self._lane.begin(self._caps, now)) is None:
                return
            self._place(*begun)

    def _place(self, request: CallRequest, mine: Pace) -> None:
        def done(fate: Fate | None) -> None:
            self._tally.fate(fate)
            self._lane.ended(request.attempt, fate or "dropped", mine, self._process.now())
            self._wake.within(0.0)

        self._process.begin("place", place(request, self._process.now()), self, done)

    def _listed(self) -> None:
        """Which channels live; after a failure, whether the PABX is there again."""
        process = self._process
        if not process.alive:
            return
        asked_at: datetime = process.now()
        probes_at = self._lane.probes_at()
        if probes_at is None:
            self._lane.told(ours(self._exchange.channels()), asked_at, asked_at)
        elif asked_at >= probes_at:
            self._lane.probed(asked_at, asked_at, there=ours(self._exchange.channels()) is not None)
        if self._lane.waiting or self._lane.is_busy:
            self._list.within(LIST_EVERY_S)
        self._wake.within(0.0)
