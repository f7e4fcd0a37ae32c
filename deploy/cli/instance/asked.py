"""An ERP's secrets: from the environment or a prompt. An option would stand in the shell's history and among processes."""

import os
import sys
from collections.abc import Mapping
from typing import Any

import typer

from deploy.instance_fields import secret_fields
from deploy.instances import GivenSecrets
from schemas.errors import StopWorker
from schemas.runtime.settings import read


def secrets(erp: Mapping[str, Any], of: str = "") -> dict[str, str]:
    """Those that are given, by their fields in `erp`, unsealed. The one without which no ERP opens is asked for.

    `of`: an instance for which `NAME_ERP_TOKEN` (capitals, _ for -) outweighs `ERP_TOKEN`, where several are read at once.
    """
    given = read(GivenSecrets)
    prefix = f"{of.upper().replace('-', '_')}_ERP_"
    told = {
        field: os.environ.get(f"{prefix}{field.upper()}", "").strip() if of else given.of(field)
        for field in secret_fields(erp)
    }
    if "token" in told and not told["token"]:
        told["token"] = _asked(of, f"{prefix}TOKEN" if of else "ERP_TOKEN")
    return {field: secret for field, secret in told.items() if secret}


def _asked(of: str, variable: str) -> str:
    if not sys.stdin.isatty():
        raise StopWorker(f"{variable} is not set: set it, or run this on a terminal, where it is asked for")
    return str(typer.prompt(f"ERP token of {of}" if of else "ERP token", hide_input=True)).strip()
