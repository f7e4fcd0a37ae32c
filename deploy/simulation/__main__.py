"""`python -m deploy.simulation`: the same as `collector sim`."""

import typer

from deploy.cli.sim import EXAMPLE, sim

if __name__ == "__main__":
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command(epilog=EXAMPLE)(sim)
    app()
