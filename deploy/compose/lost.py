"""A volume is lost while all stages run; what is done then is what `deploy/runbook.md` says, "What was lost"."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from deploy.compose.judge import Judge, judging
from deploy.compose.keeping import RUN, both, counted, fewer, kept, written
from deploy.compose.project import Project
from deploy.compose.watching import HEALTHY_WITHIN_S, SETTLED_WITHIN_S, Report, swept, until
from deploy.stages import STAGES

LASTS = frozenset({"closed bills", "calls"})
"""MongoDB has them, and so does a backup."""


async def kafka(project: Project, report: Report) -> list[str]:
    """Kafka's volume is lost while all stages run."""
    async with judging(project) as judge:
        before = await _enough(judge)
        await project.lose("kafka")
        gone = datetime.now(UTC)
        report("Kafka and its volume are gone; `up`")
        await project.compose("up", "--detach")
        await until("sweeps", lambda: judge.unswept(gone), SETTLED_WITHIN_S)
        after = await _known(judge)
    report(f"no ERP tells again: {both(before, after)}")
    return fewer(_lasting(before), after)


async def mongo(project: Project, report: Report) -> list[str]:
    """MongoDB's volume is lost while all stages run, and a backup put back."""
    return await _given_back(project, report, "mongo")


async def disk(project: Project, report: Report) -> list[str]:
    """Both volumes are lost, as where a server's only disk is, and a backup without raw topics put back."""
    return await _given_back(project, report, "mongo", "kafka")


async def _given_back(project: Project, report: Report, *lost: str) -> list[str]:
    async with judging(project) as judge:
        known = _lasting(await _enough(judge))
        await kept(judge)
        before = await counted(judge)  # calls go on: the backup has as many, or more
    backup = await written(project)
    report(f"a backup, {backup.name}")
    for service in lost:
        await project.lose(service)
    await project.compose("stop", *STAGES)  # as without the profile `demo`: the simulated ERP would forget what has changed
    report(f"{' and '.join(lost)}: gone with their volumes; a restore")
    wrong = await _restored(project, backup, before, report)
    await project.compose("up", "--detach")
    async with judging(project) as judge:
        await swept(judge)
        after = await _known(judge)
    report(f"no ERP tells again: {both(known, after)}")
    return wrong + fewer(known, after)


async def _known(judge: Judge) -> Mapping[str, int]:
    """How much the pages show of what no ERP tells once more."""
    dated = {"contracts": {"$elemMatch": {"access_since": {"$ne": None}}}}
    return {
        "closed bills": await judge.database["closed_bills"].count_documents({"closed_at": {"$ne": None}}),
        "calls": await judge.database["calls"].count_documents({}),
        "debtors whose access is dated": await judge.database["debtors"].count_documents(dated),
    }


async def _enough(judge: Judge) -> Mapping[str, int]:
    """The same, once there is some of each."""

    async def missing() -> list[str]:
        return [f"no {what} yet" for what, count in (await _known(judge)).items() if not count]

    await swept(judge)
    await until("something to lose", missing, SETTLED_WITHIN_S)
    return await _known(judge)


def _lasting(known: Mapping[str, int]) -> Mapping[str, int]:
    return {what: count for what, count in known.items() if what in LASTS}


async def _restored(project: Project, backup: Path, before: Mapping[str, int], report: Report) -> list[str]:
    """What is wrong once the backup is in an empty MongoDB."""
    await project.compose("up", "--detach", "mongo")
    await until("MongoDB", lambda: _unhealthy(project, "mongo"), HEALTHY_WITHIN_S)
    await project.compose(*RUN, "backup", "restore", f"/backup/{backup.name}")
    async with judging(project) as judge:
        after = await counted(judge)
    report(f"restored: {both(before, after)}")
    return fewer(before, after)


async def _unhealthy(project: Project, service: str) -> list[str]:
    return [str(one) for one in await project.containers() if one.service == service and not one.well]
