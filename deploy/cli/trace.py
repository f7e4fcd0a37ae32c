"""`collector trace`"""

import asyncio
from typing import Annotated

import typer
from rich.progress import Progress

from deploy.cli.tables import Output, deliver, messages
from deploy.home import prepare_environment
from deploy.trace import parsed
from deploy.trace_seen import TraceSettings
from deploy.trace_seen import trace as look
from schemas.runtime.settings import read

EXAMPLE = "Example: collector trace vale:1042:bill:77"

Key = Annotated[str, typer.Argument(metavar="KEY", help="INSTANCE:CLIENT:KIND:ID of one row, or INSTANCE:CLIENT of all.")]


def trace(key: Key, output: Output = None) -> None:
    """The way of one bill, contract or client: its rows, states, verdicts, what views show, dead letters, by their time.

    Reads one partition of each topic whole, and nothing else; it names no person. Of states Kafka keeps the newest, and
    those of the last hour.
    """
    prepare_environment()
    wanted, settings = parsed(key), read(TraceSettings)
    with Progress(console=messages, transient=True) as progress:
        task = progress.add_task("reading", total=None)
        rows = asyncio.run(
            look(
                settings,
                wanted,
                lambda what, done, of: progress.update(task, description=what, completed=done, total=max(of, 1)),
            )
        )
    deliver(f"Trace of {key}", rows, output, empty="nothing is known of it")
