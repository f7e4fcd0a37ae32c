"""`collector`: one command a file. What a person must mend is one line on stderr and exit code 2, never a traceback."""

import logging
import sys
from typing import Annotated

import typer

from deploy.cli import (
    backup,
    believe,
    bench,
    block,
    demo,
    doctor,
    env,
    erase,
    instance,
    letters,
    pabx,
    rekey,
    replay,
    run,
    sim,
    status,
    topics,
    trace,
    unmapped,
    up,
    user,
    verify,
    whatif,
    why,
)
from schemas.errors import PipelineError
from schemas.runtime.process import BAD_CONFIGURATION
from schemas.runtime.version import version as release

app = typer.Typer(
    help="Streaming debt collection for internet providers.",
    epilog="Example: collector up",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _told(is_asked: bool) -> None:
    if is_asked:
        sys.stdout.write(f"collector {release()}\n")
        raise typer.Exit


Version = Annotated[bool, typer.Option("--version", help="Tell which version this is.", callback=_told, is_eager=True)]


@app.callback()
def begin(version: Version = False) -> None:
    """Streaming debt collection for internet providers."""
    del version  # told already


app.command("up", epilog=up.EXAMPLE)(up.up)
app.command("demo", epilog=demo.EXAMPLE)(demo.demo)
app.command("bench", epilog=bench.EXAMPLE)(bench.bench)
app.command("sim", epilog=sim.EXAMPLE)(sim.sim)
app.command("run", epilog=run.EXAMPLE)(run.run)
app.command("topics", epilog=topics.EXAMPLE)(topics.topics)
app.command("status", epilog=status.EXAMPLE)(status.status)
app.command("unmapped", epilog=unmapped.EXAMPLE)(unmapped.unmapped)
app.command("doctor", epilog=doctor.EXAMPLE)(doctor.doctor)
app.command("verify", epilog=verify.EXAMPLE)(verify.verify)
app.command("trace", epilog=trace.EXAMPLE)(trace.trace)
app.command("replay", epilog=replay.EXAMPLE)(replay.replay)
app.command("env", epilog=env.EXAMPLE)(env.env)
app.command("backup", epilog=backup.BACKUP_EXAMPLE)(backup.backup)
app.command("restore", epilog=backup.RESTORE_EXAMPLE)(backup.restore)
app.command("erase", epilog=erase.EXAMPLE)(erase.erase)
app.command("rekey", epilog=rekey.EXAMPLE)(rekey.rekey)
instance.app.command("believe", epilog=believe.EXAMPLE)(believe.believe)
app.command("block", epilog=block.BLOCK_EXAMPLE)(block.block)
app.command("promise", epilog=block.PROMISE_EXAMPLE)(block.promise)
app.command("why", epilog=why.EXAMPLE)(why.why)
app.command("whatif", epilog=whatif.EXAMPLE)(whatif.whatif)
app.add_typer(instance.app, name="instance")
app.add_typer(letters.app, name="dead-letters")
app.add_typer(pabx.app, name="pabx")
app.add_typer(user.app, name="user")


def main() -> None:
    """Entry of the program `collector`."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # says in its words what we say in ours; a stage sets its own
    try:
        app()
    except PipelineError as exc:
        sys.stderr.write(f"{exc}\n")
        sys.exit(BAD_CONFIGURATION)


if __name__ == "__main__":
    main()
