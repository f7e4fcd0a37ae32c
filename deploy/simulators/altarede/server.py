"""Both forms in one process: `python -m deploy.simulators.altarede.server --help`."""

import asyncio
import gc
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Annotated, Final, Literal

import typer
from pydantic import ValidationError
from starlette.applications import Starlette

from deploy.simulators.altarede import options, truth
from deploy.simulators.altarede.credentials import secret
from deploy.simulators.altarede.folder import Folder, Plan
from deploy.simulators.altarede.webhooks import Webhooks
from deploy.simulators.habits import ALL, HABITS, named, of_erp
from deploy.simulators.ixc.control import Clock, Control, misunderstood
from deploy.simulators.ixc.provider import Size
from deploy.simulators.ixc.server import tick
from deploy.simulators.ixc.simulator import Simulator
from deploy.simulators.serving import Server

TOKEN: Final = "0" * 32
APP_KEY: Final = "1" * 16
TOKEN_IN: Final = "header:X-Token"  # noqa: S105  # a place, no secret
APP_KEY_IN: Final = "query:appkey"


def application(
    simulator: Simulator,
    clock: Clock,
    *,
    token: str = TOKEN,
    app_key: str = APP_KEY,
    token_in: str = TOKEN_IN,
    app_key_in: str = APP_KEY_IN,
    rate: float = 0,
    exports: Plan | None = None,
) -> Starlette:
    """The web application; `rate` changes a second happen by themselves, and `exports` are written while it runs.

    Unless it grows slowly, the first export is complete before the first request is answered. Raises ValueError for a
    place that is none (see `credentials.secret`).
    """
    folder = Folder(simulator, exports) if exports else None
    webhooks = Webhooks(simulator, clock, secret(token, token_in), secret(app_key, app_key_in))

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        running = [asyncio.create_task(tick(simulator, clock, rate))]
        if folder:
            if not folder.grows:
                await folder.write()
            running.append(asyncio.create_task(folder.keep()))
        yield
        for task in running:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    return Starlette(
        routes=[*webhooks.routes(), *Control(simulator, clock).routes(), *(folder.routes() if folder else ())],
        exception_handlers={ValidationError: misunderstood},
        lifespan=lifespan,
    )


cli = typer.Typer(add_completion=False)
Judge = Literal["export", "webhooks"]


@cli.command()
def serve(
    *,
    port: Annotated[int, typer.Option(help="0: a free one.")] = 8802,
    folder: Annotated[Path | None, typer.Option(help="Where exports go; without it there are webhooks only.")] = None,
    form: options.Form = "xls",
    every: Annotated[float, typer.Option(min=0.1, help="Seconds between exports, if anything changed.")] = 5,
    slowly: options.Slowly = 0,
    judge: Annotated[
        Judge | None, typer.Option(help="Whose truth /_sim/truth tells; by default the exports' if there is a folder.")
    ] = None,
    clients: options.Clients = 200,
    open_bills: options.OpenBills = 1.2,
    seed: int = 1,
    changes: Annotated[float, typer.Option(min=0, help="Changes a second that happen by themselves.")] = 0,
    today: options.Today = None,
    zone: options.Zone = options.ZONE,
    token: Annotated[str, typer.Option(envvar="ALTAREDE_SIM_TOKEN", show_default="32 zeros")] = TOKEN,
    app_key: Annotated[str, typer.Option(envvar="ALTAREDE_SIM_APP_KEY", show_default="16 ones")] = APP_KEY,
    token_in: Annotated[str, typer.Option(help="header:NAME, query:NAME or body:NAME.")] = TOKEN_IN,
    app_key_in: Annotated[str, typer.Option(help="As --token-in.")] = APP_KEY_IN,
    habits: Annotated[str, typer.Option(help=f"What it does without failing: {ALL}, {', '.join(HABITS)}.")] = "",
) -> None:
    """Serve a synthetic Altarede provider on 127.0.0.1 until stopped: an ISP's webhooks, and exports into a folder.

    Unverified against the vendor. /_sim/ commands it.
    """
    try:
        chosen = frozenset(of_erp(f"altarede-{'export' if folder else 'webhooks'}", named(habits)))
    except ValueError as exc:
        raise typer.BadParameter(str(exc), param_hint="--habits") from None
    clock = options.clock(today, zone)
    judges = {"export": truth.of_export, "webhooks": truth.of_webhooks}
    simulator = Simulator(
        Size(clients, open_bills),
        seed,
        clock().date(),
        judges[judge or ("export" if folder else "webhooks")],
        habits=chosen,
    )
    gc.freeze()  # half a million small objects that live as long as the process: no collection should walk them
    try:
        app = application(
            simulator,
            clock,
            token=token,
            app_key=app_key,
            token_in=token_in,
            app_key_in=app_key_in,
            rate=changes,
            exports=Plan(folder, form, every, slowly) if folder else None,
        )
    except ValueError as exc:
        raise typer.BadParameter(str(exc)) from exc
    Server(app, port, lambda url: typer.echo(f"Altarede simulator ready: {url} ({clients} clients)")).run()


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line; `argv` without the program's name, the process's own by default."""
    cli(args=argv)


if __name__ == "__main__":
    main()
