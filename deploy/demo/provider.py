"""A simulated provider of a demonstration: its process, its commands and its entry among the instances."""

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date
from typing import Any

import httpx
from pydantic import SecretStr

from deploy.demo import workflow
from deploy.demo.erps import EXPORT, IXC, ZONE, Simulated
from deploy.demo.options import OPEN_RULES, Options
from deploy.simulators.habits import NO_HABITS
from schemas.errors import StopWorker
from schemas.instances import Instance, State
from schemas.pabx import Pabx

NAME = IXC.instance
STATE: State = "SE"
"""A neighbour of AL in its zone: there, in AL, a law closes nights, Sundays and holidays."""
READY_WITHIN_S = 60.0
POLL_S = 0.1
FAULTS: tuple[Mapping[str, object], ...] = (
    {"kind": "html", "share": 0.05},
    {"kind": "status500", "share": 0.02},
    {"kind": "cut", "share": 0.02},
    {"kind": "drop", "share": 0.01},
    {"kind": "slow", "share": 0.02, "seconds": 0.5},
    {"kind": "shift", "share": 0.01},
)
"""What `--faults` lets an ERP do wrong, as shares of its answers."""


def command(options: Options, port: int) -> list[str]:
    """The simulated IXC as a process of its own."""
    return IXC.command(options, port, "")


def instance(  # noqa: PLR0917 - bound by position to one simulator
    port: int,
    key: SecretStr,
    of: Simulated = IXC,
    folder: str = "",
    pabx: Pabx | None = None,
    habits: frozenset[str] = NO_HABITS,
) -> Instance:
    """Polled every few seconds, so that a change can be watched on its way. Its state has no law about calling hours.

    `habits`: the simulator's, of which an operator must tell some.
    """
    return Instance(
        name=of.instance,
        title=of.title,
        zone=ZONE,
        state=STATE,
        ddd="82",
        erp=workflow.told(of.connect(port, key, folder), habits),
        rules=OPEN_RULES,
        pabx=pabx,
    )


class Provider:
    """Commands to the running simulator."""

    def __init__(self, port: int, of: Simulated = IXC) -> None:
        self.of = of
        self._http = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}/_sim/", timeout=60)

    async def ready(self) -> None:
        """Returns when it answers. Raises StopWorker after a minute."""
        with suppress(TimeoutError):
            async with asyncio.timeout(READY_WITHIN_S):
                while True:
                    with suppress(httpx.HTTPError):
                        (await self._http.get("health")).raise_for_status()
                        return
                    await asyncio.sleep(POLL_S)
        raise StopWorker(f"the simulator of {self.of.erp} does not start: see its log in the folder named above")

    async def misbehave(self, faults: Iterable[Mapping[str, object]] = FAULTS) -> None:
        """Do these things wrong from now on, and none that was told before."""
        for order in ({"kind": "clear"}, *faults):
            (await self._http.post("fail", json=order)).raise_for_status()

    async def pause(self, *, faults: bool = False) -> None:
        """No more changes. With `faults` answers go on to fail, but rows no longer shift, as that is a change."""
        (await self._http.post("pause")).raise_for_status()
        if faults:
            await self.misbehave(fault for fault in FAULTS if fault["kind"] != "shift")

    async def resume(self) -> None:
        """Changes come by themselves again."""
        (await self._http.post("resume")).raise_for_status()

    async def export(self) -> None:
        """Where files are exported, everything once more: they are swept only when they are new."""
        if self.of is EXPORT:
            (await self._http.post("export")).raise_for_status()

    async def truth(self, today: date, min_days: int) -> dict[str, Any]:
        """What the views must equal."""
        answer = await self._http.get("truth", params={"today": today.isoformat(), "min_days": min_days})
        found: dict[str, Any] = answer.raise_for_status().json()
        return found

    async def debts(self) -> dict[str, Any]:
        """Who owed what from when until when, by the ERP's own code."""
        answer = await self._http.get("debts")
        found: dict[str, Any] = answer.raise_for_status().json()
        return found

    async def close(self) -> None:
        """Give the connection back."""
        await self._http.aclose()
