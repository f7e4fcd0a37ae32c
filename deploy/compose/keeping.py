"""A backup by the service of docker-compose.yml, as README.md says, and put back into a database where nothing is."""

import os
from collections.abc import Callable
from pathlib import Path

from deploy.backup.manifest import read_manifest
from deploy.backup.write import PREFIX
from deploy.compose.project import Project
from schemas.errors import StopWorker

EMPTY = "restored"
RUN = ("--profile", "backup", "run", "--rm", "--no-deps")
WANTED = frozenset({"instances", "attempts", "ledger"})
"""What a demonstration of five minutes surely has."""


async def backed_up(project: Project, report: Callable[[str], None]) -> list[str]:
    """What is wrong with it. Raises StopWorker."""
    report("a backup, and its restore into an empty database")
    made = await written(project)
    counts = {file.collection: file.documents for file in read_manifest(made).files}
    await project.compose(*RUN, "-e", f"MONGO_DATABASE={EMPTY}", "backup", "restore", f"/backup/{made.name}")
    return [f"the backup has no {name}" for name in sorted(WANTED) if not counts.get(name)]


async def written(project: Project) -> Path:
    """The folder of a backup that is made now, the only one. Raises StopWorker."""
    folder = project.env_file.parent / "backups"
    folder.mkdir()
    project.change(BACKUP_FOLDER=str(folder), BACKUP_USER=f"{os.getuid()}:{os.getgid()}")
    await project.compose(*RUN, "backup")
    found = [Path(one) for one in folder.glob(f"{PREFIX}*Z")]
    if len(found) != 1:
        raise StopWorker(f"{len(found)} backups after one `docker compose run --rm backup`")
    return found[0]
