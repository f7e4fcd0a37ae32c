"""Do the peers answer? Asked from a thread, without the event loop and without the clients that may be what hangs.

An open port is no answer: the kernel takes connections for a server that is stopped. So each is asked a real question.
"""

import socket
import ssl
import struct
from collections.abc import Callable
from contextlib import suppress
from time import monotonic

from schemas.runtime.kafka_login import tls
from schemas.runtime.settings import Base, KafkaSettings, MongoSettings

API_VERSIONS = struct.pack(">ihhih", 10, 18, 0, 1, -1)
"""A whole request: its length, ApiVersions 0, our number 1, no client's name. Every broker answers it, before any login."""
ANSWER_HEAD = struct.Struct(">ii")

Answers = Callable[[float], bool]
"""Whether a peer answers within so many seconds."""


class Broker:
    """`servers`: host:port, several separated by commas; one that answers is enough. `context`: of TLS, if it is spoken."""

    def __init__(self, servers: str, context: ssl.SSLContext | None = None) -> None:
        self._addresses = [address(server) for server in servers.split(",")]
        self._context = context

    def __call__(self, within: float) -> bool:
        share = within / len(self._addresses)
        return any(_broker_answers(one, share, self._context) for one in self._addresses)


def peers_of(settings: Base) -> dict[str, Answers]:
    """By name, whom a stage with these settings cannot do without."""
    found: dict[str, Answers] = {}
    if isinstance(settings, KafkaSettings):
        found["Kafka"] = Broker(settings.kafka_bootstrap_servers, tls())
    if isinstance(settings, MongoSettings):
        from schemas.runtime.database_peer import Database  # noqa: PLC0415 - half a second that a stage without it need not wait

        found["MongoDB"] = Database(settings.mongo_uri)
    return found


def address(server: str) -> tuple[str, int]:
    """Of host:port; an IPv6 address without its brackets."""
    host, _, port = server.rpartition(":")
    return host.strip("[]"), int(port)


def _broker_answers(where: tuple[str, int], within: float, context: ssl.SSLContext | None) -> bool:
    ends = monotonic() + within
    with suppress(OSError), connected(where, within, context) as connection, connection.makefile("rb") as answer:
        connection.settimeout(max(0.001, ends - monotonic()))
        connection.sendall(API_VERSIONS)
        head = answer.read(ANSWER_HEAD.size)
        return len(head) == ANSWER_HEAD.size and ANSWER_HEAD.unpack(head)[1] == 1
    return False


def connected(where: tuple[str, int], within: float, context: ssl.SSLContext | None) -> socket.socket:
    """To host and port, within so many seconds; over TLS with a `context`. Raises OSError."""
    plain = socket.create_connection(where, within)
    if context is None:
        return plain
    try:
        return context.wrap_socket(plain, server_hostname=where[0])
    except BaseException:
        plain.close()
        raise
