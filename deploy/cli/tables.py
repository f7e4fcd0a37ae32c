"""A list on the terminal, or in a file that somebody else can read."""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from schemas.errors import StopWorker
from schemas.spreadsheet import cell as safe

Row = Mapping[str, object]
PRIVATE = 0o600


def _format(output: Path | None) -> Path | None:
    if output is not None and output.suffix not in WRITERS:
        raise typer.BadParameter(f"{output}: the name must end in {', '.join(WRITERS)}")
    return output


Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", callback=_format, help="Write to this file: .csv, .json or .jsonl (JSON lines)."),
]

screen = Console(markup=False)  # an ERP's own text may hold brackets
messages = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)


def show(title: str, rows: Iterable[Row], empty: str) -> None:
    """A table on stdout with the rows' keys as its head, or the line `empty`."""
    found = list(rows)
    if not found:
        screen.print(f"{title}: {empty}", markup=False)
        return
    table = Table(title=title, title_justify="left")
    for name in found[0]:
        table.add_column(name, overflow="fold")  # a narrow terminal breaks words, it never hides them
    for row in found:
        table.add_row(*(cell(value) for value in row.values()))
    screen.print(table)


def deliver(title: str, rows: Iterable[Row], output: Path | None, empty: str) -> None:
    """On the terminal, or whole into `output`. Raises StopWorker."""
    if output is None:
        show(title, rows, empty)
    else:
        write(output, list(rows))
        messages.print(f"{title}: written to {output}")


def write(output: Path, rows: Sequence[Row]) -> None:
    """Raises StopWorker where the file cannot be written."""
    private(output, WRITERS[output.suffix](rows))


def private(output: Path, lines: Iterable[str]) -> None:
    """Readable by its owner only: lists name debtors, instances their ERPs. Raises StopWorker."""
    try:
        output.touch(mode=PRIVATE)
        with output.open("w", newline="", encoding="utf-8") as file:
            file.writelines(lines)
    except OSError as exc:
        raise StopWorker(f"--output {output}: {exc.strerror}") from exc


def cell(value: object) -> str:
    """As a person reads it: times to the second in this machine's zone, nothing for an absent value."""
    if isinstance(value, datetime):
        return value.astimezone().isoformat(" ", "seconds")
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


class _Lines(list[str]):
    def write(self, line: str) -> None:
        self.append(line)


def _csv(rows: Sequence[Row]) -> list[str]:
    lines = _Lines()
    if rows:
        writer = csv.DictWriter(lines, list(rows[0]))
        writer.writeheader()
        writer.writerows({name: _safe(_plain(value)) for name, value in row.items()} for row in rows)
    return lines


def _safe(value: object) -> object:
    """As the dashboard's files: what the ERP writes is text, whatever it begins with. Numbers stay numbers."""
    return value if value is None or isinstance(value, bool | int | float) else safe(str(value))


def _json(rows: Sequence[Row]) -> list[str]:
    return [json.dumps(rows, indent=2, ensure_ascii=False, default=_plain), "\n"]


def _jsonl(rows: Sequence[Row]) -> list[str]:
    return [json.dumps(row, ensure_ascii=False, default=_plain) + "\n" for row in rows]


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


WRITERS = {".csv": _csv, ".json": _json, ".jsonl": _jsonl}
