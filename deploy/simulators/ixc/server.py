"""The ERP on a port: `python -m deploy.simulators.ixc.server --help`."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, date, datetime
from typing import Annotated, Final
from zoneinfo import ZoneInfo, available_timezones

import typer
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.routing import Route

from deploy.simulators.habits import ALL, HABITS, named, of_erp
from deploy.simulators.ixc.control import Clock, Control, misunderstood
from deploy.simulators.ixc.places import Home
from deploy.simulators.ixc.provider import Size
from deploy.simulators.ixc.simulator import Simulator
from deploy.simulators.ixc.webservice import Erp
from deploy.simulators.serving import Server

USER: Final = "1"
TOKEN: Final = "0" * 64
ZONE: Final = "America/Maceio"
TICK_SECONDS: Final = 0.1


def clock_at(today: date | None, zone: str, wall: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Clock:
    """The ERP's clock in `zone`: it runs like the wall clock, on the day `today` at the start if one is given."""
    place = ZoneInfo(zone)
    ahead = today - wall().astimezone(place).date() if today else None
    return lambda: wall().astimezone(place) + ahead if ahead else wall().astimezone(place)


def application(simulator: Simulator, clock: Clock, *, user: str = USER, token: str = TOKEN, rate: float = 0) -> Starlette:
    """The web application; `rate` changes a second happen by themselves while it runs."""
    return web(Erp(simulator, clock, f"{user}:{token}").routes(), simulator, clock, rate)


def web(routes: list[Route], simulator: Simulator, clock: Clock, rate: float) -> Starlette:
    """The ERP's own `routes` beside those that command the simulator; `rate` as in `application`."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        ticking = asyncio.create_task(tick(simulator, clock, rate))
        yield
        ticking.cancel()
        with suppress(asyncio.CancelledError):
            await ticking

    return Starlette(
        routes=[*routes, *Control(simulator, clock).routes()],
        exception_handlers={ValidationError: misunderstood},
        lifespan=lifespan,
    )


async def tick(simulator: Simulator, clock: Clock, rate: float) -> None:
    """Carry out `rate` changes a second until cancelled."""
    due = 0.0
    while rate:
        await asyncio.sleep(TICK_SECONDS)
        if not simulator.paused:
            due += rate * TICK_SECONDS
            simulator.change(int(due), clock())
            due %= 1


cli = typer.Typer(add_completion=False)


@cli.command()
def serve(
    *,
    port: Annotated[int, typer.Option(help="0: a free one.")] = 8800,
    clients: Annotated[int, typer.Option(min=0)] = 200,
    open_bills: Annotated[float, typer.Option(min=0, help="Average per client.")] = 1.2,
    seed: int = 1,
    changes: Annotated[float, typer.Option(min=0, help="Changes a second that happen by themselves.")] = 0,
    today: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The ERP's date at the start.")] = None,
    zone: Annotated[str, typer.Option(help="The ERP's time zone.")] = ZONE,
    home: Annotated[Home, typer.Option(help="The state in which most clients live.")] = "AL",
    user: str = USER,
    token: Annotated[str, typer.Option(envvar="IXC_SIM_TOKEN", show_default="64 zeros")] = TOKEN,
    habits: Annotated[str, typer.Option(help=f"What it does without failing: {ALL}, {', '.join(HABITS)}.")] = "",
) -> None:
    """Serve a synthetic IXC provider on 127.0.0.1 until stopped; /_sim/ commands it."""
    try:
        chosen = frozenset(of_erp("ixc", named(habits)))
    except ValueError as exc:
        raise typer.BadParameter(str(exc), param_hint="--habits") from None
    if zone not in available_timezones():
        raise typer.BadParameter("not an IANA time zone such as America/Maceio", param_hint="--zone")
    clock = clock_at(today.date() if today else None, zone)
    simulator = Simulator(Size(clients, open_bills, home), seed, clock().date(), habits=chosen)
    gc.freeze()  # half a million small objects that live as long as the process: no collection should walk them
    app = application(simulator, clock, user=user, token=token, rate=changes)
    Server(app, port, lambda url: typer.echo(f"IXC simulator ready: {url} ({clients} clients)")).run()


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line; `argv` without the program's name, the process's own by default."""
    cli(args=argv)


if __name__ == "__main__":
    main()
