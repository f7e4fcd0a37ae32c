"""A simulator on 127.0.0.1: announced when it is ready, and in a thread for tests."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from uvicorn.protocols.http.h11_impl import H11Protocol

HOST = "127.0.0.1"
READY_TIMEOUT = 30.0


class DroppableProtocol(H11Protocol):
    """Shows each connection to the application as `request.state.transport`, so that a fault can close it unanswered."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn narrows it
        self.app_state = {**self.app_state, "transport": transport}
        super().connection_made(transport)


async def drop(request: Request) -> None:
    """Close the connection unanswered; what is returned afterwards vanishes."""
    request.state.transport.close()
    await request.receive()  # until the server notices that nobody is there


class Server(uvicorn.Server):
    """Calls `ready` with the base URL once connections are accepted.

    `websockets`: whether it speaks them; `grace`: seconds for what is being answered when it ends, None for as long as it
    takes.
    """

    def __init__(
        self,
        app: Starlette,
        port: int,
        ready: Callable[[str], None],
        *,
        host: str = HOST,
        websockets: bool = False,
        grace: int | None = None,
    ) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                host=host,
                port=port,
                http=DroppableProtocol,
                ws="websockets-sansio" if websockets else "none",
                log_level="warning",
                timeout_graceful_shutdown=grace,
            )
        )
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Bind, then announce; port 0 has become a real one."""
        await super().startup(sockets)
        if self.started:
            self._ready(f"http://{self.config.host}:{self.servers[0].sockets[0].getsockname()[1]}")


Runs = tuple[Callable[[], None], Callable[[], None]]
"""What serves until it is told to stop, and what tells it, from any thread."""


@contextmanager
def announced(make: Callable[[Callable[[str], None]], Runs]) -> Iterator[str]:
    """The base URL that what `make` makes announces, served by a thread of this process; it ends with the block.

    `make` is given whom to call with the URL. Raises TimeoutError where nothing is announced.
    """
    urls: list[str] = []
    heard = threading.Event()

    def ready(url: str) -> None:
        urls.append(url)
        heard.set()

    run, stop = make(ready)
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        if not heard.wait(READY_TIMEOUT):
            raise TimeoutError("the simulator did not start")
        yield urls[0]
    finally:
        stop()
        thread.join()


@contextmanager
def in_thread(app: Starlette) -> Iterator[str]:
    """The base URL of `app` served by a thread of this process on a free port; it ends with the block."""

    def made(ready: Callable[[str], None]) -> Runs:
        server = Server(app, 0, ready)

        def stop() -> None:
            server.should_exit = True

        return server.run, stop

    with announced(made) as url:
        yield url
