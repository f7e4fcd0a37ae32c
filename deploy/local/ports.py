"""Free ports of 127.0.0.1."""

import asyncio
import random
import socket
from contextlib import ExitStack
from pathlib import Path

RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
LOWEST = 15_000
TRIES = 1_000
USUAL_END = 32_768


def free(count: int) -> list[int]:
    """`count` different ports that nobody listens on.

    Never from the range that the kernel gives to outgoing connections: a client that keeps dialling a server which is
    down may get that very port as its own, connects to itself, and the server cannot come back.
    """
    found: list[int] = []
    with ExitStack() as held:
        for _ in range(TRIES):
            if len(found) == count:
                return found
            probe = held.enter_context(socket.socket())
            port = random.randrange(LOWEST, _end())  # noqa: S311 - not a secret
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            found.append(port)
    raise OSError(f"no free port between {LOWEST} and {_end()}")


async def is_open(port: int) -> bool:
    """Whether somebody accepts connections there."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    await writer.wait_closed()
    return True


def _end() -> int:
    try:
        first = int(RANGE.read_text().split()[0])
    except OSError:
        return USUAL_END
    return first if first > LOWEST + TRIES else USUAL_END
