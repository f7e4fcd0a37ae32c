"""Options that both command lines have."""

from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import available_timezones

import typer

from deploy.simulators.altarede import sheets
from deploy.simulators.ixc.control import Clock
from deploy.simulators.ixc.server import ZONE, clock_at

__all__ = ["ZONE", "Clients", "Folder", "Form", "OpenBills", "Slowly", "Today", "Zone", "clock"]

Folder = Annotated[Path, typer.Option(help="Where the exported files go; made if it does not exist.")]
Form = Annotated[sheets.Form, typer.Option(help="xls: XML Spreadsheet 2003; csv: `;` in latin-1.")]
Slowly = Annotated[float, typer.Option(min=0, help="Seconds between two KiB, under the final name; 0: whole files at once.")]
Clients = Annotated[int, typer.Option(min=0)]
OpenBills = Annotated[float, typer.Option(min=0, help="Average per client.")]
Today = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The ERP's date at the start.")]
Zone = Annotated[str, typer.Option(help="The ERP's time zone.")]


def clock(today: datetime | None, zone: str) -> Clock:
    """The ERP's clock. Raises BadParameter for an unknown zone."""
    if zone not in available_timezones():
        raise typer.BadParameter("not an IANA time zone such as America/Maceio", param_hint="--zone")
    return clock_at(today.date() if today else None, zone)
