"""`collector user`: who may open the dashboard; one command a file."""

import typer

from deploy.cli.user import add, listing, remove
from deploy.cli.user import set as changed

app = typer.Typer(
    help="Who may open the dashboard, and as what.", epilog="Example: collector user list", no_args_is_help=True
)
app.command("add", epilog=add.EXAMPLE)(add.add)
app.command("set", epilog=changed.EXAMPLE)(changed.change)
app.command("list", epilog=listing.EXAMPLE)(listing.list_all)
app.command("remove", epilog=remove.EXAMPLE)(remove.remove)
