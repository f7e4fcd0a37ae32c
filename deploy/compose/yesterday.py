"""An update that is taken back as README.md says: yesterday's image is named by COLLECTOR_IMAGE, over the same volumes.

There is no older release to build: yesterday's is today's code under an older number, so what the models that travel may do
is not tried here (`tests/contract/test_released.py` does), but all that compose, the image and the stages do about it.
"""

import re
from collections.abc import Iterable

from deploy.compose.project import ROOT, Project
from deploy.roll import Present

RELEASE = "0.0.1"
VERSION = re.compile(r'^version = ".*"$', re.MULTILINE)
PROJECT_FILE = "pyproject.toml"
SAID = '"older_release"'


async def name_yesterday(project: Project) -> None:
    """Make its image and write it into .env; nothing is told of it before the next `up`. Raises StopWorker."""
    today = project.values["COLLECTOR_IMAGE"]
    folder = project.env_file.parent / "yesterday"
    folder.mkdir()
    (folder / PROJECT_FILE).write_text(of_yesterday((ROOT / PROJECT_FILE).read_text()))
    (folder / "Dockerfile").write_text(f"FROM {today}\nCOPY {PROJECT_FILE} /app/{PROJECT_FILE}\n")
    image = f"{today}-yesterday"
    await project.engine.run("build", "--tag", image, folder, log=project.log)
    project.change(COLLECTOR_IMAGE=image)


def of_yesterday(text: str) -> str:
    """The project's own file with the older number."""
    return VERSION.sub(f'version = "{RELEASE}"', text, count=1)


def strangers(stages: Iterable[Present], release: str) -> list[str]:
    """Living stages that are of another release."""
    return [
        f"{one.stage} {one.worker} is of {one.version}" for one in stages if one.state == "alive" and one.version != release
    ]


def not_yesterday(stages: Iterable[Present], said: Iterable[str]) -> list[str]:
    """What is wrong once it runs: living stages of another release, or none that says that a newer one was there.

    Of one that was killed there still is a heartbeat, which grows old.
    """
    silence = [] if any(SAID in line for line in said) else ["nobody says that a newer release was there"]
    return strangers(stages, RELEASE) + silence
