"""`collector dead-letters`: one command a file; without one of them it lists."""

from typing import Any

import typer
from typer.core import TyperGroup

from deploy.cli import dead_letters
from deploy.cli.letters import discard, retry, show


class ListsByDefault(TyperGroup):
    """`collector dead-letters --stage views` is `collector dead-letters list --stage views`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - typer keeps its click to itself
        """See click."""
        if not args or (args[0].startswith("-") and args[0] != "--help"):
            args = ["list", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=ListsByDefault,
    help="What no stage could read: list it, look at it, put it back, or discard it.",
    epilog="Example: collector dead-letters retry --stage hydrate --field due_on",
)
app.command("list", epilog=dead_letters.EXAMPLE)(dead_letters.dead_letters)
app.command("show", epilog=show.EXAMPLE)(show.show)
app.command("retry", epilog=retry.EXAMPLE)(retry.retry)
app.command("discard", epilog=discard.EXAMPLE)(discard.discard)
