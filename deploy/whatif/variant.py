"""The days behind us under one set of rules: the dialer's own fold, agenda and turns, the ledger's own limits."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from heapq import heappop, heappush

from deploy.simulation.dialling import Dialer
from deploy.simulation.timeline import Timeline
from deploy.simulation.topics import Kept
from deploy.whatif.outcomes import Luck, lasts
from deploy.whatif.tally import Tally
from processors.dialer.stage import World
from schemas.attempts import Mark, subjects_of
from schemas.calling.freshness import Signs
from schemas.calling.hours import zone_of
from schemas.calling.limits import Limit
from schemas.calling.place import place
from schemas.calls import Call, CallPlaced, CallRequest
from schemas.codec import encode
from schemas.controls import AllControls
from schemas.instances import Instance
from schemas.queue import HoldReason
from schemas.stages import Heartbeat
from schemas.topics import CALLS, DEBTORS, PLACED
from sinks.originate.marks import going_on
from sinks.originate.placing import judge_of
from sinks.originate.reserving import longest
from sinks.originate.weighing import Refusal, Sight, Weighed, weigh

Changed = Iterable[tuple[bytes, bytes | None]]


class Variant:
    """`instances`: each with a PABX, armed or not. `controls`: those of today, for the whole period."""

    def __init__(self, instances: Mapping[str, Instance], controls: AllControls, luck: Luck, since: datetime) -> None:
        self.tally = Tally()
        self._instances = instances
        self._controls = controls
        self._world = World(instances, controls, since.date())
        self._luck = luck
        self._time = Timeline(since)
        self._marks: defaultdict[str, tuple[Mark, ...]] = defaultdict(tuple)
        self._waiting: defaultdict[str, list[tuple[int, datetime, str, CallRequest]]] = defaultdict(list)
        self._busy: Counter[str] = Counter()
        self._dialer = Dialer(0, self._time, self, instances=instances, shown=lambda _entry: None, asks=self._asked)

    def world(self) -> World:
        """See `Dialer`."""
        return self._world

    def signs(self) -> Signs:
        """Everything was always fresh."""
        now = self._time.now
        beat = Heartbeat(stage="hydrate", worker="0", at=now, since=now, lag=0)
        return Signs(swept=dict.fromkeys(self._instances, now), hydrates=(beat,), caught_up=now)

    def remember(self, call: Call) -> None:
        """One that was really placed before the period."""
        subjects = subjects_of(call.instance, call.code, call.person, call.number, (), dry_run=False)
        mark = Mark(attempt=call.attempt, at=call.at, open=False, human=call.outcome == "human")
        for subject in subjects if call.number else ():
            self._marks[subject] = (*self._marks[subject], mark)
        self._tell(call)

    def learn(self, changed: Changed) -> None:
        """Debtors as they are from now on; None: nobody."""
        for key, state in changed:
            self._dialer.take(key, Kept(DEBTORS.name, key, state))

    def run(self, until: datetime) -> None:
        """All that happens before."""
        self._time.run(until)

    def look(self) -> None:
        """What objects to each debtor at this moment, whatever the hour."""
        for entry in self._dialer.entries.values():
            if not entry.settled:
                found = place(entry.facts, entry.verdict, self._instances[entry.instance], self._time.now)
                self.tally.holds(entry.key.decode(), found.holds)

    def _asked(self, request: CallRequest) -> None:
        heappush(self._waiting[request.pabx], (-request.score, request.requested_at, request.attempt, request))
        self._time.after(0.0, partial(self._serve, request.pabx))

    def _serve(self, address: str) -> None:
        """As many as the PABX has channels, the best first; what has lapsed goes unheard."""
        waiting, now = self._waiting[address], self._time.now
        while waiting and self._busy[address] < self._channels(waiting[0][-1]):
            request = heappop(waiting)[-1]
            if now < request.lapses_at:
                self._place(request)

    def _channels(self, request: CallRequest) -> int:
        pabx = self._instances[request.instance].pabx
        return pabx.channels if pabx else 0

    def _place(self, request: CallRequest) -> None:
        now, instance = self._time.now, self._instances[request.instance]
        controls = self._controls.of(request.instance)
        weighed = weigh(request, Sight(now, instance, controls, self._dialer.entries.get(request.key)), now)
        if isinstance(weighed, Refusal):
            self._refused(request, request.number, weighed.reason, None)
            return
        facts = weighed.entry.facts
        subjects = subjects_of(request.instance, request.code, facts.person, weighed.number, facts.phones, dry_run=False)
        marks = {subject: going_on(self._marks[subject], now) for subject in subjects}
        judge = judge_of(instance, facts.uf)
        objections: list[Limit] = [limit for some in marks.values() for limit in judge(some, now)]
        if objections:
            worst = longest(objections)
            self.tally.refused += 1
            self._refused(request, weighed.number, worst.reason, worst.until)
            return
        mark = Mark(attempt=request.attempt, at=now)
        for subject, some in marks.items():
            self._marks[subject] = (*some, mark)
        self._ring(request, weighed, subjects)

    def _ring(self, request: CallRequest, weighed: Weighed, subjects: tuple[str, ...]) -> None:
        now, key = self._time.now, request.key
        self.tally.times[key.decode()].append(now.astimezone(zone_of(weighed.instance, weighed.entry.facts.uf)))
        self._busy[request.pabx] += 1
        placed = CallPlaced(
            attempt=request.attempt,
            instance=request.instance,
            code=request.code,
            person=weighed.entry.facts.person,
            number=weighed.number,
            pabx=request.pabx,
            subjects=subjects,
            at=now,
            answer="ringing",
        )
        self._dialer.take(key, Kept(PLACED.name, placed.key, encode(placed)))
        outcome = self._luck.draw(key, self.tally.calls(key.decode()))
        call = Call(
            instance=request.instance,
            code=request.code,
            attempt=request.attempt,
            version=1,
            placed=True,
            answer="ringing",
            person=placed.person,
            number=weighed.number,
            pabx=request.pabx,
            at=now,
            ended_at=now + lasts(outcome),
            outcome=outcome,
        )
        self._time.at(now + lasts(outcome), partial(self._ended, call, subjects))

    def _ended(self, call: Call, subjects: tuple[str, ...]) -> None:
        human = call.outcome == "human"
        for subject in subjects:
            self._marks[subject] = tuple(
                one if one.attempt != call.attempt else one.model_copy(update={"open": False, "human": human})
                for one in self._marks[subject]
            )
        self._busy[call.pabx] -= 1
        self._tell(call)
        self._serve(call.pabx)

    def _tell(self, call: Call) -> None:
        self._dialer.take(f"{call.instance}:{call.code}".encode(), Kept(CALLS.name, call.key, encode(call)))

    def _refused(self, request: CallRequest, number: str, reason: HoldReason | None, until: datetime | None) -> None:
        placed = CallPlaced(
            attempt=request.attempt,
            instance=request.instance,
            code=request.code,
            number=number,
            pabx=request.pabx,
            at=self._time.now,
            answer="refused",
            reason=reason,
            until=until,
        )
        self._dialer.take(request.key, Kept(PLACED.name, placed.key, encode(placed)))
