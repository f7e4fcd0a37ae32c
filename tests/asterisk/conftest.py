"""The real PABX for tests that ask for it. Where it cannot start they fail, and say why."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.asterisk.lab import CannotStartError, Lab, running
from tests.contract.pabx_reached import Reached


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    with ExitStack() as closing:
        try:
            started = closing.enter_context(running())
        except CannotStartError as exc:
            pytest.fail(f"no real Asterisk: {exc}", pytrace=False)
        yield started


@pytest.fixture(scope="session")
def pabx(lab: Lab) -> Reached:
    return lab.near
