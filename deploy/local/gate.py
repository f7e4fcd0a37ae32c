"""A port that can be cut: whoever connects to it is passed on to a server, until the way is cut."""

import asyncio
import socket
import struct
from asyncio import Server, StreamReader, StreamWriter, Task
from contextlib import suppress

CHUNK = 256 * 1024
RESET = struct.pack("ii", 1, 0)
"""Lingering for no time: a close is a reset."""


class Gate:
    """From `port` to `beyond`, both on 127.0.0.1. What is cut breaks off at once; nobody comes in until it is open."""

    def __init__(self, port: int, beyond: int) -> None:
        self.port = port
        self._beyond = beyond
        self._listening: Server | None = None
        self._passing: set[Task[None]] = set()

    async def open(self) -> None:
        """Let in whoever comes. Raises OSError where somebody else has the port."""
        self._listening = await asyncio.start_server(self._came, "127.0.0.1", self.port)

    async def cut(self) -> None:
        """Every connection is reset, a new one refused."""
        if self._listening is not None:
            self._listening.close()
            self._listening = None
        for one in self._passing:
            one.cancel()
        await asyncio.gather(*self._passing, return_exceptions=True)

    async def _came(self, reader: StreamReader, writer: StreamWriter) -> None:
        # a task of ours: one that asyncio's server made and that is cancelled is told of as an error
        task = asyncio.create_task(self._pass(reader, writer))
        self._passing.add(task)
        task.add_done_callback(self._passing.discard)

    async def _pass(self, reader: StreamReader, writer: StreamWriter) -> None:
        writers = [writer]
        try:
            there, onward = await asyncio.open_connection("127.0.0.1", self._beyond)
            writers.append(onward)
            ways = {asyncio.create_task(_copy(reader, onward)), asyncio.create_task(_copy(there, writer))}
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
        except OSError:
            pass  # nobody is there: whoever came sees a connection that ends
        except asyncio.CancelledError:
            for one in writers:
                one.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                one.transport.abort()
            raise
        for one in writers:
            one.close()


async def _copy(reader: StreamReader, writer: StreamWriter) -> None:
    with suppress(OSError):
        while found := await reader.read(CHUNK):
            writer.write(found)
            await writer.drain()
