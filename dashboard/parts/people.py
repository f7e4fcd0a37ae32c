"""How people's names are shown: as they are, or as the reader's role allows."""

from collections.abc import Callable

Mask = Callable[[str], str]
"""A name as its reader may see it."""


def whole(name: str) -> str:
    """To whoever may see all."""
    return name
