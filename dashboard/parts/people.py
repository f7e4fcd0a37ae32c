"""How people's names are shown: as they are, or as the reader's role allows."""

from collections.abc import Callable

from dashboard.access import masking
from dashboard.access.rules import may
from schemas.users import Role

Mask = Callable[[str], str]
"""A name as its reader may see it."""


def whole(name: str) -> str:
    """To whoever may see all."""
    return name


def mask_of(role: Role) -> Mask:
    """For readers of `role`."""
    return whole if may(role, masking.SEES_PEOPLE) else masking.name
