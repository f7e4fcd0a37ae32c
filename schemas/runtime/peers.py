"""Do the peers answer? Asked from a thread, without the event loop and without the clients that may be what hangs.

An open port is no answer: the kernel takes connections for a server that is stopped. So each is asked a real question.
"""

import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import Any

import pymongo
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from schemas.runtime.settings import Base, KafkaSettings, MongoSettings

API_VERSIONS = struct.pack(">ihhih", 10, 18, 0, 1, -1)
"""A whole request: its length, ApiVersions 0, our number 1, no client's name. Every broker answers it, before any login."""
ANSWER_HEAD = struct.Struct(">ii")

Answers = Callable[[float], bool]
"""Whether a peer answers within so many seconds."""


class Broker:
    """`servers`: host:port, several separated by commas; one that answers is enough."""

    def __init__(self, servers: str) -> None:
        self._addresses = [_address(server) for server in servers.split(",")]

    def __call__(self, within: float) -> bool:
        share = within / len(self._addresses)
        return any(_broker_answers(address, share) for address in self._addresses)


class Database:
    """`uri`: as for every client; it is asked through a connection that is kept."""

    def __init__(self, uri: str) -> None:
        self._uri = uri
        self._client: MongoClient[dict[str, Any]] | None = None

    def __call__(self, within: float) -> bool:
        try:
            if self._client is None:
                self._client = MongoClient(self._uri, maxPoolSize=1, serverMonitoringMode="poll")
            with pymongo.timeout(within):
                self._client.admin.command("ping")
        except (PyMongoError, ValueError):  # the latter for a URI that is none
            return False
        return True

    def close(self) -> None:
        """Give the connection back."""
        if self._client is not None:
            self._client.close()


def peers_of(settings: Base) -> dict[str, Answers]:
    """By name, whom a stage with these settings cannot do without."""
    found: dict[str, Answers] = {}
    if isinstance(settings, KafkaSettings):
        found["Kafka"] = Broker(settings.kafka_bootstrap_servers)
    if isinstance(settings, MongoSettings):
        found["MongoDB"] = Database(settings.mongo_uri)
    return found


def _address(server: str) -> tuple[str, int]:
    host, _, port = server.rpartition(":")
    return host.strip("[]"), int(port)


def _broker_answers(address: tuple[str, int], within: float) -> bool:
    ends = monotonic() + within
    with suppress(OSError), socket.create_connection(address, within) as connection:
        connection.settimeout(max(0.001, ends - monotonic()))
        connection.sendall(API_VERSIONS)
        head = connection.recv(ANSWER_HEAD.size, socket.MSG_WAITALL)
        return len(head) == ANSWER_HEAD.size and ANSWER_HEAD.unpack(head)[1] == 1
    return False
