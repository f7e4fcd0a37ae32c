"""Waiting until a demonstration has something to show: a first sweep of every kind, and its page."""

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path

import httpx

from deploy.demo.erps import ERPS, WEBHOOKS
from deploy.demo.options import Options
from deploy.demo.settle import first_sync
from deploy.processes import tail
from schemas.errors import StopWorker
from schemas.runtime.mongo import Database

WITHIN_S = 90.0
CLUSTER_S = 150.0
"""Six servers take from everybody what two leave."""
SECONDS_A_CLIENT = 0.02
SECONDS_A_DOCUMENT = 0.5
"""Webhooks are asked twice a client, one question after the other; each tenth fails and is asked again a second later."""
POLL_S = 0.25


async def first_page(
    port: str,
    database: Database,
    options: Options,
    logs: Iterable[Path],
    progress: Callable[[str], None],
) -> None:
    """Returns when the dashboard on `port` is ready.

    Raises StopWorker, with the ends of `logs`, where that takes longer than so many clients explain.
    """
    within = patience(options)
    providers = [ERPS[name].instance for name in options.erps]
    waiting = "the first complete sweep"
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http, asyncio.timeout(within):
            progress(f"waiting for {waiting}")
            while not await first_sync(database, providers):
                await asyncio.sleep(POLL_S)
            waiting = "the dashboard"
            progress(f"waiting for {waiting}")
            while not await _answers(http):
                await asyncio.sleep(POLL_S)
    except TimeoutError:
        said = "".join(f"\n{file.name}: {tail(file, lines=3)}" for file in logs)
        raise StopWorker(f"{waiting} did not come within {within:.0f} s; the logs end so:{said}") from None


def patience(options: Options) -> float:
    """Seconds that the first sweep and the page may take."""
    of_clients = len(options.erps) * options.clients * SECONDS_A_CLIENT
    return WITHIN_S + of_clients + longer(options) + (CLUSTER_S if options.cluster else 0)


def longer(options: Options) -> float:
    """Seconds that a sweep of a whole provider takes longer where every tenth answer fails."""
    return options.clients * SECONDS_A_DOCUMENT if options.faults and WEBHOOKS.erp in options.erps else 0.0


async def _answers(http: httpx.AsyncClient) -> bool:
    try:
        return (await http.get("/readyz")).is_success
    except httpx.HTTPError:
        return False
