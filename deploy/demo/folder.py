"""The folder of one demonstration: it goes with it, but the logs of one that ended wrong stay."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

LOGS = "logs"


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
