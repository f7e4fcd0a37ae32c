"""`collector pabx test`"""

import asyncio
import sys
from collections.abc import Iterable
from typing import Annotated

import typer

from deploy.cli.instance.options import Known
from deploy.cli.tables import Output, deliver, messages, show
from deploy.home import prepare_environment
from deploy.instances import AddSettings
from deploy.pabx import told
from deploy.pabx.checks import Check, failing, rows
from deploy.pabx.trial import Trial
from schemas.errors import StopWorker
from schemas.runtime import clock
from schemas.runtime.settings import read

EXAMPLE = "Example: collector pabx test norte --call '82 99999-0000'"

Call = Annotated[str, typer.Option("--call", metavar="NUMBER", help="Ring this telephone of your own, and answer it.")]
Yes = Annotated[bool, typer.Option("--yes", help="Ring without asking.")]


def ask(name: Known, call: Call = "", *, yes: Yes = False, output: Output = None) -> None:
    """Is all there that calls need? The PABX, its user, trunk, clock and events, and call records with their zone.

    --call rings a telephone of yours once, over the same route as a debtor's would be, shows what each witness says of that
    call, and what it comes to. `collector pabx arm` wants one that was answered and seen to its end: Asterisk rings whatever
    it is told, also for a context that does not exist. Exit code 1 where something needed is missing.
    """
    prepare_environment()
    if not asyncio.run(_tried(read(AddSettings), name, call, output, yes=yes)):
        raise typer.Exit(1)


async def _tried(settings: AddSettings, name: str, call: str, output: Output, *, yes: bool) -> bool:
    async with await Trial.of(settings, name, clock.now) as trial:
        number = await trial.number(call) if call else ""
        found = await trial.asked()
        deliver(f"PABX of {name}", rows(found), output, empty="nothing was asked")
        _advise(found)
        if failing(found):
            return False
        if not number:
            messages.print(f"all that can be asked is there; a call is rung by `collector pabx test {name} --call NUMBER`")
            return True
        _sure(number, yes=yes)
        messages.print(f"ringing {number}: answer it, and listen to the end")
        tried = await trial.rung(number)
    show("What was said of the call", told.rows(tried.pieces), empty="nothing")
    show("The call", rows(tried.checks), empty="nothing")
    _advise(tried.checks)
    if failing(tried.checks):
        return False
    messages.print(f"`collector pabx arm {name}` may be run now")
    return True


def _advise(found: Iterable[Check]) -> None:
    for one in found:
        if one.found != "yes" and one.next:
            messages.print(f"{one.check}: {one.next}")


def _sure(number: str, *, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty() or not typer.confirm(f"Ring {number} now?"):
        raise StopWorker("nobody is rung: say --yes, or confirm it on a terminal")
