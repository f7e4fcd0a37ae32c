"""Simulated ERPs on ports of this process, and the instances that reach them."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from starlette.types import ASGIApp, Receive, Scope, Send

from deploy.demo.erps import ERPS, ZONE
from deploy.simulators.altarede import server as altarede
from deploy.simulators.altarede import truth as altarede_truth
from deploy.simulators.altarede.folder import Plan
from deploy.simulators.ixc import server as ixc
from deploy.simulators.ixc.faults import Fault
from deploy.simulators.ixc.provider import Size
from deploy.simulators.ixc.simulator import Simulator
from deploy.simulators.rbx import server as rbx
from deploy.simulators.rbx import truth as rbx_truth
from deploy.simulators.serving import in_thread
from schemas.instances import Instance

OPENED = (ixc.TOKEN, rbx.KEY, rbx.KEY_V2, altarede.TOKEN, altarede.APP_KEY)
"""Secrets of all simulated ERPs, as nobody may see them again."""


@dataclass(frozen=True, slots=True)
class Served:
    """One provider behind `url`, which exports into `folder`."""

    erp: str
    url: str
    simulator: Simulator
    folder: str

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def misbehave(self, *faults: dict[str, Any]) -> None:
        """Do these things wrong from now on, and nothing else."""
        self.simulator.faults = tuple(Fault.model_validate(fault) for fault in faults)

    @property
    def requests(self) -> int:
        return self.simulator.counts["requests"]

    def instance(self, name: str, key: SecretStr, **erp: Any) -> Instance:  # noqa: ANN401 - options of any connection
        """`erp`: options other than a demonstration's; `key` seals the secrets."""
        connection = ERPS[self.erp].connect(self.port, key, self.folder)
        fields = {**connection.model_dump(mode="json"), **erp}
        return Instance(name=name, title=f"Provedor {name}", zone=ZONE, state="AL", ddd="82", erp=fields)


class Gate:
    """Lets requests through once its event is set."""

    def __init__(self, app: ASGIApp, opened: threading.Event) -> None:
        self._app = app
        self._opened = opened

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await asyncio.to_thread(self._opened.wait)
        await self._app(scope, receive, send)


@contextmanager
def served(
    erp: str,
    folder: Path | None = None,
    clients: int = 40,
    gate: threading.Event | None = None,
    **options: Any,  # noqa: ANN401 - of the simulator
) -> Iterator[Served]:
    """`folder`: where an Altarede exports to. `gate`: it answers nobody before this is set, at the latest at the end."""
    clock = ixc.clock_at(None, ZONE)
    today = clock().date()
    size = Size(clients, 1.5)
    match erp:
        case "ixc":
            simulator = Simulator(size, 3, today)
            app = ixc.application(simulator, clock, **options)
        case "rbx":
            simulator = Simulator(size, 3, today, rbx_truth.clients)
            app = rbx.application(simulator, clock, **options)
        case _:
            simulator = Simulator(size, 3, today, altarede_truth.of_webhooks)
            plan = Plan(folder, every=60) if folder else None
            app = altarede.application(simulator, clock, exports=plan, **options)
    if gate is not None:
        app.add_middleware(Gate, opened=gate)
    with in_thread(app) as url:
        try:
            yield Served(erp, url, simulator, str(folder or ""))
        finally:
            if gate is not None:
                gate.set()
