"""Every stage by its name. A stage's code is loaded only in the process that runs it."""

import sys
from collections.abc import Callable
from importlib import import_module
from typing import cast

from schemas.errors import StopWorker

STAGES = {
    "erp-poller": "producers.erp_poller:main",
    "hydrate": "processors.hydrate.worker:main",
    "dialer": "processors.dialer.worker:main",
    "views": "sinks.views:main",
    "dashboard": "dashboard.app:main",
}


def load(stage: str) -> Callable[[], None]:
    """The stage's `main`. Raises StopWorker for a name that is none."""
    if stage not in STAGES:
        raise StopWorker(f"there is no stage {stage}: choose one of {', '.join(STAGES)}")
    module, name = STAGES[stage].split(":")
    return cast("Callable[[], None]", getattr(import_module(module), name))


def command(stage: str, worker: str = "0") -> list[str]:
    """How to run it as a process of its own. `worker`: one of several of the same stage."""
    return [sys.executable, "-m", "deploy.cli.main", "run", stage, "--name", worker]
