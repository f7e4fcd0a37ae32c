"""`collector backup` and `collector restore`"""

import asyncio
import os
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.progress import Progress

from deploy.backup.manifest import Manifest, read_manifest
from deploy.backup.restore import restore as put_back
from deploy.backup.settings import BackupSettings, RawSettings
from deploy.backup.topics import Raw, Step
from deploy.backup.write import backup as write
from deploy.cli.tables import Output, deliver, messages
from deploy.home import DOTENV, prepare_environment, told_in
from deploy.secrets import KEYS
from schemas.runtime.settings import read

BACKUP_EXAMPLE = "Example: collector backup /var/backups/collector --keep 14"
RESTORE_EXAMPLE = "Example: collector restore /var/backups/collector/collector-20261129T030000Z"
T = TypeVar("T")

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="Where backups lie, each in a folder of its own.")]
Keep = Annotated[int | None, typer.Option(min=1, help="So many of the newest stay in FOLDER; older ones are deleted.")]
WithRaw = Annotated[
    bool,
    typer.Option(
        "--raw",
        help="The raw topics too: what the ERP said, every change as far back as Kafka has it, and what became of calls.",
    ),
]
RawBack = Annotated[
    bool,
    typer.Option(
        "--raw/--no-raw",
        help="Put the raw topics that are in it into empty ones; or leave Kafka as it is, where MongoDB alone was lost.",
    ),
]
One = Annotated[Path, typer.Argument(metavar="BACKUP", help="The folder of one backup: collector-… with its manifest.json.")]


def backup(folder: Folder, keep: Keep = None, raw: WithRaw = False, output: Output = None) -> None:
    """Write what nothing else can rebuild, as it is at this instant, while the system runs: instances, do-not-call list,
    promises, users, who did what, attempts and the ledger of calls, the history of figures, dead letters, who was erased.

    Sealed with COLLECTOR_BACKUP_KEY. No key is in it: keep a copy of the files that it names elsewhere. Nor is what Kafka
    and the ERP know, unless --raw asks for the raw topics.
    """
    home = prepare_environment()
    settings = read(BackupSettings)
    topics = Raw.of(read(RawSettings)) if raw else None
    done = _shown(lambda step: write(settings, folder, keep, step, topics))
    _deliver(read_manifest(done), output)
    messages.print(f"written to {done}; without COLLECTOR_BACKUP_KEY, COLLECTOR_SECRET_KEY and COLLECTOR_PERSON_KEY")
    files = told_in(KEYS, os.environ, (DOTENV, home.kept))
    messages.print(f"it is of no use: keep a copy of {_named(files)} where no backup lies")


def restore(one: One, raw: RawBack = True, output: Output = None) -> None:
    """Put a backup into an empty database, before the stages start, and the raw topics that are in it into empty ones. Kafka
    and the ERP then fill in the rest.

    Everything is checked before anything is written; what was cut is repeated from the beginning. No PABX comes back armed.
    """
    prepare_environment()
    settings = read(BackupSettings)
    topics = Raw.of(read(RawSettings)) if raw and read_manifest(one).topics else None
    found = _shown(lambda step: put_back(settings, one, step, topics))
    _deliver(found.manifest, output)
    messages.print(f"restored as it was at {found.manifest.at:%Y-%m-%d %H:%M} UTC; now start the stages")
    for name in found.disarmed:
        messages.print(f"{name} is disarmed: calls placed since then are not known, so wait for the longest of its limits")
        messages.print(f"(7 days by default); then a test call, `collector pabx test {name} --call NUMBER`, and")
        messages.print(f"`collector pabx arm {name}`, which says from when on it may be")


def _named(files: Sequence[Path]) -> str:
    """In a container there are none: there the environment says all."""
    return " and ".join(map(str, files)) or "whatever file sets them (with Docker Compose `.env`)"


def _shown(work: Callable[[Step], Coroutine[Any, Any, T]]) -> T:
    with Progress(console=messages, transient=True) as progress:
        task = progress.add_task("beginning", total=None)
        return asyncio.run(
            work(lambda what, done, of: progress.update(task, description=what, completed=done, total=max(of, 1)))
        )


def _deliver(manifest: Manifest, output: Path | None) -> None:
    rows = [{"collection": one.collection, "documents": one.documents, "bytes": one.bytes} for one in manifest.files]
    rows += [{"collection": one.sealed_as, "documents": one.count, "bytes": one.bytes} for one in manifest.topics]
    deliver("Backup", rows, output, empty="nothing")
