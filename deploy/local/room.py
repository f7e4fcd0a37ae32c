"""A file system of its own for one folder, small enough to be filled: what a full disk does is tried with a real one."""

import asyncio
import errno
from asyncio.subprocess import DEVNULL
from pathlib import Path

FILLER = "filler"
BLOCK = bytes(1024 * 1024)
LEAST = 4096
FILL_EVERY_S = 0.5


class Room:
    """A tmpfs at `folder`, of so many megabytes. It needs root, and a machine that allows it."""

    def __init__(self, folder: Path, megabytes: int) -> None:
        self.folder = folder
        self._megabytes = megabytes

    async def take(self) -> bool:
        """Mount it; False where that is not possible."""
        self.folder.mkdir(parents=True, exist_ok=True)
        return await _ran("mount", "-t", "tmpfs", "-o", f"size={self._megabytes}m,mode=0700", "collector", str(self.folder))

    async def leave(self) -> None:
        """Unmount it; whatever was in it is gone."""
        await _ran("umount", "--lazy", str(self.folder))

    async def filled(self, lasting: float) -> None:
        """Up to its last block for so many seconds, also where somebody gives one back; then there is room again."""
        try:
            async with asyncio.timeout(lasting):
                while True:
                    await asyncio.to_thread(self._fill)
                    await asyncio.sleep(FILL_EVERY_S)
        except TimeoutError:
            pass
        finally:
            (self.folder / FILLER).unlink(missing_ok=True)

    def _fill(self) -> None:
        block = BLOCK
        with (self.folder / FILLER).open("ab", buffering=0) as file:
            while len(block) >= LEAST:
                try:
                    file.write(block)
                except OSError as exc:
                    if exc.errno != errno.ENOSPC:
                        raise
                    block = block[: len(block) // 2]


async def _ran(*argv: str) -> bool:
    try:
        child = await asyncio.create_subprocess_exec(*argv, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL)
    except OSError:
        return False
    return await child.wait() == 0
