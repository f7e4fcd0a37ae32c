"""An instance's secrets: from the environment or a prompt. An option would stand in the shell's history."""

import os
import sys
from collections.abc import Mapping
from typing import Any

import typer

from deploy.instances import GivenSecrets
from schemas.errors import StopWorker
from schemas.runtime.settings import read
from schemas.secret_fields import secret_fields, variable

ASKED_FOR = "erp.token"


def secrets(instance: Mapping[str, Any], of: str = "", *, within: str = "") -> dict[str, str]:
    """Those that are given, by their dotted names, unsealed. The one without which no ERP opens is asked for.

    `of`: an instance for which `NAME_ERP_TOKEN` (capitals, _ for -) outweighs `ERP_TOKEN`, where several are read at once.
    `within`: only of this part, such as `pabx`; there every one is asked for.
    """
    given = read(GivenSecrets)
    prefix = f"{of.upper().replace('-', '_')}_" if of else ""
    told = {
        field: os.environ.get(f"{prefix}{variable(field)}", "").strip() if of else given.of(field)
        for field in secret_fields(instance)
        if field.startswith(within)
    }
    for field, secret in told.items():
        if not secret and (within or field == ASKED_FOR):
            told[field] = _asked(field, of, f"{prefix}{variable(field)}")
    return {field: secret for field, secret in told.items() if secret}


def _asked(field: str, of: str, variable: str) -> str:
    if not sys.stdin.isatty():
        raise StopWorker(f"{variable} is not set: set it, or run this on a terminal, where it is asked for")
    named = "ERP token" if field == ASKED_FOR else field
    return str(typer.prompt(f"{named} of {of}" if of else named, hide_input=True)).strip()
