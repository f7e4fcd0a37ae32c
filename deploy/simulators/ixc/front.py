"""What every simulated ERP does with a request to its own paths: count it, and let the standing faults strike."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from deploy.simulators.ixc.control import Clock
from deploy.simulators.ixc.faults import Fault, Reply
from deploy.simulators.ixc.simulator import Simulator
from deploy.simulators.respelling import respelt
from deploy.simulators.serving import drop

JSON: Final = "application/json"


class Front(ABC):
    """The ERP's own paths; a subclass says what is answered."""

    def __init__(self, simulator: Simulator, clock: Clock) -> None:
        self._simulator = simulator
        self._clock = clock
        self._in_flight = 0

    async def serve(self, request: Request) -> Response:
        """Count, then answer as this ERP does."""
        counts = self._simulator.counts
        counts["requests"] += 1
        self._in_flight += 1
        counts["most_in_flight"] = max(counts["most_in_flight"], self._in_flight)
        try:
            return await self.answer(request)
        finally:
            self._in_flight -= 1

    @abstractmethod
    async def answer(self, request: Request) -> Response:
        """The ERP's answer, refusals included."""

    async def struck(
        self,
        request: Request,
        name: str,
        page: Callable[[], bytes],
        shift: Callable[[], None],
        spoil: Callable[[Fault, bytes], Reply],
    ) -> Reply:
        """The page of the table or service `name`, unless a fault strikes. `shift` takes a row out of it beforehand."""
        fault = self._simulator.strike(name)
        match fault:
            case Fault(kind="slow"):
                await asyncio.sleep(fault.seconds)
            case Fault(kind="shift"):
                shift()
            case Fault(kind="drop"):
                await drop(request)
                return Reply(500, JSON, b"")
        good = respelt(page(), name, self._simulator.habits)
        reply = spoil(fault, good) if fault else Reply(200, JSON, good)
        self._simulator.counts["pages"] += reply.body is good
        return reply
