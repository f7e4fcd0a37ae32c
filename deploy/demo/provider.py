"""The simulated provider of a demonstration: its process, its commands and its entry among the instances."""

import asyncio
import sys
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from typing import Any

import httpx
from pydantic import HttpUrl, SecretStr

from deploy.demo.options import OPEN_RULES, Options
from deploy.simulators.ixc.server import TOKEN, USER, ZONE
from schemas.errors import StopWorker
from schemas.instances import Erp, Instance
from schemas.runtime.secrets import seal

NAME = "demo"
READY_WITHIN_S = 60.0
POLL_S = 0.1
EVERY: Mapping[str, float] = {"client": 10, "contract": 5, "bill": 5, "reference": 10}
GAP_S = 0.01


def command(options: Options, port: int) -> list[str]:
    """The simulator as a process of its own."""
    sizes = ["--clients", str(options.clients), "--open-bills", str(options.open_bills), "--seed", str(options.seed)]
    module = "deploy.simulators.ixc.server"
    return [sys.executable, "-m", module, "--port", str(port), *sizes, "--changes", str(options.changes), "--zone", ZONE]


def instance(port: int, key: SecretStr) -> Instance:
    """Polled every few seconds, so that a change can be watched on its way."""
    erp = Erp(
        kind="ixc",
        url=HttpUrl(f"http://127.0.0.1:{port}/webservice/v1/"),
        token=seal(f"{USER}:{TOKEN}", key),
        gap=GAP_S,
        every=dict(EVERY),
    )
    return Instance(name=NAME, title="Provedor de demonstração", zone=ZONE, state="AL", ddd="82", erp=erp, rules=OPEN_RULES)


class Provider:
    """Commands to the running simulator."""

    def __init__(self, port: int) -> None:
        self._http = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}/_sim/", timeout=30)

    async def ready(self) -> None:
        """Returns when it answers. Raises StopWorker after a minute."""
        with suppress(TimeoutError):
            async with asyncio.timeout(READY_WITHIN_S):
                while True:
                    with suppress(httpx.HTTPError):
                        (await self._http.get("health")).raise_for_status()
                        return
                    await asyncio.sleep(POLL_S)
        raise StopWorker("the IXC simulator does not start: see its log in the folder named above")

    async def pause(self) -> None:
        """No more changes."""
        (await self._http.post("pause")).raise_for_status()

    async def truth(self, today: date, min_days: int) -> dict[str, Any]:
        """What the views must equal."""
        answer = await self._http.get("truth", params={"today": today.isoformat(), "min_days": min_days})
        found: dict[str, Any] = answer.raise_for_status().json()
        return found

    async def close(self) -> None:
        """Give the connection back."""
        await self._http.aclose()
