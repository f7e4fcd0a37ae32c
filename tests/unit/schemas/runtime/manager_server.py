"""A manager's interface on loopback that says what a test tells it to say: real bytes on a real connection."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from schemas.runtime.ami import END, parsed

Answer = Callable[["Desk", Mapping[str, str]], Awaitable[None]]
GREETING = b"Asterisk Call Manager/9.0.0\r\n"


@dataclass
class Desk:
    """One server: its port, what it was asked, and the connections that it holds."""

    port: int = 0
    asked: list[Mapping[str, str]] = field(default_factory=list)
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    async def say(self, *pairs: tuple[str, str]) -> None:
        """One message to whoever came last."""
        await self.raw("".join(f"{name}: {value}\r\n" for name, value in pairs).encode() + b"\r\n")

    async def raw(self, data: bytes) -> None:
        self.writers[-1].write(data)
        await self.writers[-1].drain()

    def cut(self) -> None:
        self.writers[-1].transport.abort()


async def obliging(desk: Desk, asked: Mapping[str, str]) -> None:
    """Yes to everything, as Asterisk does to a login and to an Originate."""
    await desk.say(("Response", "Success"), ("ActionID", asked["ActionID"]), ("Message", "done"))


@asynccontextmanager
async def answering(answer: Answer = obliging) -> AsyncIterator[Desk]:
    desk = Desk()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        desk.writers.append(writer)
        writer.write(GREETING)
        try:
            while True:
                asked = parsed(await reader.readuntil(END))
                desk.asked.append(asked)
                await answer(desk, asked)
        except (asyncio.IncompleteReadError, OSError):
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    desk.port = server.sockets[0].getsockname()[1]
    try:
        yield desk
    finally:
        server.close()
        for writer in desk.writers:
            writer.transport.abort()
        await server.wait_closed()
