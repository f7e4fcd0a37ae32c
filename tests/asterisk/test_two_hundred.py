"""Two hundred calls over all outcomes at five a second: the network, the PABX's witnesses and the simulator agree."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import orjson
import pytest

from deploy.simulators.pabx.core import Core
from deploy.simulators.pabx.pabx import Pabx
from deploy.simulators.pabx.serving import PASSWORD, READER, USER, in_thread
from deploy.simulators.pabx.writers import Places, writers
from tests.asterisk import far
from tests.asterisk.driving import drive, numbers
from tests.asterisk.lab import Lab
from tests.contract.pabx_conformance import FATES, Told, fate
from tests.contract.pabx_reached import Reached

CALLS, PER_SECOND = 200, 5


class Both(NamedTuple):
    """The same numbers, rung by a real PABX and by the simulator, whose log is `log`."""

    dialled: list[str]
    real: Mapping[str, Told]
    simulated: Mapping[str, Told]
    log: list[dict[str, str]]


@pytest.fixture(scope="module")
def both(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Both:
    folder: Path = tmp_path_factory.mktemp("simulated")
    places = Places(UTC, csv=folder / "Master.csv", sql=f"sqlite:///{folder / 'cdr.db'}")
    log = folder / "log.jsonl"
    dialled = numbers(CALLS)

    async def driven(simulator: Reached) -> tuple[Mapping[str, Told], Mapping[str, Told]]:
        return await asyncio.gather(drive(lab.near, dialled, PER_SECOND), drive(simulator, dialled, PER_SECOND))

    async def restart() -> None:
        raise NotImplementedError

    with in_thread(Pabx(Core(), lambda: datetime.now(UTC), log, writers(places))) as url:
        reached = Reached(f"{url}/ari", USER, READER, PASSWORD, folder / "Master.csv", places.sql, restart)
        real, simulated = asyncio.run(driven(reached))
    return Both(dialled, real, simulated, [orjson.loads(line) for line in log.read_bytes().splitlines()])


def test_every_call_ends_as_the_network_says(both: Both, lab: Lab) -> None:
    """Each number was reached once, by its own callee, and whoever answered is who Asterisk says was answered."""
    reached = far.read(lab.far_log)
    for number in both.dialled:
        seen = fate(both.real[number])
        assert reached.get(number) == [far.Visit(number[-1], answered=seen.disposition == "ANSWERED")], number
        assert seen == FATES[number[-1]], number


def test_the_simulator_ends_every_call_alike(both: Both) -> None:
    for number in both.dialled:
        assert fate(both.simulated[number]) == fate(both.real[number]), number


def test_the_simulators_log_tells_what_the_network_tells(both: Both, lab: Lab) -> None:
    reached = far.read(lab.far_log)
    told = {line["dialled"]: line["outcome"] for line in both.log if line["what"] == "ended"}
    rang = [line["dialled"] for line in both.log if line["what"] == "rang"]
    assert sorted(rang) == sorted(both.dialled)
    assert told == {number: reached[number][0].outcome for number in both.dialled}
