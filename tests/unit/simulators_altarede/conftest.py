from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from deploy.simulators.altarede import truth
from deploy.simulators.altarede.desk import Desk
from deploy.simulators.ixc.provider import Size, generate
from deploy.simulators.ixc.simulator import Simulator

TODAY = date(2026, 11, 23)


@pytest.fixture(scope="session")
def today() -> date:
    return TODAY


@pytest.fixture(scope="session")
def now() -> datetime:
    return datetime(2026, 11, 23, 10, 30, tzinfo=ZoneInfo("America/Maceio"))


@pytest.fixture(scope="session")
def simulator_of() -> Callable[[int], Simulator]:
    """A fresh small simulator by its seed."""
    return lambda seed: Simulator(Size(60, 2.7), seed, TODAY, truth.of_export)


@pytest.fixture(scope="session")
def crowd() -> Desk:
    """Large enough for shares; never change its provider."""
    return Desk(generate(Size(1_500, 2.7), 1, TODAY))
