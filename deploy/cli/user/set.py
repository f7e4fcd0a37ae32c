"""`collector user set`"""

import asyncio
from typing import Annotated

import typer

from deploy import users
from deploy.cli.tables import messages
from deploy.cli.user.options import Name, NewLocale, NewRole
from deploy.cli.user.password import password
from deploy.home import prepare_environment
from schemas.runtime.settings import MongoSettings, read

EXAMPLE = "Example: collector user set ana --role viewer"

Password = Annotated[bool, typer.Option("--password", help="Ask for another password.")]
Active = Annotated[bool | None, typer.Option("--active/--inactive", help="Whether the user may log in.")]


def change(
    name: Name, role: NewRole = None, locale: NewLocale = None, *, active: Active = None, new_password: Password = False
) -> None:
    """Change what is named. Another role or password, or --inactive, ends the user's logins within a refresh."""
    prepare_environment()
    settings = read(MongoSettings)
    given = password(name) if new_password else None
    done = asyncio.run(users.change(settings, name, role=role, locale=locale, active=active, password=given))
    messages.print(f"{name} is changed" if done else "nothing changed")
