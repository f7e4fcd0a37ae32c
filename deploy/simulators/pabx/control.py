"""`/_sim/*`: what a test or a demonstration commands and asks. No part of Asterisk; open to whoever reaches the port."""

from datetime import timedelta
from typing import Literal

from pydantic import Field, TypeAdapter
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deploy.simulators.ixc.control import answer
from deploy.simulators.pabx.faults import Fault
from deploy.simulators.pabx.pabx import Pabx
from schemas.model import Model


class Clear(Model):
    """Forget every standing fault."""

    kind: Literal["clear"]


class Restart(Model):
    """Seconds without a listener, then without ARI (an HTML 404), then of `503 Asterisk not booted`."""

    down: float = Field(default=1, ge=0, le=600)
    missing: float = Field(default=1, ge=0, le=600)
    booting: float = Field(default=1, ge=0, le=600)


class Keep(Model):
    """`lost`: the share of call records that are not kept; `unanswered`: whether a failed call leaves one."""

    lost: float = Field(default=0, ge=0, le=1)
    unanswered: bool = True


class Skew(Model):
    """How many seconds the PABX's clock is ahead."""

    seconds: float = Field(ge=-86_400, le=86_400)


class Control:
    """The handlers, each a few lines over the PABX."""

    def __init__(self, pabx: Pabx) -> None:
        self._pabx = pabx

    def routes(self) -> list[Route]:
        """What to mount beside ARI."""
        commands = {"fail": self.fail, "restart": self.restart, "records": self.records, "clock": self.clock}
        questions = {"health": self.health, "stats": self.stats}
        return [
            *(Route(f"/_sim/{name}", handler, methods=["POST"]) for name, handler in commands.items()),
            *(Route(f"/_sim/{name}", handler, methods=["GET"]) for name, handler in questions.items()),
        ]

    async def fail(self, request: Request) -> Response:
        """The faults that stand now."""
        asked: Fault | Clear = TypeAdapter[Fault | Clear](Fault | Clear).validate_json(await request.body())
        self._pabx.faults = () if isinstance(asked, Clear) else (*self._pabx.faults, asked)
        return answer([fault.model_dump() for fault in self._pabx.faults])

    async def restart(self, request: Request) -> Response:
        """Now; the answer may be the last thing that this connection carries."""
        asked = Restart.model_validate_json(await request.body() or b"{}")
        self._pabx.restart(asked.down, asked.missing, asked.booting)
        return answer(asked.model_dump())

    async def records(self, request: Request) -> Response:
        """From the next call that ends."""
        asked = Keep.model_validate_json(await request.body() or b"{}")
        self._pabx.core.lost, self._pabx.core.unanswered = asked.lost, asked.unanswered
        return answer(asked.model_dump())

    async def clock(self, request: Request) -> Response:
        """From now on, in events, records and `EPOCH`; the log keeps true time."""
        asked = Skew.model_validate_json(await request.body())
        self._pabx.core.offset = timedelta(seconds=asked.seconds)
        return answer(asked.model_dump())

    async def health(self, _: Request) -> Response:
        """Alive, and how far it has booted."""
        live = len(self._pabx.core.channels(self._pabx.clock()))
        return answer({"status": "ok", "now": self._pabx.clock(), "stage": self._pabx.stage, "channels": live})

    async def stats(self, _: Request) -> Response:
        """`requests` (on ARI's paths), `rang`, `refused` (by ARI itself), `records`, and how often each fault struck."""
        return answer({"requests": 0, "rang": 0, "refused": 0, "records": 0, **self._pabx.counts})
