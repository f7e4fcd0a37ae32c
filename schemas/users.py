"""Who may open the dashboard, and as what: the MongoDB collection `users`, one document a person, its `_id` the name."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from schemas.model import Instant, Model

USERS = "users"

Role = Literal["viewer", "operator", "admin"]
"""A viewer sees figures, and people masked; an operator works with people; an admin also configures."""
Locale = Literal["pt_BR", "en"]
Theme = Literal["system", "light", "dark"]
UserName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._@+-]{0,79}$")]
"""Lower case; an e-mail address where people log in at a provider of identities."""


class StoredUser(Model):
    """`hash`: argon2 of the password; "" for one who logs in elsewhere only.

    `changed_at`: when password, role or `active` last changed; logins from before are over. `ended`: logins that were logged
    out, each until its cookie would have lapsed by itself.
    """

    name: UserName
    hash: str = ""
    role: Role
    locale: Locale = "pt_BR"
    theme: Theme = "system"
    active: bool = True
    created_at: Instant
    changed_at: Instant
    ended: Mapping[str, Instant] = Field(default_factory=dict)


def document(user: StoredUser) -> dict[str, Any]:
    """As it is stored."""
    plain = user.model_dump()
    return {"_id": plain.pop("name"), **plain}


def read_user(found: Mapping[str, Any]) -> StoredUser:
    """The user of a document. Raises ValueError; fields of a newer version are ignored."""
    plain = {**found, "name": found["_id"]}
    del plain["_id"]
    return StoredUser.model_validate(plain, extra="ignore")


def in_milliseconds(at: datetime) -> datetime:
    """As MongoDB keeps it."""
    return at.replace(microsecond=at.microsecond // 1_000 * 1_000)
