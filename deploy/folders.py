"""What is done to a whole folder where it matters that it holds."""

import os
import shutil
from pathlib import Path


def emptied(folder: Path) -> None:
    """Nothing is left in it; it stays itself, as a disk may be mounted there. Raises OSError."""
    for one in folder.iterdir():
        if one.is_dir() and not one.is_symlink():
            shutil.rmtree(one)
        else:
            one.unlink()


def synced(folder: Path) -> None:
    """Which names are in it survives a loss of power from now on. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
