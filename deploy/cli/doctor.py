"""`collector doctor`"""

import asyncio
import os
from pathlib import Path
from typing import Annotated

import typer

from deploy.cli.tables import Output, deliver
from deploy.doctor.look import DoctorSettings, findings
from deploy.doctor.rules import worst
from deploy.home import DOTENV, here, prepare_environment
from schemas.runtime.settings import read

EXAMPLE = "Example: collector doctor --backups /var/backups/collector"
BAD = 1

Backups = Annotated[Path | None, typer.Option(help="Where backups lie: how old the newest one is, is looked at too.")]


def doctor(backups: Backups = None, output: Output = None) -> None:
    """Disk, clock, secrets, topics, replica set, certificates of ERPs and PABXs: what is well, and what to do next.

    Reads only. Ends with code 1 where something is bad; what will be soon is no failure yet.
    """
    prepare_environment()
    home = here()
    folder = home.folder if home.folder.exists() else Path(os.sep)
    found = asyncio.run(findings(read(DoctorSettings), folder, backups, is_all_here=DOTENV.exists() or home.has_secrets))
    deliver("Doctor", [one._asdict() for one in found], output, empty="nothing")
    if worst(found) == "bad":
        raise typer.Exit(BAD)
