"""A paused instance is neither read nor called, its neighbour is both, and resumed it goes on."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from schemas.calling.calendar import gate
from schemas.runtime import mongo
from tests.integration.command import Collector
from tests.integration.installed import world
from tests.integration.pipeline import SECRETS, eventually, running

pytestmark = pytest.mark.integration


async def test_a_pause_leaves_the_erp_alone_and_closes_the_gate_until_it_ends(
    servers: str, env: Mapping[str, str], mongo_uri: str, prefix: str, tmp_path: Path
) -> None:
    mine, other = f"{prefix}-a", f"{prefix}-b"
    async with world(env, servers, mongo_uri, tmp_path) as here:
        await here.add(mine)
        await here.add(other)
        collector = Collector(tmp_path, {**env, **SECRETS})

        async def sweep(name: str) -> str:
            found = await here.database["sweeps"].find_one({"_id": f"{name}:bill:completed"})
            return str(found["sweep"]) if found else ""

        async def after(name: str, before: str) -> str:
            """A sweep that ended later."""
            return await eventually(lambda: _later(sweep(name), before), f"a sweep of {name}")

        async def gates() -> dict[str, str | None]:
            """As whoever calls, or shows who may be called, asks for them."""
            found, _ = await mongo.instances(here.database)
            return {name: gate(instance, datetime.now(UTC)).closed for name, instance in found.items()}

        with running("erp-poller", env, tmp_path):
            await eventually(lambda: here.whole(mine), "the first sync")
            assert collector("instance", "pause", mine).returncode == 0
            closed = await gates()
            assert closed[mine] == "instance_paused" != closed[other]
            last = await sweep(other)
            for _ in range(4):  # by now the poller has looked, and what was under way has ended
                last = await after(other, last)
            before = await sweep(mine)
            for _ in range(4):
                last = await after(other, last)
            assert await sweep(mine) == before

            assert collector("instance", "resume", mine).returncode == 0
            await after(mine, before)
            open_again = await gates()
            assert open_again[mine] == open_again[other]


async def _later(found, before: str) -> str:  # type: ignore[no-untyped-def]  # noqa: ANN001 - a coroutine
    name: str = await found
    return name if name != before else ""
