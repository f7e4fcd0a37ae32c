"""A volume is lost while all stages run; what is done then is what `deploy/runbook.md` says, "What was lost"."""

from collections.abc import Mapping
from datetime import UTC, datetime

from deploy.compose.judge import Judge, judging
from deploy.compose.keeping import RUN, written
from deploy.compose.project import Project
from deploy.compose.watching import HEALTHY_WITHIN_S, SETTLED_WITHIN_S, Report, swept, until
from deploy.stages import STAGES


async def kafka(project: Project, report: Report) -> list[str]:
    """Kafka's volume is lost while all stages run."""
    async with judging(project) as judge:
        await swept(judge)
        before = await _known(judge)
        await project.lose("kafka")
        gone = datetime.now(UTC)
        report("Kafka and its volume are gone; `up`")
        await project.compose("up", "--detach")
        await until("sweeps", lambda: judge.unswept(gone), SETTLED_WITHIN_S)
        after = await _known(judge)
        report("no ERP tells again: " + ", ".join(f"{what} {before[what]} before, {after[what]} now" for what in before))
    kept = ("closed bills", "calls")  # MongoDB has them
    return [f"{after[what]} {what} of {before[what]}" for what in kept if after[what] < before[what]]


async def _known(judge: Judge) -> Mapping[str, int]:
    """How much the pages show of what no ERP tells once more."""
    dated = {"contracts": {"$elemMatch": {"access_since": {"$ne": None}}}}
    return {
        "closed bills": await judge.database["closed_bills"].count_documents({"closed_at": {"$ne": None}}),
        "calls": await judge.database["calls"].count_documents({}),
        "debtors whose access is dated": await judge.database["debtors"].count_documents(dated),
    }


async def mongo(project: Project, report: Report) -> list[str]:
    """MongoDB's volume is lost while all stages run, and a backup put back."""
    async with judging(project) as judge:
        await swept(judge)
    backup = await written(project)
    before = await _kept(project)
    report(f"a backup, {backup.name}")
    await project.lose("mongo")
    report("MongoDB and its volume are gone; a restore")
    await project.compose("stop", *STAGES)  # as without the profile `demo`: the simulated ERP would forget what has changed
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
