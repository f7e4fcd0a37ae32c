"""Which steps are asked for."""

import pytest

from deploy.compose.__main__ import asked
from deploy.compose.losses import STEPS
from schemas.runtime.process import BAD_CONFIGURATION


@pytest.mark.parametrize(
    ("argv", "steps"),
    [([], []), (["--losses"], list(STEPS)), (["--losses", "mongo", "cut"], ["cut", "mongo"])],
    ids=["the short form", "all", "some, in their order"],
)
def test_losses_are_asked_for(argv: list[str], steps: list[str]) -> None:
    assert asked(argv) == steps


def test_another_word_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        asked(["--losses", "disk"])

    assert ended.value.code == BAD_CONFIGURATION
    assert "mongo" in capsys.readouterr().err
