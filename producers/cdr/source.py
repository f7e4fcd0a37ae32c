"""Where records come from: every kind is read through this one face."""

from typing import NamedTuple, Protocol

from producers.cdr.pieces import Said, Unread


class Look(NamedTuple):
    """What one look found. `more`: there may be more at once."""

    said: tuple[Said, ...]
    unread: tuple[Unread, ...]
    more: bool


class Source(Protocol):
    """Kept between looks. `look` raises RetryLater for what may pass and StopWorker for what an operator must mend."""

    async def look(self) -> Look:
        """What is new. Asked again without `taken`, it tells the same again."""
        ...

    def taken(self) -> None:
        """What the last look gave was published."""
        ...

    async def close(self) -> None:
        """Give connections and files back."""
        ...
