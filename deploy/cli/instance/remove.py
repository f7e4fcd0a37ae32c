"""`collector instance remove`"""

import asyncio
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated

import typer

from deploy.cli.instance.options import Known
from deploy.cli.tables import messages
from deploy.home import prepare_environment
from deploy.removal import RemoveSettings, Tell
from deploy.removal import remove as take_out
from schemas.errors import StopWorker
from schemas.runtime.settings import read

EXAMPLE = "Example: collector instance remove norte --yes norte"

Yes = Annotated[str, typer.Option("--yes", metavar="NAME", help="Its name once more, instead of being asked for it.")]
Keep = Annotated[bool, typer.Option("--keep-blocklist", help="Keep its do-not-call list for a later instance of that name.")]


def remove(name: Known, *, yes: Yes = "", keep_blocklist: Keep = False) -> None:
    """Take a provider out: its rows and calls in every topic and view, its promises, its do-not-call list; its name is free.

    hydrate, classify, dialer and views must run, as they empty what is theirs, and originate where calls are going on: those
    end first, a quarter of an hour after ringing where nobody tells their end. The ledger's marks of people who were rung
    stay, up to 91 days: they may be another provider's clients too. Cut it when you like, and run it again: it goes on where
    it was. Dead letters stay until their topic lets them go, and Kafka takes up to 190 days to overwrite erased rows.
    """
    prepare_environment()
    settings = read(RemoveSettings)
    _sure(name, yes)
    with progress() as tell:
        gone = asyncio.run(take_out(settings, name, tell, keep_blocklist=keep_blocklist))
    also = ", ".join(f"{count} of {kept}" for kept, count in gone.items())
    messages.print(f"instance {name} is removed, with {also}; the name is free")


def _sure(name: str, yes: str) -> None:
    if not yes and sys.stdin.isatty():
        yes = str(typer.prompt(f"Everything of {name} goes. Its name, to remove it"))
    if yes.strip() != name:
        raise StopWorker(f"nothing is removed: give the name once more, --yes {name}")


@contextmanager
def progress() -> Iterator[Tell]:
    """On a terminal one line that changes; elsewhere a line where what is left has changed its kind."""
    if messages.is_terminal:
        with messages.status("reading every topic") as status:
            yield lambda left: status.update(_words(left))
        return
    said = ""

    def tell(left: Mapping[str, int]) -> None:
        nonlocal said
        if (kinds := " ".join(left)) != said:
            said = kinds
            messages.print(_words(left))

    yield tell


def _words(left: Mapping[str, int]) -> str:
    return (
        f"left: {', '.join(f'{what} {count}' for what, count in left.items())}" if left else "nothing is left; looking again"
    )
