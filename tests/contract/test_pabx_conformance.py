"""The PABX simulator is like a real Asterisk; `tests/asterisk` asks a real one the same."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest

from deploy.simulators.pabx.core import Core
from deploy.simulators.pabx.pabx import Pabx
from deploy.simulators.pabx.serving import PASSWORD, READER, USER, in_thread
from deploy.simulators.pabx.writers import Places, writers
from tests.contract.pabx_conformance import PabxConformance
from tests.contract.pabx_reached import Reached

BRIEF = {"down": 2, "missing": 2, "booting": 2}


@pytest.fixture(scope="module")
def pabx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reached]:
    folder: Path = tmp_path_factory.mktemp("pabx")
    places = Places(ZoneInfo("America/Maceio"), csv=folder / "Master.csv", sql=f"sqlite:///{folder / 'cdr.db'}")
    simulated = Pabx(Core(), lambda: datetime.now(UTC), folder / "log.jsonl", writers(places))
    with in_thread(simulated) as url:

        async def restart() -> None:
            async with httpx.AsyncClient() as client:
                await client.post(f"{url}/_sim/restart", json=BRIEF)

        yield Reached(f"{url}/ari", USER, READER, PASSWORD, folder / "Master.csv", places.sql, restart)


class TestSimulator(PabxConformance):
    pass
