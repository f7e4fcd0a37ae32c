"""`collector pabx`: one command a file."""

import typer

from deploy.cli.pabx import arm, ask
from deploy.cli.pabx import set as changed

app = typer.Typer(
    help="The PABX of a provider: who rings, and whether.", epilog="Example: collector pabx arm norte", no_args_is_help=True
)
app.command("set", epilog=changed.EXAMPLE)(changed.change)
app.command("test", epilog=ask.EXAMPLE)(ask.ask)
app.command("arm", epilog=arm.ARM_EXAMPLE)(arm.arm)
app.command("disarm", epilog=arm.DISARM_EXAMPLE)(arm.disarm)
