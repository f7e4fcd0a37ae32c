"""What is done to a project: up, scaled, killed, judged. Raises StopWorker where a step does not succeed in time."""

import asyncio

from deploy.compose.judge import Judge, judging, lets_in
from deploy.compose.keeping import backed_up, kept
from deploy.compose.project import Project
from deploy.compose.said import crashes, worries
from deploy.compose.watching import ALONE, Report, came_back, healthy, letters, settled, status, swept
from deploy.compose.yesterday import name_yesterday, not_yesterday
from deploy.secrets import make

SCALED = {"hydrate": 3, "views": 2}
VICTIMS = ("hydrate", "views")


async def trial(project: Project, report: Report) -> list[str]:
    """Everything that is wrong at the end; empty when the views equal the truth."""
    report("building the image (minutes where nothing is cached)")
    await project.build()
    report("starting everything")
    await project.compose("up", "--detach")
    await healthy(project, ALONE, report)
    wrong = await _changed(project, report)
    async with judging(project) as judge:
        await swept(judge)
        report(f"scaling: {', '.join(f'{service} to {count}' for service, count in SCALED.items())}")
        scale = [f"--scale={service}={count}" for service, count in SCALED.items()]
        await project.compose("up", "--detach", "--no-recreate", *scale)
        await healthy(project, ALONE | SCALED, report)
        await _kill(project, report)
        wrong += await _judged(project, judge, report)
        await kept(judge)
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
    await healthy(project, ALONE, report)
    known = {"new": await lets_in(project, project.values["MONGO_PASSWORD"]), "old": await lets_in(project, before)}
    report(f"MongoDB lets in: {', '.join(name for name, is_in in known.items() if is_in) or 'nobody'}")
    return [f"MongoDB and its {name} password" for name, is_in in known.items() if is_in is not (name == "new")]


async def _kill(project: Project, report: Report) -> None:
    found = await project.containers()
    victims = [next(one for one in found if one.service == service) for service in VICTIMS]
    report(f"kill -9: {', '.join(victim.name for victim in victims)}")
    await asyncio.gather(*(project.kill(victim) for victim in victims))
    took = await came_back(project, victims)
    report(f"both are back and healthy after {took:.0f} s")


async def _judged(project: Project, judge: Judge, report: Report) -> list[str]:
    wrong = await settled(project, judge, report)
    await healthy(project, ALONE | SCALED, report)
    for one in await project.containers():
        report(f"  {one}")
    found = await status(project)
    wrong += letters(found)
    said = await project.said()
    for line in worries(said):
        report(f"  {line}")
    wrong += not_yesterday(found.stages, said)
    wrong += await judge.page_answers()
    return wrong + crashes(await project.said())
