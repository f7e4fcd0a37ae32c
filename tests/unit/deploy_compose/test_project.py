"""The .env of a project on trial."""

import os
from pathlib import Path

import pytest

from deploy.compose.engine import Engine
from deploy.compose.project import Project
from schemas.errors import StopWorker


def test_what_is_changed_stands_in_its_env_file_beside_the_rest(tmp_path: Path) -> None:
    project = Project(Engine("none", {}), "p", tmp_path / "test.env", {}, tmp_path / "log")
    project.change(MONGO_PASSWORD="a", MONGO_PORT="7")
    project.change(MONGO_PASSWORD="b")
    settings = [line for line in project.env_file.read_text().splitlines() if not line.startswith("#")]
    assert settings == ["MONGO_PASSWORD=b", "MONGO_PORT=7"]
    assert project.port("MONGO_PORT") == 7


DOCKER = """#!/bin/sh
case "$1" in
  ps) cat ids ;;
  inspect) cat about.json ;;
  *) echo "$@" ;;
esac
"""
ABOUT = """[{"Id": "c1", "Name": "/p-views-1", "RestartCount": 0,
  "Config": {"Labels": {"com.docker.compose.service": "views"}},
  "State": {"Status": "%s", "ExitCode": 0, "StartedAt": ""}}]"""


def running(folder: Path, state: str) -> Project:
    """A project whose one container of `views` is in that state, on a `docker` that says what else it is asked."""
    docker = folder / "docker"
    docker.write_text(DOCKER.replace("cat ", f"cat {folder}/"))
    docker.chmod(0o700)
    (folder / "ids").write_text("c1\n")
    (folder / "about.json").write_text(ABOUT % state)
    engine = Engine("a script", {"PATH": f"{folder}:{os.environ['PATH']}"})
    return Project(engine, "p", folder / "test.env", {}, folder / "log")


async def test_a_command_inside_is_the_engines_so_that_no_stdin_is_attached(tmp_path: Path) -> None:
    assert await running(tmp_path, "running").inside("views", "collector", "status") == "exec c1 collector status\n"


async def test_where_nothing_of_a_service_runs_one_line_says_so(tmp_path: Path) -> None:
    with pytest.raises(StopWorker, match="views"):
        await running(tmp_path, "exited").inside("views", "collector", "status")
