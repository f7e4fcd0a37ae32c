"""The PABX on a port, through its restarts: while it is down nothing listens there."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Final

from pydantic import ValidationError
from starlette.applications import Starlette

from deploy.simulators.ixc.control import misunderstood
from deploy.simulators.pabx.answers import Users
from deploy.simulators.pabx.control import Control
from deploy.simulators.pabx.pabx import Pabx
from deploy.simulators.pabx.rest import Ari
from deploy.simulators.pabx.sockets import Events
from deploy.simulators.serving import HOST, Runs, Server, announced

USER: Final = "simulator"
READER: Final = "reader"
PASSWORD: Final = "0" * 32
USERS: Final[Users] = {USER: (PASSWORD, "write"), READER: (PASSWORD, "read")}
GRACE_SECONDS: Final = 1


def application(pabx: Pabx, users: Users = USERS) -> Starlette:
    """ARI and the commands; calls go on while it runs."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        pabx.begin()
        running = asyncio.create_task(pabx.run())
        yield
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running

    return Starlette(
        routes=[*Control(pabx).routes(), *Events(pabx, users).routes(), *Ari(pabx, users).routes()],
        exception_handlers={ValidationError: misunderstood},
        lifespan=lifespan,
    )


class Serving:
    """`ready` is called with the base URL after every start; port 0 becomes a free one and is kept."""

    def __init__(
        self, pabx: Pabx, port: int, ready: Callable[[str], None], users: Users = USERS, *, host: str = HOST
    ) -> None:
        self._pabx = pabx
        self._port = port
        self._ready = ready
        self._users = users
        self._host = host
        self._stopped = threading.Event()
        self._server: Server | None = None

    def run(self) -> None:
        """Until it is stopped, by `stop` or a signal."""
        while not self._stopped.is_set():
            self._server = Server(
                application(self._pabx, self._users),
                self._port,
                self._announce,
                host=self._host,
                websockets=True,
                grace=GRACE_SECONDS,
            )
            self._pabx.ending = self._end
            self._server.run()
            if self._pabx.down is None:
                return
            down, self._pabx.down = self._pabx.down, None
            self._stopped.wait(down)

    def stop(self) -> None:
        """From any thread."""
        self._stopped.set()
        self._end()

    def _end(self) -> None:
        if self._server:
            self._server.should_exit = True

    def _announce(self, url: str) -> None:
        self._port = int(url.rpartition(":")[2])
        self._ready(url)


@contextmanager
def in_thread(pabx: Pabx, users: Users = USERS) -> Iterator[str]:
    """The base URL of a PABX served by a thread of this process on a free port; it ends with the block."""

    def made(ready: Callable[[str], None]) -> Runs:
        serving = Serving(pabx, 0, ready, users)
        return serving.run, serving.stop

    with announced(made) as url:
        yield url
