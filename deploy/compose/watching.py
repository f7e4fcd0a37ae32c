"""Waits for what a project is to become, and judges it. Each raises StopWorker, with what is missing, after its time."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime

from deploy.compose.containers import Container, short_of
from deploy.compose.judge import Judge
from deploy.compose.project import Project
from deploy.stages import STAGES
from deploy.status import Status
from schemas.errors import StopWorker
from schemas.topics import HEARTBEATS

Report = Callable[[str], None]

ALONE = {
    **dict.fromkeys(("kafka", "mongo", "topics", *STAGES), 1),
    **dict.fromkeys(("ixc-simulator", "pabx-simulator", "demo-instance"), 1),
}
HEALTHY_WITHIN_S = 400.0
SETTLED_WITHIN_S = 300.0
LOOK_EVERY_S = 1.0


async def settled(project: Project, judge: Judge, report: Report) -> list[str]:
    """Pause the simulator, wait until all that it did has arrived, compare: every difference."""
    await judge.provider.pause()
    paused = datetime.now(UTC)
    report("the simulator pauses; waiting for a whole sweep of each kind, and until nothing is behind")
    await until("sweeps", lambda: judge.unswept(paused), SETTLED_WITHIN_S)
    await until("the consumer groups", lambda: _behind(project), SETTLED_WITHIN_S)
    wrong, compared = await judge.compare()
    report("compared: " + ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in compared.items()))
    return wrong


async def swept(judge: Judge) -> None:
    """Returns when each kind was read whole once, whenever."""
    await until("a sweep of every kind", lambda: judge.unswept(datetime.min.replace(tzinfo=UTC)), SETTLED_WITHIN_S)


async def status(project: Project) -> Status:
    """What `collector status` tells."""
    return Status.model_validate_json(await project.inside("erp-poller", "collector", "status", "--json"))


async def verified(project: Project) -> list[str]:
    """What `collector verify` objects to, as the runbook has it asked."""
    try:
        await project.inside("erp-poller", "collector", "verify")
    except StopWorker as exc:
        return [f"collector verify: {exc}"]
    return []


def letters(found: Status) -> list[str]:
    """Dead letters are wrong, whatever is done to the containers."""
    return [f"{one.letters} dead letters of {one.stage} from {one.topic}" for one in found.dead_letters]


async def healthy(project: Project, wanted: Mapping[str, int], report: Report) -> None:
    """Returns when every service of `wanted` runs well so often; a one-shot that fails is not waited for."""

    async def missing() -> list[str]:
        found = await project.containers()
        if failed := [str(one) for one in found if one.failed]:
            raise StopWorker(f"{', '.join(failed)}: see {project.log}")
        return short_of(found, wanted)

    await until("every container to be healthy", missing, HEALTHY_WITHIN_S)
    report(f"{sum(wanted.values())} containers are healthy or have done their one job")


async def came_back(project: Project, victims: Iterable[Container]) -> float:
    """Seconds until each of them was started again and is well."""
    began = asyncio.get_running_loop().time()

    async def away() -> list[str]:
        now = {one.id: one for one in await project.containers()}
        return [one.name for one in victims if now[one.id].started == one.started or not now[one.id].well]

    await until("the containers to come back", away, HEALTHY_WITHIN_S)
    return asyncio.get_running_loop().time() - began


async def until(what: str, missing: Callable[[], Awaitable[Sequence[str]]], within: float) -> None:
    """Ask until nothing is missing."""
    deadline = asyncio.get_running_loop().time() + within
    while left := await missing():
        if asyncio.get_running_loop().time() > deadline:
            raise StopWorker(f"waited {within:.0f} s for {what}: {'; '.join(left)}")
        await asyncio.sleep(LOOK_EVERY_S)


async def _behind(project: Project) -> list[str]:
    """But for heartbeats: there is always one on its way, more than one a second of so many processes."""
    lag = [one for one in (await status(project)).lag if one.topic != HEARTBEATS.name]
    return [f"{one.group} is {one.behind} behind in {one.topic}" for one in lag if one.behind]
