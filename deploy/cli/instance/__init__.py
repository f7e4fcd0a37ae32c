"""`collector instance`: one command a file."""

import typer

from deploy.cli.instance import add, ask, believe, export, imported, listing, paused, remove, show
from deploy.cli.instance import set as changed

app = typer.Typer(
    help="Providers: one ERP, one set of rules each.", epilog="Example: collector instance list", no_args_is_help=True
)
app.command("add", epilog=add.EXAMPLE)(add.add)
app.command("set", epilog=changed.EXAMPLE)(changed.change)
app.command("show", epilog=show.EXAMPLE)(show.show)
app.command("list", epilog=listing.EXAMPLE)(listing.list_all)
app.command("test", epilog=ask.EXAMPLE)(ask.ask)
app.command("pause", epilog=paused.PAUSE_EXAMPLE)(paused.pause)
app.command("resume", epilog=paused.RESUME_EXAMPLE)(paused.resume)
app.command("remove", epilog=remove.EXAMPLE)(remove.remove)
app.command("believe", epilog=believe.EXAMPLE)(believe.believe)
app.command("export", epilog=export.EXAMPLE)(export.export)
app.command("import", epilog=imported.EXAMPLE)(imported.read_file)
