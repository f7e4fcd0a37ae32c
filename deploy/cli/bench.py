"""`collector bench`"""

import asyncio
import json
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from deploy.bench.figures import Comparison, Figure, Result, comparison_rows, figure_rows, plain, remarks
from deploy.bench.options import PARTS, QUICK, Sizes, parts, sized
from deploy.cli.tables import messages, screen, show
from deploy.up import until_told
from schemas.errors import StopWorker

EXAMPLE = "Example: collector bench --only hydrate --output bench.json"

Only = Annotated[list[str] | None, typer.Option(metavar="NAME", help=f"Only these, repeatable: {', '.join(PARTS)}.")]
Quick = Annotated[bool, typer.Option("--quick", help="Small sizes, one round: does it work? The figures mean little.")]
Debtors = Annotated[int | None, typer.Option(min=1, help="Clients of the simulated provider.")]
Rounds = Annotated[int | None, typer.Option(min=1, help="How often each comparison is repeated.")]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="Write every single run to this file as JSON too.")]


def bench(
    only: Only = None, output: Output = None, debtors: Debtors = None, rounds: Rounds = None, *, quick: Quick = False
) -> None:
    """Measure the stages against bare programs in one run, on a broker and a database of its own."""
    chosen = parts(only or ())
    if output is not None:
        _writable(output)
    sizes = sized(QUICK if quick else Sizes(), debtors, rounds)
    run = _run()
    machine = run.machine()
    ended: list[list[Result]] = []

    async def play() -> None:
        ended.append(await run.bench(chosen, sizes, _report))

    asyncio.run(until_told(play()))
    for results in ended:
        for comparison in (one for one in results if isinstance(one, Comparison)):
            show(comparison.name, comparison_rows(comparison), empty="none")
            screen.print(*remarks(comparison), sep="\n", highlight=False, markup=False)
        show("Figures", figure_rows(one for one in results if isinstance(one, Figure)), empty="none")
        if output is not None:
            everything = {"at": datetime.now(UTC).isoformat(), "machine": machine, "results": plain(results)}
            output.write_text(json.dumps(everything, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _run() -> Any:  # noqa: ANN401 - a module, loaded only here: its libraries are not part of an installation
    try:
        return import_module("deploy.bench.run")
    except ImportError as exc:
        raise StopWorker(f"a benchmark needs {exc.name}: install deploy/requirements/dev.txt") from None


def _writable(output: Path) -> None:
    try:
        output.touch()
    except OSError as exc:
        raise StopWorker(f"--output {output}: {exc.strerror}") from exc


def _report(line: str) -> None:
    messages.print(f"{datetime.now().astimezone():%H:%M:%S} {line}")
