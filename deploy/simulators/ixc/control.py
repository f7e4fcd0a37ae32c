"""`/_sim/*`: what a test or a demonstration commands and asks. Not part of IXC, and open to whoever reaches the port."""

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Literal

import orjson
from pydantic import Field, TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deploy.simulators.ixc import truth
from deploy.simulators.ixc.changes import KINDS, Change
from deploy.simulators.ixc.faults import Fault
from deploy.simulators.ixc.simulator import Simulator
from schemas.model import Model

Clock = Callable[[], datetime]


class Pay(Model):
    """`bill`: its id; without one a random open bill is paid."""

    bill: int | None = None


class Changes(Model):
    """`kind`: one of `changes.KINDS`; without one the usual mixture."""

    count: int = Field(default=1, ge=1, le=100_000)
    kind: str | None = None


class Clear(Model):
    """Forget every standing fault."""

    kind: Literal["clear"]


class Question(Model):
    """`today`: the day debt is judged on; without one the simulator's own."""

    today: date | None = None
    min_days: int = Field(default=7, ge=0)


class Control:
    """The handlers, each a few lines over the simulator."""

    def __init__(self, simulator: Simulator, clock: Clock) -> None:
        self._simulator = simulator
        self._clock = clock

    def routes(self) -> list[Route]:
        """What to mount beside the ERP's own paths."""
        commands = {"pay": self.pay, "change": self.change, "fail": self.fail, "pause": self.pause, "resume": self.resume}
        questions = {"truth": self.truth, "debts": self.debts, "health": self.health, "stats": self.stats}
        return [
            *(Route(f"/_sim/{name}", handler, methods=["POST"]) for name, handler in commands.items()),
            *(Route(f"/_sim/{name}", handler, methods=["GET"]) for name, handler in questions.items()),
        ]

    async def pay(self, request: Request) -> Response:
        """409 if the bill is not open."""
        asked = Pay.model_validate_json(await request.body() or b"{}")
        done = self._simulator.pay(asked.bill, self._clock())
        return answer(_plain(done)) if done else answer({"error": "no such open bill"}, 409)

    async def change(self, request: Request) -> Response:
        """What was done, in order, and how often each."""
        asked = Changes.model_validate_json(await request.body() or b"{}")
        if asked.kind is not None and asked.kind not in KINDS:
            return answer({"error": f"kind is one of {', '.join(KINDS)}"}, 400)
        done = self._simulator.change(asked.count, self._clock(), asked.kind)
        return answer({"counts": Counter(each.kind for each in done), "changes": [_plain(each) for each in done]})

    async def fail(self, request: Request) -> Response:
        """The faults that stand now."""
        asked: Fault | Clear = TypeAdapter[Fault | Clear](Fault | Clear).validate_json(await request.body())
        self._simulator.faults = () if isinstance(asked, Clear) else (*self._simulator.faults, asked)
        return answer([fault.model_dump() for fault in self._simulator.faults])

    async def pause(self, _: Request) -> Response:
        """No change by itself until resumed."""
        self._simulator.paused = True
        return answer({"paused": True})

    async def resume(self, _: Request) -> Response:
        """Changes come by themselves again."""
        self._simulator.paused = False
        return answer({"paused": False})

    async def truth(self, request: Request) -> Response:
        """See `truth`: `clients`, `totals`, `debt` on a day, and how many writes were attempted."""
        asked = Question.model_validate(dict(request.query_params))
        facts = self._simulator.facts()
        return answer(
            {
                "clients": {code: asdict(each) for code, each in facts.items()},
                "totals": truth.totals(facts),
                "debt": truth.debt(facts, asked.today or self._clock().date(), asked.min_days),
                "writes": self._simulator.writes,
            }
        )

    async def debts(self, _: Request) -> Response:
        """See `Past.debts`."""
        return answer(self._simulator.past.debts(self._simulator.provider))

    async def health(self, _: Request) -> Response:
        """Alive, and how large."""
        return answer({"status": "ok", "now": self._clock(), "rows": self._rows(), "paused": self._simulator.paused})

    async def stats(self, _: Request) -> Response:
        """`requests` (all on the ERP's paths), `pages` (good answers), `writes`; counts of faults, changes and refusals."""
        counts = {"requests": 0, "pages": 0, "most_in_flight": 0, **self._simulator.counts}
        return answer({**counts, "writes": self._simulator.writes})

    def _rows(self) -> dict[str, int]:
        return {name: len(table.rows) for name, table in self._simulator.provider.tables.items()}


def answer(content: Any, status: int = 200) -> Response:  # noqa: ANN401  # whatever orjson can write
    """JSON."""
    return Response(orjson.dumps(content), status, media_type="application/json")


async def misunderstood(_: Request, exc: Exception) -> Response:
    """400 with the first thing that is wrong in a command."""
    first = exc.errors()[0] if isinstance(exc, ValidationError) else {"loc": (), "msg": str(exc)}
    return answer({"error": f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"}, 400)


def _plain(change: Change) -> dict[str, str]:
    return {"kind": change.kind, "table": change.edit.table, "id": str(change.edit.id)}
