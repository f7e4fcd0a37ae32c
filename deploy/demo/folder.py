"""The folder of one demonstration: it goes with it, but the logs of one that ended wrong stay.

Where a chaos strikes a cluster the logs have a disk of their own, if one can be had, so that it can be filled.
"""

import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from deploy.local.room import Room

LOGS = "logs"
LOGS_MB = 128


class Folder:
    """`path`: whatever a demonstration writes; its logs in `LOGS`. `is_wrong`: how it ends needs them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.logs = path / LOGS
        self.is_wrong = False


@contextmanager
def throwaway(report: Callable[[str], None], within: Path | None = None) -> Iterator[Folder]:
    """A new folder, below `within` or where temporary files are. An error is a wrong end; being cancelled is none."""
    folder = Folder(Path(tempfile.mkdtemp(prefix="collector-demo-", dir=within)))
    try:
        yield folder
    except Exception:
        folder.is_wrong = True
        raise
    finally:
        _remove(folder, report)


@asynccontextmanager
async def disk_of_logs(folder: Path, *, wanted: bool) -> AsyncIterator[Mapping[str, Room]]:
    """By its name; nothing where it is not `wanted` or cannot be had. Whatever was written is in `folder` afterwards."""
    room = Room(folder, LOGS_MB)
    if not wanted or not await room.take():
        yield {}
        return
    try:
        yield {LOGS: room}
    finally:
        kept = shutil.copytree(folder, folder.with_name(f"{folder.name}.kept"))
        await room.leave()
        shutil.copytree(kept, folder, dirs_exist_ok=True)
        shutil.rmtree(kept)


def _remove(folder: Folder, report: Callable[[str], None]) -> None:
    if not folder.is_wrong or not folder.logs.exists():
        shutil.rmtree(folder.path, ignore_errors=True)
        return
    for one in folder.path.iterdir():
        if one.is_dir() and one != folder.logs:
            shutil.rmtree(one, ignore_errors=True)
        elif one != folder.logs:
            one.unlink()
    report(f"it ended wrong, so its logs stay: {folder.logs}")
