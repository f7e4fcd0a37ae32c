"""The ERP on a port: `python -m deploy.simulators.rbx.server --help`."""

import gc
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final
from zoneinfo import available_timezones

import typer
from starlette.applications import Starlette

from deploy.simulators.habits import ALL, HABITS, named, of_erp
from deploy.simulators.ixc.control import Clock
from deploy.simulators.ixc.provider import Size
from deploy.simulators.ixc.server import ZONE, clock_at, web
from deploy.simulators.ixc.simulator import Simulator
from deploy.simulators.rbx import truth
from deploy.simulators.rbx.entries import DueForm
from deploy.simulators.rbx.webservice import Erp, Mode
from deploy.simulators.serving import Server

KEY: Final = "0" * 30
KEY_V2: Final = "0" * 40


def application(
    simulator: Simulator,
    clock: Clock,
    *,
    key: str = KEY,
    key_v2: str = KEY_V2,
    mode: Mode = "producao",
    due_form: DueForm = "ymd",
    rate: float = 0,
) -> Starlette:
    """The web application; `rate` changes a second happen by themselves while it runs.

    `mode`: "homologacao" answers with invented people, whatever is asked. `due_form`: how open documents write due dates.
    """
    return web(Erp(simulator, clock, (key, key_v2), mode, due_form).routes(), simulator, clock, rate)


cli = typer.Typer(add_completion=False)


@cli.command()
def serve(
    *,
    port: Annotated[int, typer.Option(help="0: a free one.")] = 8801,
    clients: Annotated[int, typer.Option(min=0)] = 200,
    open_bills: Annotated[float, typer.Option(min=0, help="Average per client.")] = 1.2,
    seed: int = 1,
    changes: Annotated[float, typer.Option(min=0, help="Changes a second that happen by themselves.")] = 0,
    today: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The ERP's date at the start.")] = None,
    zone: Annotated[str, typer.Option(help="The ERP's time zone.")] = ZONE,
    key: Annotated[str, typer.Option(envvar="RBX_SIM_KEY", show_default="30 zeros")] = KEY,
    key_v2: Annotated[str, typer.Option(envvar="RBX_SIM_KEY_V2", show_default="40 zeros")] = KEY_V2,
    mode: Annotated[Mode, typer.Option(help="Of the key: homologacao answers with invented people.")] = "producao",
    due_form: Annotated[DueForm, typer.Option(help="How open documents write their due dates.")] = "ymd",
    habits: Annotated[str, typer.Option(help=f"What it does without failing: {ALL}, {', '.join(HABITS)}.")] = "",
) -> None:
    """Serve a synthetic RBX provider on 127.0.0.1 until stopped; /_sim/ commands it."""
    try:
        chosen = frozenset(of_erp("rbx", named(habits)))
    except ValueError as exc:
        raise typer.BadParameter(str(exc), param_hint="--habits") from None
    if zone not in available_timezones():
        raise typer.BadParameter("not an IANA time zone such as America/Maceio", param_hint="--zone")
    clock = clock_at(today.date() if today else None, zone)
    simulator = Simulator(Size(clients, open_bills), seed, clock().date(), truth.clients, chosen)
    app = application(simulator, clock, key=key, key_v2=key_v2, mode=mode, due_form=due_form, rate=changes)
    gc.freeze()  # half a million small objects that live as long as the process: no collection should walk them
    Server(app, port, lambda url: typer.echo(f"RBX simulator ready: {url} ({clients} clients)")).run()


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line; `argv` without the program's name, the process's own by default."""
    cli(args=argv)


if __name__ == "__main__":
    main()
