"""`collector user add`"""

import asyncio
from typing import Annotated

import typer

from deploy import users
from deploy.cli.tables import messages
from deploy.cli.user.options import GivenLocale, GivenRole, Name
from deploy.cli.user.password import password
from deploy.home import prepare_environment
from schemas.runtime.settings import MongoSettings, read

EXAMPLE = "Example: collector user add ana --role operator"

Without = Annotated[bool, typer.Option("--no-password", help="The user logs in at a provider of identities only.")]


def add(name: Name, role: GivenRole, locale: GivenLocale = "pt_BR", *, no_password: Without = False) -> None:
    """Let somebody open the dashboard. The password is asked for twice, or is the first line of stdin."""
    prepare_environment()
    settings = read(MongoSettings)
    asyncio.run(users.add(settings, name, role, locale, None if no_password else password(name)))
    messages.print(f"{name} may log in as {role}")
