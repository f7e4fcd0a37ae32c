"""What a demonstration leaves behind: nothing, or the logs of one that ended wrong."""

import asyncio
from pathlib import Path

import pytest

from deploy.demo.folder import Folder, throwaway

LOST = "hydrate-0 is not back"


def filled(folder: Folder) -> None:
    folder.logs.mkdir()
    (folder.logs / "hydrate.log").write_text("why")
    (folder.path / "kafka").mkdir()
    (folder.path / "kafka" / "00.log").write_text("records")
    (folder.path / "kafka.unfinished").touch()


def test_one_that_ends_well_leaves_nothing(tmp_path: Path) -> None:
    said: list[str] = []
    with throwaway(said.append, tmp_path) as folder:
        filled(folder)
    assert (list(tmp_path.iterdir()), said) == ([], [])


@pytest.mark.parametrize("error", [LOST, ""])
def test_one_that_ends_wrong_leaves_its_logs_alone_and_says_where(tmp_path: Path, error: str) -> None:
    """It failed, or its judge found differences."""
    said: list[str] = []

    def play() -> None:
        with throwaway(said.append, tmp_path) as folder:
            filled(folder)
            if error:
                raise RuntimeError(error)
            folder.is_wrong = True

    if error:
        with pytest.raises(RuntimeError, match=error):
            play()
    else:
        play()
    (home,) = tmp_path.iterdir()
    assert [one.name for one in home.rglob("*")] == ["logs", "hydrate.log"]
    assert said == [f"it ended wrong, so its logs stay: {home / 'logs'}"]


def test_one_that_a_person_ends_leaves_nothing(tmp_path: Path) -> None:
    def play() -> None:
        with throwaway(print, tmp_path) as folder:
            filled(folder)
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        play()
    assert list(tmp_path.iterdir()) == []


def test_one_that_never_wrote_a_log_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), throwaway(print, tmp_path):
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []
