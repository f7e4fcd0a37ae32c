"""Whether what runs is yesterday's release, and says so."""

from pathlib import Path

import pytest

from deploy.compose.yesterday import RELEASE, not_yesterday, of_yesterday
from deploy.roll import Present, State
from schemas.runtime.releases import older
from schemas.runtime.version import version

ROOT = Path(__file__).resolve().parents[3]
SAYS = 'views-1  | {"reason": "…", "event": "older_release", "level": "warning"}'


def stage(release: str, state: State = "alive") -> Present:
    return Present(stage="views", worker="0", state=state, version=release, beat=1.0)


def test_yesterdays_project_differs_in_its_number_alone() -> None:
    today = (ROOT / "pyproject.toml").read_text()

    changed = [pair for pair in zip(today.splitlines(), of_yesterday(today).splitlines(), strict=True) if pair[0] != pair[1]]

    assert changed == [(f'version = "{version()}"', f'version = "{RELEASE}"')]
    assert older(RELEASE, version())


@pytest.mark.parametrize(
    ("stages", "said", "wrong"),
    [
        ([stage(RELEASE), stage("0.1.0", "silent")], [SAYS], []),
        ([stage(RELEASE), stage("0.1.0")], [SAYS], ["views 0 is of 0.1.0"]),
        ([stage(RELEASE)], ["views-1  | fine"], ["nobody says that a newer release was there"]),
    ],
)
def test_another_release_or_silence_is_wrong(stages: list[Present], said: list[str], wrong: list[str]) -> None:
    assert not_yesterday(stages, said) == wrong
