"""What an operator may lose or do wrong, done to a project: `make compose-test ARGS="--losses"`.

What helps is what `deploy/runbook.md` says, and nothing else. Each step ends with the comparison with the truth.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping

from deploy.compose.judge import judging
from deploy.compose.keeping import RUN, written
from deploy.compose.project import Project
from deploy.compose.said import crashes, refusals
from deploy.compose.watching import (
    ALONE,
    HEALTHY_WITHIN_S,
    Report,
    came_back,
    healthy,
    letters,
    settled,
    status,
    swept,
    until,
)
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

Step = Callable[[Project, Report], Awaitable[list[str]]]


async def losses(project: Project, report: Report, steps: Iterable[str]) -> list[str]:
    """Everything that is wrong after each of these steps, in order; empty when all is as it was."""
    report("building the image (minutes where nothing is cached)")
    await project.build()
    wrong: list[str] = []
    is_up = False
    for name in steps:
        loop = asyncio.get_running_loop()
        began = loop.time()
        if not is_up and name != CUT:
            report("starting everything")
            await project.compose("up", "--detach")
            await healthy(project, ALONE, report)
        is_up = True
        report(f"--- {name}")
        found = await STEPS[name](project, report) + await _as_before(project, report)
        report(f"--- {name}: {f'{len(found)} differences' if found else 'equals the truth'}, {loop.time() - began:.0f} s")
        wrong += [f"{name}: {line}" for line in found]
    return wrong


async def _as_before(project: Project, report: Report) -> list[str]:
    """Healthy, equal to the truth, without dead letters; then the simulator goes on."""
    await healthy(project, ALONE, report)
    async with judging(project) as judge:
        await swept(judge)
        wrong = await settled(project, judge, report)
        wrong += letters(await status(project))
        await judge.provider.resume()
    return wrong + crashes(await project.said())


async def _cut(project: Project, report: Report) -> list[str]:
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


async def _secret(project: Project, report: Report) -> list[str]:
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


async def _stopped(project: Project, report: Report) -> list[str]:
    """SIGSTOP: who neither ends nor answers is started again without anybody's help."""
    victims = [one for one in await project.containers() if one.service in STOPPED]
    report(f"SIGSTOP: {', '.join(victim.name for victim in victims)}")
    await asyncio.gather(*(project.stop(victim) for victim in victims))
    took = await came_back(project, victims)
    report(f"all are back and healthy after {took:.0f} s")
    return []


async def _kafka(project: Project, report: Report) -> list[str]:
    """Kafka's volume is lost while all stages run."""
    async with judging(project) as judge:
        await swept(judge)
    await project.lose("kafka")
    report("Kafka and its volume are gone; `up`")
    await project.compose("up", "--detach")
    return []


async def _mongo(project: Project, report: Report) -> list[str]:
    """MongoDB's volume is lost while all stages run, and a backup put back."""
    async with judging(project) as judge:
        await swept(judge)
    backup = await written(project)
    before = await _kept(project)
    report(f"a backup, {backup.name}")
    await project.lose("mongo")
    report("MongoDB and its volume are gone; a restore")
    await project.compose("stop")
    await project.compose("up", "--detach", "mongo")
    await until("MongoDB", lambda: _unhealthy(project, "mongo"), HEALTHY_WITHIN_S)
    await project.compose(*RUN, "backup", "restore", f"/backup/{backup.name}")
    after = await _kept(project)
    report("restored: " + ", ".join(f"{name} {count}" for name, count in after.items()))
    wrong = [f"{name}: {count} before, {after[name]} restored" for name, count in before.items() if after[name] < count]
    await project.compose("up", "--detach")
    return wrong


async def _unhealthy(project: Project, service: str) -> list[str]:
    return [str(one) for one in await project.containers() if one.service == service and not one.well]


async def _kept(project: Project) -> Mapping[str, int]:
    """How many documents there are of what only MongoDB has."""
    async with judging(project) as judge:
        return {name: await judge.database[name].count_documents({}) for name in ("instances", "attempts", "ledger")}


CUT = "cut"
STEPS: Mapping[str, Step] = {CUT: _cut, "secret": _secret, "stopped": _stopped, "kafka": _kafka, "mongo": _mongo}
