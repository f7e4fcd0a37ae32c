"""Every stage by its name; its code is loaded only in the process that runs it: `python -m deploy.stages STAGE WORKER`."""

import os
import sys
from collections.abc import Callable
from importlib import import_module
from typing import cast

from schemas.errors import StopWorker

STAGES = {
    "erp-poller": "producers.erp.poller:main",
    "cdr-poller": "producers.cdr.poller:main",
    "hydrate": "processors.hydrate.worker:main",
    "classify": "processors.classify.worker:main",
    "dialer": "processors.dialer.worker:main",
    "originate": "sinks.originate.worker:main",
    "views": "sinks.views.worker:main",
    "snapshots": "sinks.snapshots.worker:main",
    "dashboard": "dashboard.app:main",
}
HELPED = {"dashboard": "deploy.dashboard:main"}
"""Stages that are given what their own code may not do."""


def load(stage: str) -> Callable[[], None]:
    """The stage's `main`. Raises StopWorker for a name that is none."""
    if stage not in STAGES:
        raise StopWorker(f"there is no stage {stage}: choose one of {', '.join(STAGES)}")
    module, name = HELPED.get(stage, STAGES[stage]).split(":")
    return cast("Callable[[], None]", getattr(import_module(module), name))


def run(stage: str, worker: str | None = None) -> None:
    """Run it in this process. Kafka gives a worker that comes back under its name the same partitions at once.

    `worker`: its name; None where the environment says it, or nobody, and then it gets one of its own.
    """
    main = load(stage)
    if worker is not None:
        os.environ["WORKER_NAME"] = worker
    main()


def command(stage: str, worker: str = "0") -> list[str]:
    """How to run it as a process of its own: past the command line, whose other commands take a second to load."""
    return [sys.executable, "-m", "deploy.stages", stage, worker]


if __name__ == "__main__":
    run(*sys.argv[1:3])
