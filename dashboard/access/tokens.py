"""What the cookie of a login says, below the server's signature, and whether it still holds (pure)."""

import re
from datetime import datetime
from typing import NamedTuple

from schemas.users import StoredUser

COOKIE = "collector_login"
DAYS = 7
"""A login lasts so long, whatever is done with it."""
WRITTEN = re.compile(r"(?P<changed>\d{1,16})\.(?P<login>[0-9a-f]{32})\.(?P<name>.{1,80})")


class Token(NamedTuple):
    """`login`: 32 hex digits, one for each login. `changed`: the user's `changed_at` then, in milliseconds."""

    name: str
    login: str
    changed: int


def token(user: StoredUser, login: str) -> Token:
    """Of a login that begins now."""
    return Token(user.name, login, milliseconds(user.changed_at))


def milliseconds(at: datetime) -> int:
    """Since 1970, rounded: MongoDB keeps no more of a time."""
    return round(at.timestamp() * 1_000)


def write(of: Token) -> str:
    """As text for the cookie."""
    return f"{of.changed}.{of.login}.{of.name}"


def read(text: str) -> Token | None:
    """None for what is no token."""
    found = WRITTEN.fullmatch(text)
    return Token(found["name"], found["login"], int(found["changed"])) if found else None


def holds(of: Token, user: StoredUser | None) -> bool:
    """Whether `user`, as stored now, is still whom this login let in."""
    return (
        user is not None
        and user.active
        and user.name == of.name
        and milliseconds(user.changed_at) == of.changed
        and of.login not in user.ended
    )
