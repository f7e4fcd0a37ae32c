"""`collector instance export`"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from deploy import instances
from deploy.cli.tables import messages, private
from deploy.home import prepare_environment
from schemas.instance_changes import exported
from schemas.runtime.settings import MongoSettings, read

EXAMPLE = "Example: collector instance export norte --output norte.json"

Names = Annotated[list[str] | None, typer.Argument(metavar="[NAME]…", help="These instances; all where none is named.")]
File = Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file instead of the terminal.")]


def export(names: Names = None, output: File = None) -> None:
    """Every field of one, several or all providers as JSON, without their secrets: for `collector instance import`."""
    prepare_environment()
    found = asyncio.run(instances.documents(read(MongoSettings), names or ()))
    text = json.dumps([exported(document) for document in found], indent=2, ensure_ascii=False) + "\n"
    if output is None:
        sys.stdout.write(text)
    else:
        private(output, [text])
        messages.print(f"{len(found)} instances: written to {output}; their secrets are not in it")
