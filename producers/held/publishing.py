"""Writing under a lease: what is committed is known, what is in doubt ends the lease."""

import asyncio
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


class Publisher:
    """One transaction at a time, though several tasks write. Every write returns when it is committed."""

    def __init__(self, writer: Writes) -> None:
        self._writer = writer
        self._turn = asyncio.Lock()
        self._fenced = False
        self.broken = False
        """Also where a write was interrupted: nobody knows whether it was committed."""

    async def write(self, parts: Parts) -> None:
        """All of it or nothing. Raises UnpublishedError."""
        async with self._turn:
            if self.broken:
                raise UnpublishedError("what was written before is in doubt", fenced=self._fenced)
            self.broken = True  # until it is known to be committed
            try:
                await self._writer.write(parts)
            except RetryLater as exc:
                self._fenced = isinstance(exc, Fenced)  # also told to the other tasks, whoever of them is heard first
                raise UnpublishedError(str(exc), fenced=self._fenced) from exc
            self.broken = False
