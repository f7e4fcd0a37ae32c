"""Which steps are asked for."""

import pytest

from deploy.compose.__main__ import Asked, asked
from deploy.compose.losses import STEPS
from schemas.runtime.process import BAD_CONFIGURATION


@pytest.mark.parametrize(
    ("argv", "steps", "earlier"),
    [
        ([], [], ""),
        (["--losses"], list(STEPS), ""),
        (["--losses", "mongo", "cut"], ["cut", "mongo"], ""),
        (["--from", "v0.1.0"], [], "v0.1.0"),
    ],
    ids=["the short form", "all losses", "some, in their order", "an upgrade"],
)
def test_what_is_done_is_asked_for(argv: list[str], steps: list[str], earlier: str) -> None:
    assert asked(argv) == Asked(steps, earlier)


def test_another_word_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        asked(["--losses", "house"])

    assert ended.value.code == BAD_CONFIGURATION
    assert "mongo" in capsys.readouterr().err
