"""Where the wheels keep the real servers, and one line where this platform has no such wheel."""

import platform
from importlib import import_module
from types import ModuleType

from schemas.errors import StopWorker


def part(module: str) -> ModuleType:
    """A module of `deploy/requirements/local.txt`. Raises StopWorker where it is not installed."""
    try:
        return import_module(module)
    except ImportError as exc:
        raise StopWorker(
            f"no broker and database for {platform.system()} on {platform.machine()} here ({exc.name} of "
            "deploy/requirements/local.txt is not installed): set KAFKA_BOOTSTRAP_SERVERS and MONGO_URI to servers of yours"
        ) from None
