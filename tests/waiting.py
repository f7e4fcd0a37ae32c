"""Repeated requests neither wait nor log, for the tests of a file or folder that imports this."""

from collections.abc import Iterator

import pytest
import stamina
import stamina.instrumentation

from producers.erp.wire import ATTEMPTS


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    stamina.instrumentation.set_on_retry_hooks([])
    with stamina.set_testing(True, attempts=ATTEMPTS):
        yield
    stamina.instrumentation.set_on_retry_hooks(None)
