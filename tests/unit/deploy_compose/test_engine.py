import asyncio
import os
from pathlib import Path

import pytest

from deploy.compose.engine import Engine, find
from schemas.errors import StopWorker


async def test_without_an_engine_and_without_the_lab_one_line_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(StopWorker, match="engine is missing: install Docker Engine and its Compose plugin") as said:
        await find({"PATH": str(tmp_path)}, tmp_path / "lab.sh")

    assert "\n" not in str(said.value)


async def test_a_command_is_cut_where_it_is_told_to_be(tmp_path: Path) -> None:
    docker = tmp_path / "docker"
    docker.write_text(f"#!/bin/sh\ncd {tmp_path}\ntouch begun\nexec sleep 600\n")
    docker.chmod(0o700)

    async def begun() -> None:
        while not (tmp_path / "begun").exists():
            await asyncio.sleep(0.01)

    engine = Engine("a script", {"PATH": f"{tmp_path}:{os.environ['PATH']}"})
    assert await engine.cut("compose", "up", when=begun())
