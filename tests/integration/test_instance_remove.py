"""`collector instance remove` on the real parts: nothing of one instance is left anywhere, all of another stays."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from signal import SIGKILL

import pytest

from deploy.instances import REMOVALS
from schemas.controls import BLOCKLIST, PROMISES
from schemas.topics import BILLS, CLIENTS, CONTRACTS, DEBTORS, QUEUE, REFERENCES
from schemas.views import INSTANCES
from tests.integration.installed import FAST, world
from tests.integration.pipeline import PATIENCE_S, eventually, running

pytestmark = pytest.mark.integration

ERASED = (CLIENTS, CONTRACTS, BILLS, REFERENCES, DEBTORS, QUEUE)


@pytest.mark.timeout(1_200)
async def test_it_is_gone_everywhere_may_be_cut_and_starts_from_nothing_when_it_comes_back(
    servers: str, env: Mapping[str, str], mongo_uri: str, prefix: str, tmp_path: Path
) -> None:
    """Cut by kill -9 before the stages have followed and again on the way; the other instance loses nothing."""
    mine, other = f"{prefix}-a", f"{prefix}-b"
    async with world(env, servers, mongo_uri, tmp_path) as here:
        await here.add(mine)
        await here.add(other)
        with running("erp-poller", env, tmp_path):
            await eventually(lambda: here.whole(mine), "the first sync")
            await eventually(lambda: here.whole(other), "the other's first sync")
            for name in (mine, other):
                await here.database[PROMISES].insert_one({"instance": name, "code": "1", "until": "2026-01-01"})
                await here.database[BLOCKLIST].insert_one({"instance": name, "person": "p" * 32, "phone": ""})

            for lines in (1, 2):
                removal = here.command(mine, "--yes", mine)
                assert removal.stderr is not None
                for _ in range(lines):
                    assert "left" in await asyncio.to_thread(removal.stderr.readline)
                removal.send_signal(SIGKILL)
                await asyncio.to_thread(removal.wait)
                removal.stderr.close()
                assert await here.database[REMOVALS].count_documents({"_id": mine}) == 1
                assert await here.database[INSTANCES].count_documents({"_id": mine}) == 0

            removal = here.command(mine, "--yes", mine)
            _, said = await asyncio.to_thread(removal.communicate, timeout=PATIENCE_S)
            assert removal.returncode == 0, said
            assert "1 of promises, 1 of blocklist, 0 of beliefs; the name is free" in said

            assert not any((await here.documents(mine)).values())
            assert {topic.name: await here.alive(topic, mine) for topic in ERASED} == {topic.name: 0 for topic in ERASED}
            swept = await here.sweeps(mine)
            assert len(swept) >= len(FAST)
            assert not any(swept.values())
            for collection in (PROMISES, BLOCKLIST):
                assert [one["instance"] async for one in here.database[collection].find()] == [other]
            assert await here.database[REMOVALS].count_documents({}) == 0
            assert await here.whole(other)

            again = here.command(mine, "--yes", mine)
            _, said = await asyncio.to_thread(again.communicate, timeout=PATIENCE_S)
            assert (again.returncode, said.count("\n")) == (2, 1)
            assert "there is no instance" in said

            await here.add(mine)
            await eventually(lambda: here.whole(mine), "all rows once more")
