"""What is done to a project: up, scaled, killed, judged. Raises StopWorker where a step does not succeed in time."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime

from deploy.compose.containers import Container, short_of
from deploy.compose.judge import Judge, judging, lets_in
from deploy.compose.keeping import backed_up
from deploy.compose.project import Project
from deploy.compose.said import crashes, worries
from deploy.compose.yesterday import name_yesterday, not_yesterday
from deploy.secrets import make
from deploy.stages import STAGES
from deploy.status import Status
from schemas.errors import StopWorker
from schemas.topics import HEARTBEATS

Report = Callable[[str], None]

ALONE = {
    **dict.fromkeys(("kafka", "mongo", "topics", *STAGES), 1),
    **dict.fromkeys(("ixc-simulator", "pabx-simulator", "demo-instance"), 1),
}
SCALED = {"hydrate": 3, "views": 2}
VICTIMS = ("hydrate", "views")
HEALTHY_WITHIN_S = 400.0
SETTLED_WITHIN_S = 300.0
LOOK_EVERY_S = 1.0
ASK_TIMES = 5


async def trial(project: Project, report: Report) -> list[str]:
    """Everything that is wrong at the end; empty when the views equal the truth."""
    report("building the image (minutes where nothing is cached)")
    await project.build()
    report("starting everything")
    await project.compose("up", "--detach")
    await _healthy(project, ALONE, report)
    wrong = await _changed(project, report)
    async with judging(project) as judge:
        await _until("a sweep of every kind", lambda: judge.unswept(datetime.min.replace(tzinfo=UTC)), SETTLED_WITHIN_S)
        report(f"scaling: {', '.join(f'{service} to {count}' for service, count in SCALED.items())}")
        scale = [f"--scale={service}={count}" for service, count in SCALED.items()]
        await project.compose("up", "--detach", "--no-recreate", *scale)
        await _healthy(project, ALONE | SCALED, report)
        await _kill(project, report)
        wrong += await _judged(project, judge, report)
    return wrong + await backed_up(project, report)


async def _changed(project: Project, report: Report) -> list[str]:
    """MONGO_PASSWORD is changed and the release taken back, as README.md says, in one `up`.

    What is wrong; that all stages have the new password, and can work as yesterday's, the rest shows.
    """
    before = project.values["MONGO_PASSWORD"]
    report("another MONGO_PASSWORD and yesterday's COLLECTOR_IMAGE in .env, and `up` once more")
    project.change(**make((), ("MONGO_PASSWORD",)))
    await name_yesterday(project)
    await project.compose("up", "--detach")
    await _healthy(project, ALONE, report)
    known = {"new": await lets_in(project, project.values["MONGO_PASSWORD"]), "old": await lets_in(project, before)}
    report(f"MongoDB lets in: {', '.join(name for name, is_in in known.items() if is_in) or 'nobody'}")
    return [f"MongoDB and its {name} password" for name, is_in in known.items() if is_in is not (name == "new")]


async def _kill(project: Project, report: Report) -> None:
    found = await project.containers()
    victims = [next(one for one in found if one.service == service) for service in VICTIMS]
    report(f"kill -9: {', '.join(victim.name for victim in victims)}")
    await asyncio.gather(*(project.kill(victim) for victim in victims))
    began = asyncio.get_running_loop().time()

    async def away() -> list[str]:
        now = {one.id: one for one in await project.containers()}
        return [victim.name for victim in victims if not _came_back(victim, now[victim.id])]

    await _until("the killed containers", away, HEALTHY_WITHIN_S)
    report(f"both are back and healthy after {asyncio.get_running_loop().time() - began:.0f} s")


def _came_back(before: Container, now: Container) -> bool:
    return now.started != before.started and now.well


async def _judged(project: Project, judge: Judge, report: Report) -> list[str]:
    await judge.provider.pause()
    paused = datetime.now(UTC)
    report("the simulator pauses; waiting for a whole sweep of each kind, and until nothing is behind")
    await _until("sweeps", lambda: judge.unswept(paused), SETTLED_WITHIN_S)
    await _until("the consumer groups", lambda: _behind(project), SETTLED_WITHIN_S)
    wrong, compared = await judge.compare()
    report("compared: " + ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in compared.items()))
    await _healthy(project, ALONE | SCALED, report)
    for one in await project.containers():
        report(f"  {one}")
    status = await _status(project)
    wrong += [f"{one.letters} dead letters of {one.stage} from {one.topic}" for one in status.dead_letters]
    said = await project.said()
    for line in worries(said):
        report(f"  {line}")
    wrong += not_yesterday(status.stages, said)
    wrong += await judge.page_answers()
    return wrong + crashes(await project.said())


async def _status(project: Project) -> Status:
    for _ in range(ASK_TIMES):  # the lab's podman now and then loses what an `exec` wrote
        if said := await project.compose("exec", "-T", "erp-poller", "collector", "status", "--json", log=False):
            return Status.model_validate_json(said)
    raise StopWorker(f"`collector status --json` in erp-poller says nothing, {ASK_TIMES} times: see {project.log}")


async def _behind(project: Project) -> list[str]:
    """But for heartbeats: there is always one on its way, more than one a second of so many processes."""
    lag = [one for one in (await _status(project)).lag if one.topic != HEARTBEATS.name]
    return [f"{one.group} is {one.behind} behind in {one.topic}" for one in lag if one.behind]


async def _healthy(project: Project, wanted: Mapping[str, int], report: Report) -> None:
    async def missing() -> list[str]:
        found = await project.containers()
        if failed := [str(one) for one in found if one.failed]:
            raise StopWorker(f"{', '.join(failed)}: see {project.log}")
        return short_of(found, wanted)

    await _until("every container to be healthy", missing, HEALTHY_WITHIN_S)
    report(f"{sum(wanted.values())} containers are healthy or have done their one job")


async def _until(what: str, missing: Callable[[], Awaitable[Sequence[str]]], within: float) -> None:
    """Ask until nothing is missing. Raises StopWorker with what still is."""
    deadline = asyncio.get_running_loop().time() + within
    while left := await missing():
        if asyncio.get_running_loop().time() > deadline:
            raise StopWorker(f"waited {within:.0f} s for {what}: {'; '.join(left)}")
        await asyncio.sleep(LOOK_EVERY_S)
