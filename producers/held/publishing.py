"""Writing under a lease: what is committed is known, what is in doubt ends the lease."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Protocol

from schemas.errors import PipelineError, RetryLater
from schemas.runtime.kafka import Message
from schemas.runtime.transactions import Fenced, Parts, Place


class Writes(Protocol):
    """As `schemas.runtime.transactions.Writer` writes."""

    async def write(self, parts: Mapping[Place, Iterable[Message]]) -> None:
        """All of it or nothing. Raises RetryLater."""
        ...


class Closes(Protocol):
    """As a `Writer` is given back."""

    async def close(self) -> None:
        """Give the connection back."""
        ...


class UnpublishedError(PipelineError):
    """Nothing more can be published under this lease, and nothing is known of what was published last.

    Whoever holds it lets go; where nobody else has taken it (`fenced`), it is opened anew and read back.
    """

    def __init__(self, message: str, *, fenced: bool) -> None:
        super().__init__(message)
        self.fenced = fenced


class Together:
    """What several tasks want written at the next turn."""

    def __init__(self) -> None:
        self.wanted: list[Parts] = []
        self.is_taken = False
        self.is_written = False

    def parts(self) -> Parts:
        """In one, each partition in the order of asking."""
        if len(self.wanted) == 1:
            return self.wanted[0]
        found: Parts = defaultdict(list)
        for parts in self.wanted:
            for place, messages in parts.items():
                found[place] += messages
        return found


class Publisher:
    """One transaction at a time, though several tasks write: who has the turn takes along what the others want written.

    A transaction costs the broker a dozen answers, and whoever waits behind it as long: two pages in one cost hardly more.
    Every write returns when it is committed.
    """

    def __init__(self, writer: Writes) -> None:
        self._writer = writer
        self._turn = asyncio.Lock()
        self._next = Together()
        self._fenced = False
        self._is_writing = False
        self._is_in_doubt = False

    @property
    def broken(self) -> bool:
        """Whether nobody knows what was committed: also where a write was interrupted, or still is under way."""
        return self._is_in_doubt or self._is_writing

    async def write(self, parts: Parts) -> None:
        """All of it or nothing. Raises UnpublishedError."""
        together = self._next
        together.wanted.append(parts)
        try:
            await self._turn.acquire()
        except asyncio.CancelledError:
            self._leave(together, parts)
            raise
        try:
            if not together.is_written:
                await self._write(together)
        finally:
            self._turn.release()

    async def _write(self, together: Together) -> None:
        if self.broken:
            raise UnpublishedError("what was written before is in doubt", fenced=self._fenced)
        self._next = Together()
        together.is_taken = self._is_writing = True
        try:
            await self._writer.write(together.parts())
            together.is_written = True
        except RetryLater as exc:
            self._fenced = isinstance(exc, Fenced)  # also told to the other tasks, whoever of them is heard first
            raise UnpublishedError(str(exc), fenced=self._fenced) from exc
        finally:
            self._is_in_doubt = self._is_in_doubt or not together.is_written
            self._is_writing = False

    def _leave(self, together: Together, parts: Parts) -> None:
        """Who was told to stop while it waited: it remembers nothing of what somebody else may have written for it."""
        if together.is_taken:
            self._is_in_doubt = True
        else:
            together.wanted = [one for one in together.wanted if one is not parts]
