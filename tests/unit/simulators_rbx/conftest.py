from collections.abc import Callable

import orjson
import pytest

from deploy.simulators.ixc.provider import Size, generate
from deploy.simulators.ixc.store import Provider
from deploy.simulators.rbx.register import Register
from deploy.simulators.rbx.services import SERVICES
from tests.unit.simulators.conftest import TODAY, now, provider_of, today

__all__ = ["TODAY", "Ask", "ask", "ask_of", "crowd", "now", "provider_of", "today"]

Ask = Callable[..., list[dict[str, str]]]


@pytest.fixture(scope="session")
def ask_of() -> Callable[[Provider], Ask]:
    """What a provider's services answer: `ask(service, filtro)` gives rows in the order of their codes."""

    def of(provider: Provider) -> Ask:
        register = Register(provider, 1, TODAY, "ymd")

        def ask(service: str, filtro: str = "") -> list[dict[str, str]]:
            rows = [orjson.loads(row) for row in register.rows(SERVICES[service], filtro, TODAY)]
            return sorted(rows, key=lambda row: int(row[SERVICES[service].key]))

        return ask

    return of


@pytest.fixture(scope="session")
def crowd() -> Provider:
    """Large enough for every state; never change it."""
    return generate(Size(1_000, 2.7), 1, TODAY)


@pytest.fixture(scope="session")
def ask(crowd: Provider, ask_of: Callable[[Provider], Ask]) -> Ask:
    return ask_of(crowd)
