"""What the commands share."""

from typing import Annotated

import typer

from schemas.users import Locale, Role

ROLES = "viewer sees figures and masked people, operator people too, admin may configure."

Name = Annotated[str, typer.Argument(help="The user's name; the e-mail address where people log in at a provider.")]
GivenRole = Annotated[Role, typer.Option("--role", help=ROLES)]
NewRole = Annotated[Role | None, typer.Option("--role", help=ROLES)]
GivenLocale = Annotated[Locale, typer.Option("--locale", help="The language of the pages.")]
NewLocale = Annotated[Locale | None, typer.Option("--locale", help="The language of the pages.")]
