"""`collector run`"""

import os
from typing import Annotated

import typer

from deploy.home import prepare_environment
from deploy.stages import STAGES, load

EXAMPLE = "Example: collector run hydrate --name 1"

Stage = Annotated[str, typer.Argument(metavar="STAGE", help=f"One of: {', '.join(STAGES)}.")]
Name = Annotated[str, typer.Option(envvar="WORKER_NAME", help="One of several workers of a stage: each needs its own name.")]


def run(stage: Stage, name: Name = "0") -> None:
    """Run one stage in this process until it is told to stop."""
    main = load(stage)
    prepare_environment()
    os.environ["WORKER_NAME"] = name  # Kafka gives a worker that comes back under its name the same partitions at once
    main()
