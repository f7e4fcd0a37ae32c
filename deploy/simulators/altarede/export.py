"""The export: six files in a folder. `python -m deploy.simulators.altarede.export --help` writes one."""

import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Annotated, Final

import typer

from deploy.simulators.altarede import delimited, options, spreadsheet
from deploy.simulators.altarede.sheets import SHEETS, Form, Sheet
from deploy.simulators.altarede.truth import of_export
from deploy.simulators.cells import spelt
from deploy.simulators.habits import NO_HABITS
from deploy.simulators.ixc.provider import Size
from deploy.simulators.ixc.simulator import Simulator
from deploy.simulators.ixc.store import Provider, Table

LINES: Final = 500
PIECE: Final = 1024
UNFINISHED: Final = ".part"
ROWS_OF_A_SHEET: Final = 300
SHORT: Final = frozenset({"Carnes", "Planos"})


def write(
    folder: Path, simulator: Simulator, form: Form = "xls", slowly: float = 0, pause: Callable[[float], object] = time.sleep
) -> list[Path]:
    """Write `<sheet>.<form>` for each sheet, and return their paths. `folder` is made if there is none. Raises OSError.

    Each file gets its name when it is complete. If `slowly`, it has its name from the start and grows by a KiB every
    `slowly` seconds, as when the ERP exports straight into the folder: a reader meets it incomplete.
    """
    return write_all(folder, frozen(simulator.provider), form, slowly, pause)


def frozen(provider: Provider) -> Provider:
    """The same rows, which no later change of `provider` touches: cheap, and another thread may read them."""
    return Provider({name: Table(name, dict(table.rows)) for name, table in provider.tables.items()})


def write_all(  # noqa: PLR0917 - as `write`
    folder: Path,
    provider: Provider,
    form: Form,
    slowly: float,
    pause: Callable[[float], object] = time.sleep,
    habits: frozenset[str] = NO_HABITS,
) -> list[Path]:
    """See `write`; nothing may change `provider` meanwhile. `habits`: of `deploy.simulators.habits`."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for sheet in SHEETS:
        path = folder / f"{sheet.name}.{form}"
        if slowly:
            _grow(path, _pieces(sheet, provider, form, habits), lambda: pause(slowly))
        else:
            unfinished = path.with_name(path.name + UNFINISHED)
            with unfinished.open("wb") as file:
                file.writelines(_pieces(sheet, provider, form, habits))
            unfinished.replace(path)
        written.append(path)
    return written


def _grow(path: Path, pieces: Iterator[bytes], wait: Callable[[], object]) -> None:
    with path.open("wb", buffering=0) as file:
        for piece in pieces:
            for start in range(0, len(piece), PIECE):
                file.write(piece[start : start + PIECE])
                wait()


def _pieces(plain: Sheet, provider: Provider, form: Form, habits: frozenset[str]) -> Iterator[bytes]:
    sheet = plain._replace(rows=lambda of: (spelt(row, habits) for row in plain.rows(of)))
    if "one-line" in habits and sheet.name in SHORT:  # a reader tells forms by content
        rest, encoding = delimited.in_one_line(sheet, provider), "windows-1252"
    elif form == "csv":
        rest, encoding = delimited.lines(sheet, provider), "latin-1"
    else:
        rest, encoding = spreadsheet.lines(sheet, provider, ROWS_OF_A_SHEET if "sheets" in habits else 0), "utf-8"
    while some := "".join(islice(rest, LINES)):
        yield some.encode(encoding, "replace")


cli = typer.Typer(add_completion=False)


@cli.command()
def once(
    *,
    folder: options.Folder,
    form: options.Form = "xls",
    slowly: options.Slowly = 0,
    clients: options.Clients = 200,
    open_bills: options.OpenBills = 1.2,
    seed: int = 1,
    today: options.Today = None,
    zone: options.Zone = options.ZONE,
    changes: Annotated[int, typer.Option(min=0, help="Changes to make before the export is written.")] = 0,
) -> None:
    """Write one Altarede export of a synthetic provider. Unverified against the vendor."""
    clock = options.clock(today, zone)
    simulator = Simulator(Size(clients, open_bills), seed, clock().date(), of_export)
    simulator.change(changes, clock())
    for path in write(folder, simulator, form, slowly):
        typer.echo(f"{path} ({path.stat().st_size} bytes)")


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line; `argv` without the program's name, the process's own by default."""
    cli(args=argv)


if __name__ == "__main__":
    main()
