from pathlib import Path

import pytest

from deploy.compose.engine import find
from schemas.errors import StopWorker


async def test_without_an_engine_and_without_the_lab_one_line_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(StopWorker, match="engine is missing: install Docker Engine and its Compose plugin") as said:
        await find({"PATH": str(tmp_path)}, tmp_path / "lab.sh")

    assert "\n" not in str(said.value)
