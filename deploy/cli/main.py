"""`collector`: one command a file. What a person must mend is one line on stderr and exit code 2, never a traceback."""

import logging
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Annotated, NamedTuple

import typer

from schemas.errors import PipelineError
from schemas.runtime.process import BAD_CONFIGURATION
from schemas.runtime.version import version as release


class Place(NamedTuple):
    """Where a command, or a group of them, is to be found. `module`: of `deploy.cli`. `epilog`: the name of its example."""

    module: str
    name: str
    epilog: str = "EXAMPLE"


INTERRUPTED = 130
"""As a shell says it of Ctrl-C."""
COMMANDS: Mapping[str, Place] = {
    "up": Place("up", "up"),
    "demo": Place("demo", "demo"),
    "bench": Place("bench", "bench"),
    "sim": Place("sim", "sim"),
    "run": Place("run", "run"),
    "topics": Place("topics", "topics"),
    "status": Place("status", "status"),
    "unmapped": Place("unmapped", "unmapped"),
    "doctor": Place("doctor", "doctor"),
    "verify": Place("verify", "verify"),
    "trace": Place("trace", "trace"),
    "replay": Place("replay", "replay"),
    "env": Place("env", "env"),
    "backup": Place("backup", "backup", "BACKUP_EXAMPLE"),
    "restore": Place("backup", "restore", "RESTORE_EXAMPLE"),
    "erase": Place("erase", "erase"),
    "rekey": Place("rekey", "rekey"),
    "block": Place("block", "block", "BLOCK_EXAMPLE"),
    "promise": Place("block", "promise", "PROMISE_EXAMPLE"),
    "why": Place("why", "why"),
    "whatif": Place("whatif", "whatif"),
    "instance": Place("instance", "app"),
    "dead-letters": Place("letters", "app"),
    "pabx": Place("pabx", "app"),
    "user": Place("user", "app"),
}
"""In the order in which they are listed."""


def _told(is_asked: bool) -> None:
    if is_asked:
        sys.stdout.write(f"collector {release()}\n")
        raise typer.Exit


Version = Annotated[bool, typer.Option("--version", help="Tell which version this is.", callback=_told, is_eager=True)]


def begin(version: Version = False) -> None:
    """Streaming debt collection for internet providers."""
    del version  # told already


def program(first: str = "") -> typer.Typer:
    """The whole program; with a command's name that command alone, as loading all the others takes two seconds."""
    app = typer.Typer(
        help="Streaming debt collection for internet providers.",
        epilog="Example: collector up",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    app.callback()(begin)
    for name in [first] if first in COMMANDS else COMMANDS:
        place = COMMANDS[name]
        module = import_module(f"deploy.cli.{place.module}")
        found = getattr(module, place.name)
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=name)
        else:
            app.command(name, epilog=getattr(module, place.epilog))(found)
    return app


def main() -> None:
    """Entry of the program `collector`."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # says in its words what we say in ours; a stage sets its own
    try:
        program(next(iter(sys.argv[1:]), ""))()
    except PipelineError as exc:
        sys.stderr.write(f"{exc}\n")
        sys.exit(BAD_CONFIGURATION)
    except KeyboardInterrupt:  # typer's own begins where the command does
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
