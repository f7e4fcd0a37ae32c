"""A backup by the service of docker-compose.yml, as README.md says, and put back into a database where nothing is."""

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from deploy.backup.manifest import read_manifest
from deploy.backup.write import PREFIX
from deploy.compose.judge import Judge
from deploy.compose.project import Project
from deploy.compose.watching import SETTLED_WITHIN_S, until
from schemas.errors import StopWorker

EMPTY = "restored"
RUN = ("--profile", "backup", "run", "--rm", "--no-deps")
WANTED = frozenset({"instances", "attempts", "ledger"})
"""What is in MongoDB alone."""


async def kept(judge: Judge) -> None:
    """Returns when MongoDB has one of each at least, which takes a first call. Raises StopWorker."""

    async def missing() -> list[str]:
        return [f"no {name} yet" for name in sorted(WANTED) if await judge.database[name].find_one() is None]

    await until("something to keep", missing, SETTLED_WITHIN_S)


async def counted(judge: Judge, names: Iterable[str] = WANTED) -> Mapping[str, int]:
    """How many documents each of these collections has."""
    return {name: await judge.database[name].count_documents({}) for name in sorted(names)}


def fewer(before: Mapping[str, int], after: Mapping[str, int]) -> list[str]:
    """Of what there is less than there was."""
    return [f"{count} {name} before, {after[name]} now" for name, count in before.items() if after[name] < count]


def both(before: Mapping[str, int], after: Mapping[str, int]) -> str:
    """The two, for a reader."""
    return ", ".join(f"{name} {before[name]} before, {after[name]} now" for name in before)


async def backed_up(project: Project, report: Callable[[str], None]) -> list[str]:
    """What is wrong with it. Raises StopWorker."""
    report("a backup, and its restore into an empty database")
    made = await written(project)
    counts = {file.collection: file.documents for file in read_manifest(made).files}
    await project.compose(*RUN, "-e", f"MONGO_DATABASE={EMPTY}", "backup", "restore", f"/backup/{made.name}")
    return [f"the backup has no {name}" for name in sorted(WANTED) if not counts.get(name)]


async def written(project: Project) -> Path:
    """The folder of a backup that is made now. Raises StopWorker."""
    folder = project.env_file.parent / "backups"
    folder.mkdir(exist_ok=True)
    before = set(folder.iterdir())
    project.change(BACKUP_FOLDER=str(folder), BACKUP_USER=f"{os.getuid()}:{os.getgid()}")
    await project.compose(*RUN, "backup")
    found = [one for one in folder.glob(f"{PREFIX}*Z") if one not in before]
    if len(found) != 1:
        raise StopWorker(f"{len(found)} new backups after one `docker compose run --rm backup`")
    return found[0]
