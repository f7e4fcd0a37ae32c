"""The .env of a project on trial."""

from pathlib import Path

from deploy.compose.engine import Engine
from deploy.compose.project import Project


def test_what_is_changed_stands_in_its_env_file_beside_the_rest(tmp_path: Path) -> None:
    project = Project(Engine("none", {}), "p", tmp_path / "test.env", {}, tmp_path / "log")
    project.change(MONGO_PASSWORD="a", MONGO_PORT="7")
    project.change(MONGO_PASSWORD="b")
    settings = [line for line in project.env_file.read_text().splitlines() if not line.startswith("#")]
    assert settings == ["MONGO_PASSWORD=b", "MONGO_PORT=7"]
    assert project.port("MONGO_PORT") == 7
