"""`collector whatif`"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from deploy.cli.tables import Output, Row, messages, show, write
from deploy.home import prepare_environment
from schemas.errors import StopWorker
from schemas.runtime.settings import read
from schemas.what_if import MOST_DAYS, Compared, Figure, Line
from schemas.what_if import Progress as Told

if TYPE_CHECKING:
    from deploy.whatif.reading import WhatIfSettings

EXAMPLE = "Example: collector whatif --rules rules.json --instance norte --days 30 --output whatif.csv"
SAID: dict[Figure, str] = {
    "debtors": "debtors called",
    "calls": "calls",
    "calls_each": "calls to each of them",
    "most_of_one": "most calls to one",
    "calls_a_day": "calls a day",
    "busiest_day": "calls on the busiest day",
    "refused": "requests that a limit refused",
}
BASIS = {
    "seen": "Calls end as those that were really placed did.",
    "typical": "Fewer than 50 calls were really placed: calls end by a typical mix.",
}

Rules = Annotated[
    Path,
    typer.Option(
        metavar="FILE", help='JSON with the rules that are others, such as {"per_7_days": 3, "gap_minutes": 1440}.'
    ),
]
Name = Annotated[
    str, typer.Option("--instance", metavar="NAME", help="Only this provider; all that have a PABX if none is named.")
]
Days = Annotated[int, typer.Option(min=1, max=MOST_DAYS, help="So many days back from now.")]


def whatif(rules: Rules, instance: Name = "", days: Days = 30, output: Output = None) -> None:
    """Who would have been called with other rules, how often and when, and which holds would have fallen away. Never rings.

    The facts of the last days are replayed through today's code, under today's rules and the others. What nobody knows of
    the past is assumed: promises and blocklist as they are today, data always fresh, the PABX armed, and nobody who paid
    because of a call. A file gets one line a debtor.
    """
    changed = _read(rules)
    prepare_environment()
    from deploy.whatif.reading import WhatIfSettings  # noqa: PLC0415 - slow to load, and of no use to any other command

    found = asyncio.run(_compared(read(WhatIfSettings), instance, changed, days))
    messages.print(
        f"{', '.join(found.instances)}: from {found.since:%Y-%m-%d %H:%M}Z to {found.until:%Y-%m-%d %H:%M}Z; "
        f"{found.placed} calls were really placed. {BASIS[found.basis]}"
    )
    for title, lines in tables(found).items():
        show(title, lines, empty="none")
    if output is not None:
        write(output, list(debtors(found)))
        messages.print(f"Debtors: written to {output}")


def _read(file: Path) -> Mapping[str, Any]:
    try:
        found = orjson.loads(file.read_bytes())
    except OSError as exc:
        raise StopWorker(f"--rules {file}: {exc.strerror}") from exc
    except orjson.JSONDecodeError as exc:
        raise StopWorker(f"--rules {file}: no JSON (line {exc.lineno}, column {exc.colno})") from None
    inner = found.get("rules", found) if isinstance(found, dict) else None
    if not isinstance(inner, dict):
        raise StopWorker(f'--rules {file}: give an object of rules, such as {{"per_7_days": 3}}')
    return inner


async def _compared(settings: "WhatIfSettings", name: str, rules: Mapping[str, Any], days: int) -> Compared:
    from deploy.whatif.run import compare  # noqa: PLC0415 - as above

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=messages, transient=True) as bar:
        task = bar.add_task("reading", total=1.0)

        def tell(told: Told) -> None:
            bar.update(task, completed=told.done, description=f"{told.at:%Y-%m-%d}" if told.done else "reading")

        return await compare(settings, name, rules, days, tell)


def tables(found: Compared) -> dict[str, Sequence[Row]]:
    """By title. Pure."""
    return {
        "In all": [{"what": SAID[one.what], **_both(one)} for one in found.figures],
        "Hours of the debtor's clock": [{"hour": f"{one.hour:02d}", **_both(one)} for one in found.hours],
        "Debtors by calls": [{"calls": one.calls, **_both(one)} for one in found.often],
        "Debtors held": [{"hold": one.reason, **_both(one), "fell away": one.fell, "came": one.came} for one in found.holds],
    }


def _both(one: Line) -> Row:
    return {"today's rules": _short(one.now), "the others": _short(one.then), "difference": f"{one.then - one.now:+g}"}


def _short(number: float) -> str:
    return f"{number:g}"


def debtors(found: Compared) -> Iterator[Row]:
    """One line for each who was called under either. Pure."""
    for one in found.debtors:
        yield {
            "instance": one.instance,
            "code": one.code,
            "calls_now": one.now,
            "calls_then": one.then,
            "first_call_now": one.first_now,
            "first_call_then": one.first_then,
            "holds_fallen_away": " ".join(one.fell),
        }
