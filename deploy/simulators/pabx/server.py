"""The command line: `python -m deploy.simulators.pabx --help`."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Final
from zoneinfo import ZoneInfo, available_timezones

import typer
from sqlalchemy.exc import SQLAlchemyError

from deploy.simulators.pabx.answers import Users
from deploy.simulators.pabx.core import Core
from deploy.simulators.pabx.pabx import Pabx
from deploy.simulators.pabx.serving import PASSWORD, READER, USER, Serving
from deploy.simulators.pabx.writers import Places, writers

ZONE: Final = "America/Maceio"
TRUNK: Final = ("PJSIP/trunk",)

cli = typer.Typer(add_completion=False, rich_markup_mode="markdown")


@cli.command()
def serve(
    *,
    port: Annotated[int, typer.Option(help="0: a free one.")] = 8803,
    log: Annotated[Path | None, typer.Option(help="Its own log: every call that rang, and what became of it.")] = None,
    csv: Annotated[Path | None, typer.Option(help="Call records as Master.csv, 21 columns.")] = None,
    json: Annotated[Path | None, typer.Option(help="Call records as JSON lines.")] = None,
    sql: Annotated[str, typer.Option(help="Call records as rows of `cdr`: an SQLAlchemy URL.")] = "",
    zone: Annotated[str, typer.Option(help="In which records are written.")] = ZONE,
    trunk: Annotated[list[str], typer.Option(help="TECHNOLOGY/NAME, once or more.")] = list(TRUNK),  # noqa: B006  # typer reads it
    area: Annotated[str, typer.Option(help="Area code of local numbers, for the log.")] = "",
    seed: int = 1,
    speed: Annotated[float, typer.Option(min=0.01, help="How many times faster calls pass.")] = 1,
    offset: Annotated[float, typer.Option(help="Seconds that its clock is ahead.")] = 0,
    unanswered: Annotated[bool, typer.Option(help="Whether a failed call leaves a record.")] = True,
    lost: Annotated[float, typer.Option(min=0, max=1, help="Share of records that are not kept.")] = 0,
    boot: Annotated[tuple[float, float], typer.Option(help="Seconds without ARI, then of 503, at the start.")] = (0, 0),
    user: str = USER,
    password: Annotated[str, typer.Option(envvar="PABX_SIM_PASSWORD", show_default="32 zeros")] = PASSWORD,
) -> None:
    """Serve a simulated Asterisk on 127.0.0.1 until stopped; it rings nobody. /_sim/ commands it.

    A second user, `reader`, with the same password, may only look. The last digit of a number fixes what it does: 0, 2, 7, 9
    machine, 1 human, 3 busy, 4 no answer, 5 congestion, 6 no such number, 8 hangs up at once.

    Example: python -m deploy.simulators.pabx --log pabx.jsonl --csv Master.csv --sql sqlite:///cdr.db
    """
    if zone not in available_timezones():
        raise typer.BadParameter("not an IANA time zone such as America/Maceio", param_hint="--zone")
    try:
        records = writers(Places(ZoneInfo(zone), csv, json, sql))
    except (OSError, SQLAlchemyError) as exc:
        raise typer.BadParameter(f"records cannot be written there: {exc}") from exc
    core = Core(seed, speed=speed, area=area, trunks=trunk, offset=timedelta(seconds=offset))
    core.unanswered, core.lost = unanswered, lost
    pabx = Pabx(core, lambda: datetime.now(UTC), log, records, seed)
    pabx.boot(*boot)
    users: Users = {user: (password, "write"), READER: (password, "read")}
    Serving(pabx, port, lambda url: typer.echo(f"PABX simulator ready: {url}/ari"), users).run()


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line; `argv` without the program's name, the process's own by default."""
    cli(args=argv)


if __name__ == "__main__":
    main()
