"""An upgrade's start, and its end: the files of an earlier revision, and stages that are of today's."""

import asyncio
from pathlib import Path

import pytest

from deploy.compose.upgrade import extracted, not_today
from deploy.roll import Present, State
from schemas.errors import StopWorker
from schemas.runtime.version import version


def stage(release: str, state: State) -> Present:
    return Present(stage="views", worker="0", state=state, version=release, beat=1.0)


@pytest.mark.parametrize(
    ("one", "wrong"),
    [
        (stage(version(), "alive"), []),
        (stage("0.0.1", "silent"), []),
        (stage("0.0.1", "alive"), ["views 0 is of 0.0.1"]),
    ],
    ids=["today's", "ended", "left running"],
)
def test_a_stage_of_another_release_may_not_live_on(one: Present, wrong: list[str]) -> None:
    assert not_today([one]) == wrong


def test_a_revision_has_its_own_files(tmp_path: Path) -> None:
    asyncio.run(extracted("HEAD", tmp_path))

    assert {"docker-compose.yml", "deploy", "schemas"} <= {file.name for file in tmp_path.iterdir()}


def test_what_git_does_not_know_is_said(tmp_path: Path) -> None:
    with pytest.raises(StopWorker, match=r"--from v0\.0\.0: .*name a tag or a commit"):
        asyncio.run(extracted("v0.0.0", tmp_path))
