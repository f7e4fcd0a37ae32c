"""What an operator does wrong, or finds stopped, done to a project. Each step returns what is wrong by then."""

import asyncio
from collections.abc import Callable, Mapping

from deploy.compose.project import Project
from deploy.compose.said import crashes, refusals
from deploy.compose.watching import ALONE, HEALTHY_WITHIN_S, Report, came_back, healthy, until
from deploy.secrets import MAKERS

STOPPED = ("erp-poller", "hydrate", "views", "dashboard")
SEALED = frozenset({"erp-poller", "cdr-poller", "originate"})
WRONG: tuple[tuple[str, Callable[[], str], frozenset[str]], ...] = (
    ("COLLECTOR_SECRET_KEY", MAKERS["COLLECTOR_SECRET_KEY"][1], SEALED),
    ("COLLECTOR_SECRET_KEY", lambda: "mistyped", SEALED | {"dashboard"}),
    ("COLLECTOR_PERSON_KEY", MAKERS["COLLECTOR_PERSON_KEY"][1], frozenset({"erp-poller"})),
)
"""A variable, another value, and who ends by it: with another key a dashboard shows its pages, and seals nothing."""
SAID_WITHIN_S = 120.0


async def cut(project: Project, report: Report) -> list[str]:
    """The first start ends in the middle, twice, as where the power goes: `up` and all that runs are killed."""
    for service in ("mongo", "topics"):

        async def begun(service: str = service) -> list[str]:
            return [] if any(one.service == service and one.begun for one in await project.containers()) else [service]

        was = await project.cut("up", "--detach", when=until(f"{service} to start", begun, HEALTHY_WITHIN_S))
        found = await project.containers()
        running = [one for one in found if one.running]
        await asyncio.gather(*(project.kill(one) for one in running))
        state = "cut" if was else "already at its end"
        report(f"`up` was {state} when {service} started: {len(running)} of {len(found)} containers ran, killed as well")
    report("`up` once more")
    await project.compose("up", "--detach")
    return []


async def secret(project: Project, report: Report) -> list[str]:
    """Wrong keys in .env: one line each, and what was right before is right again."""
    wrong = []
    for variable, another, readers in WRONG:
        right = project.values[variable]
        project.change(**{variable: another()})
        await project.compose("up", "--detach", "--no-deps", *readers)
        said = await _refused(project, variable, readers)
        for line in sorted(set(said.values())):
            report(f"{', '.join(sorted(who for who in readers if said[who] == line))}: {line}")
        found = [one for one in await project.containers() if one.service in readers and one.well]
        wrong += [f"{one.name} runs with a wrong {variable}" for one in found]
        wrong += crashes(await project.said())
        project.change(**{variable: right})
        await project.compose("up", "--detach")
        await healthy(project, ALONE, report)
    return wrong


async def _refused(project: Project, variable: str, readers: frozenset[str]) -> Mapping[str, str]:
    """The line of each reader. Raises StopWorker where one says nothing about the variable."""
    said: dict[str, str] = {}

    async def silent() -> list[str]:
        said.update(refusals(await project.said(), variable))
        return sorted(readers - said.keys())

    await until(f"a line about {variable}", silent, SAID_WITHIN_S)
    return {who: line for who, line in said.items() if who in readers}


async def stopped(project: Project, report: Report) -> list[str]:
    """SIGSTOP: who neither ends nor answers is started again without anybody's help."""
    victims = [one for one in await project.containers() if one.service in STOPPED]
    report(f"SIGSTOP: {', '.join(victim.name for victim in victims)}")
    await asyncio.gather(*(project.stop(victim) for victim in victims))
    took = await came_back(project, victims)
    report(f"all are back and healthy after {took:.0f} s")
    return []
