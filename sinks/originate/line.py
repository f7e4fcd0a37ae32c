"""One PABX: the best of its requests first, no faster and no more at once than its caps, and a breaker."""

import asyncio
from contextlib import suppress
from typing import Any

import structlog

from schemas.attempts import Attempt
from schemas.calls import CallRequest
from schemas.errors import RetryLater
from schemas.instances import Instance
from sinks.originate.answers import Answered
from sinks.originate.hands import Hands
from sinks.originate.healing import heal
from sinks.originate.holds import hold_of
from sinks.originate.lane import Lane
from sinks.originate.pace import Caps, Pace, caps_of
from sinks.originate.pbx import ASKABLE, Pbx
from sinks.originate.phones import Phones
from sinks.originate.placing import place
from sinks.originate.steps import Ask, Fate, Hold, Ring, Step, drive

LIST_EVERY_S = 2.0
REST_S = 1.0
"""Without anything else to wait for it comes round as often as this."""
log = structlog.get_logger()


class Line:
    """The PABX at one address. `share`: of its calls a second that it may be asked for."""

    def __init__(self, address: str, hands: Hands, phones: Phones) -> None:
        self.address = address
        self.share = 1.0
        self.retired = False
        self._hands = hands
        self._phones = phones
        self._wake = asyncio.Event()
        self._lane = Lane()
        self._listed_at: float | None = None
        self._asking: asyncio.Task[None] | None = None
        self._calls: set[asyncio.Task[None]] = set()

    def take(self, request: CallRequest) -> None:
        """It waits for its turn."""
        self._lane.waiting.add(request)
        self._wake.set()

    def retire(self) -> None:
        """Another process has this PABX now: what waits is dropped, what was begun is ended."""
        self.retired = True
        self._lane.waiting.forget()
        self._wake.set()

    async def run(self) -> None:
        """Until it is retired and its calls are through."""
        while not self.retired:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._turn()):
                    await self._wake.wait()
            self._wake.clear()
        await self.through()

    async def through(self) -> None:
        """Wait for what was begun."""
        tasks = [*self._calls, *([self._asking] if self._asking else [])]
        if tasks:
            await asyncio.wait(tasks)

    def _turn(self) -> float:
        """Begin what may be begun now; seconds until there may be more to begin."""
        instances = self._hands.desk.world.instances
        self._ask()
        while self._lane.waiting:
            now = self._hands.now()
            caps = caps_of(self.address, instances.values(), self.share)
            if caps is None:  # of no instance that is known yet, or any more: the rules say so to each
                caps = Caps(1, 1.0)
            if not self._lane.has_room(caps, rings=self._rings()):
                return REST_S
            if wait := self._lane.wait(caps, now):
                return wait
            if (begun := self._lane.begin(caps, now)) is None:
                break
            task = asyncio.create_task(self._placed(*begun))
            self._calls.add(task)
            task.add_done_callback(self._done)
        return REST_S

    def _rings(self) -> bool:
        return any(one.pabx.armed for one in self._mine() if one.pabx)

    def _mine(self) -> list[Instance]:
        found = self._hands.desk.world.instances.values()
        return [one for one in found if one.pabx and one.pabx.address == self.address]

    def _done(self, task: asyncio.Task[None]) -> None:
        self._calls.discard(task)
        self._wake.set()

    async def _placed(self, request: CallRequest, mine: Pace) -> None:
        fate: Fate = "dropped"
        try:
            fate = await drive(place(request, self._hands.now()), self._do, self._hands.now)
            log.info("request", attempt=request.attempt, instance=request.instance, fate=fate)
        except RetryLater as exc:
            log.warning("attempt_left", attempt=request.attempt, instance=request.instance, reason=str(exc))
        except Exception:
            log.exception("attempt_left", attempt=request.attempt, instance=request.instance)
        finally:
            self._lane.ended(request.attempt, fate, mine, self._hands.now())

    async def heal(self, attempt: Attempt) -> bool:
        """Take up what a crash has left. Raises RetryLater."""
        return await drive(heal(attempt, self._hands.now()), self._do, self._hands.now)

    async def _do(self, step: Step) -> Any:  # noqa: ANN401 - what each step says of itself
        match step:
            case Ring():
                return await self._ring(step)
            case Ask(attempt=attempt):
                pbx = self._phones.of(self._hands.desk.world.instances.get(attempt.instance), self.address)
                return await pbx.living(attempt.attempt) if pbx else None
            case Hold(instance=instance, status=status, reason=reason):
                return await self._hold(instance, status, reason)
            case _:
                return await self._hands.do(step)

    async def _ring(self, step: Ring) -> Answered:
        name, pabx = step.attempt.attempt, step.instance.pabx
        pbx = self._phones.of(step.instance, self.address)
        if pbx is None or pabx is None:
            return Answered("refused", "COLLECTOR_SECRET_KEY does not open the PABX's password")
        began_at = self._hands.now()
        if began_at >= step.by:
            return Answered("refused", "it took too long")
        try:
            found = await pbx.ring(pabx, name, step.attempt.number, lambda: self._hands.now() < step.by)
        except BaseException:
            self._lane.unheard(name, self._hands.now())
            raise
        failed = self._lane.asked(name, step.instance.name, found, began_at, self._hands.now())
        if failed is not None:
            what = "route_failed" if found.of_route else "pabx_failed"
            log.warning(what, pabx=self.address, instance=step.instance.name, detail=found.detail, failures=failed.failures)
        return found

    async def _hold(self, instance: Instance, status: int, reason: str) -> None:
        if instance.pabx is not None:
            log.error("pabx_refuses", instance=instance.name, pabx=self.address, reason=reason)
            await self._hands.desk.hold(hold_of(instance.name, instance.pabx, status, reason, self._hands.now()))

    def _ask(self) -> None:
        """Which channels live, or, after a failure, whether the PABX is there again."""
        if (self._asking and not self._asking.done()) or not self._rings():
            return
        probes_at, loop = self._lane.probes_at(), asyncio.get_running_loop()
        is_due = self._listed_at is None or loop.time() - self._listed_at >= LIST_EVERY_S
        if probes_at is not None:
            if self._hands.now() >= probes_at:
                self._asking = asyncio.create_task(self._probe())
        elif is_due and (self._lane.waiting or self._lane.is_busy):
            self._listed_at = loop.time()
            self._asking = asyncio.create_task(self._list())

    def _asker(self) -> tuple[Instance, Pbx] | None:
        """As which instance's user the PABX is asked: of those that share it, one that is not known to be refused."""
        held = self._hands.desk.world.holds
        armed = (one for one in self._mine() if one.pabx and one.pabx.armed and one.name not in held)
        return next(((one, pbx) for one in armed if (pbx := self._phones.of(one, self.address))), None)

    async def _probe(self) -> None:
        began_at, asker = self._hands.now(), self._asker()
        found = await asker[1].probe() if asker else None
        answered = found is not None and bool(found.there or found.refuses)
        self._lane.probed(began_at, self._hands.now(), there=answered)
        if answered:
            self._listed_at = None
        log.info("pabx_probed", pabx=self.address, there=bool(found and found.there), failures=self._lane.failures)
        self._wake.set()
        if asker and found and found.refuses in ASKABLE:  # else its neighbours would wait for it for ever
            with suppress(RetryLater):
                await self._hold(asker[0], found.refuses, found.detail)

    async def _list(self) -> None:
        asked_at, asker = self._hands.now(), self._asker()
        found = await asker[1].ours() if asker else None
        self._lane.told(found, asked_at, self._hands.now())
        self._wake.set()
