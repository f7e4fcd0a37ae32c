"""`collector run`"""

from typing import Annotated

import typer

from deploy.home import prepare_environment
from deploy.stages import STAGES
from deploy.stages import run as run_stage

EXAMPLE = "Example: collector run hydrate --name 1"

Stage = Annotated[str, typer.Argument(metavar="STAGE", help=f"One of: {', '.join(STAGES)}.")]
Name = Annotated[
    str | None,
    typer.Option(
        envvar="WORKER_NAME",
        help="This worker's own name, the same again after a restart: two of one name cannot work. Default: host, process.",
    ),
]


def run(stage: Stage, name: Name = None) -> None:
    """Run one stage in this process until it is told to stop."""
    prepare_environment()
    run_stage(stage, name)
