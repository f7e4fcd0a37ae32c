from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from deploy.simulators.ixc.provider import Size, generate
from deploy.simulators.ixc.store import Provider

TODAY = date(2026, 11, 23)


@pytest.fixture(scope="session")
def today() -> date:
    return TODAY


@pytest.fixture(scope="session")
def now() -> datetime:
    return datetime(2026, 11, 23, 10, 30, tzinfo=ZoneInfo("America/Maceio"))


@pytest.fixture(scope="session")
def provider_of() -> Callable[[int], Provider]:
    """A fresh small provider by its seed."""
    return lambda seed: generate(Size(60, 2.7), seed, TODAY)


@pytest.fixture(scope="session")
def crowd() -> Provider:
    """Large enough for shares; never change it."""
    return generate(Size(2_000, 2.7), 1, TODAY)
