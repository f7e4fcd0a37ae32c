"""`collector env`"""

import os
import stat
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from deploy.cli.tables import PRIVATE, messages
from deploy.secrets import MAKERS, lines, make
from schemas.errors import StopWorker

EXAMPLE = "Example: collector env --output .env"

File = Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file, which must not exist.")]


def env(output: File = None) -> None:
    """Fresh random secrets as NAME=value lines, for docker compose and for us.

    A file that exists is never overwritten with --output; the shell's own > does that before anybody is asked.
    """
    text = lines(make((), tuple(MAKERS)))
    if output is None:
        with suppress(OSError):  # where stdout is none
            if stat.S_ISREG(os.fstat(sys.stdout.fileno()).st_mode):  # a file of the shell's, which everybody may read
                os.fchmod(sys.stdout.fileno(), PRIVATE)
        sys.stdout.write(text)
        return
    try:
        with os.fdopen(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE), "w") as file:
            file.write(text)
    except FileExistsError:
        raise StopWorker(f"{output} exists: its secrets may be in use; name another file, or move this one away") from None
    except OSError as exc:
        raise StopWorker(f"--output {output}: {exc.strerror}") from exc
    messages.print(f"written to {output}, readable by you only")
