"""What a server of a set can suffer that one alone cannot: its port is cut, its disk is full, its volume is lost."""

import asyncio
from abc import abstractmethod

from deploy.local.gate import Gate
from deploy.local.room import Room
from deploy.local.server import Server

PATIENCE_S = 180.0
"""Six servers start side by side, and one that comes back copies what it missed before it answers."""


class Member(Server):
    """One of a set of three, which does without it. `gate`, `room`: where it has a port that can be cut, a disk to fill."""

    patience = PATIENCE_S
    gate: Gate | None = None
    room: Room | None = None

    @abstractmethod
    async def missed(self) -> None:
        """Returns when the others know that it is down."""

    async def cut_off(self, lasting: float) -> None:
        """Its port is cut for so many seconds; then it is open again."""
        if self.gate is None:
            raise ValueError(f"{self.name} has no port that can be cut")
        await self.gate.cut()
        try:
            await asyncio.sleep(lasting)
        finally:
            await self.gate.open()

    async def fill(self, lasting: float) -> None:
        """Its disk is full for so many seconds, whether or not it lives through that; then there is room again."""
        if self.room is None:
            raise ValueError(f"{self.name} has no disk of its own")
        await self.room.filled(lasting)

    async def lose(self) -> None:
        """`kill -9`, and all that it had is gone: what it needs comes from the others once it is started."""
        await self.kill()
        await self.empty()

    async def empty(self) -> None:
        """Only once the others know that it is down."""
        await self.missed()
        await super().empty()
