"""Three brokers and a MongoDB set of three on this machine: what one has acknowledged, another has too."""

import asyncio
import os
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from pymongo.errors import OperationFailure, PyMongoError

from deploy.local.gate import Gate
from deploy.local.kafka import ASK_MS, Broker, cluster_id, properties
from deploy.local.member import Member
from deploy.local.mongo import NOT_YET_INITIALIZED, SET, Client, Database
from deploy.local.ports import free, is_open
from deploy.local.room import Room
from deploy.local.server import Report
from deploy.local.stack import KAFKA, MONGO, Stack, started
from schemas.errors import StopWorker
from schemas.runtime.kafka_login import connection

KAFKAS = ("Kafka-1", "Kafka-2", "Kafka-3")
MONGOS = ("MongoDB-1", "MongoDB-2", "MongoDB-3")
SMALL = ("Kafka-3", "MongoDB-3")
"""Whose disk is one of its own, where this machine lets us mount one."""
ROOM_MB: Mapping[str, int] = {"Kafka-3": 512, "MongoDB-3": 1024}
COPIES, IN_SYNC = 3, 2
POLL_S = 0.2
QUIET_MS = 5_000
"""A primary that is told to stop hands over within it."""


class Together(NamedTuple):
    """What the brokers share: their gates, which are what clients are told of; their controllers' ports; an identity."""

    gates: list[Gate]
    controllers: list[int]
    identity: str

    @property
    def servers(self) -> str:
        """As a client wants them."""
        return ",".join(f"127.0.0.1:{gate.port}" for gate in self.gates)

    @property
    def voters(self) -> str:
        """As Kafka spells them."""
        return ",".join(f"{number}@127.0.0.1:{port}" for number, port in enumerate(self.controllers, 1))


class OneBroker(Broker, Member):
    """`number`: from 1. `port`: its own, behind its gate."""

    def __init__(self, number: int, port: int, together: Together, home: Path, report: Report) -> None:
        self.name = KAFKAS[number - 1]
        log = home / "logs" / f"{self.name.lower()}.log"
        super().__init__(home / self.name.lower(), port, together.controllers[number - 1], log, report)
        self.cluster = together.identity
        self.gate = together.gates[number - 1]
        self.servers = together.servers
        self._number = number
        self._together = together

    def configuration(self) -> str:
        """What it says of itself leads through its gate, for clients and for the other two."""
        copies = dict.fromkeys(
            (
                "default.replication.factor",
                "offsets.topic.replication.factor",
                "transaction.state.log.replication.factor",
                "share.coordinator.state.topic.replication.factor",
            ),
            COPIES,
        )
        in_sync = dict.fromkeys(
            ("min.insync.replicas", "transaction.state.log.min.isr", "share.coordinator.state.topic.min.isr"), IN_SYNC
        )
        others = {
            "node.id": self._number,
            "controller.quorum.voters": self._together.voters,
            "advertised.listeners": f"PLAINTEXT://127.0.0.1:{self._together.gates[self._number - 1].port}",
            **copies,
            **in_sync,
        }
        return properties(self.folder / "data", self.port, self._controller_port, others)

    async def answers(self) -> bool:
        """It is part of the cluster, and has what the others have."""
        brokers, parts = await _described(self.port)
        return self._number in brokers and all(self._number in part["isr"] for part in parts)

    async def missed(self) -> None:
        """Until the controller believes in it no more: who comes back before that would be taken for who it was."""
        others = [gate.port for number, gate in enumerate(self._together.gates, 1) if number != self._number]
        while True:
            for port in others:
                brokers, _ = await _described(port)
                if brokers and self._number not in brokers:
                    return
            await asyncio.sleep(POLL_S)


class OneDatabase(Database, Member):
    """`number`: from 1; the first founds the set of all `ports`."""

    quiet_ms = QUIET_MS

    def __init__(self, number: int, ports: Sequence[int], home: Path, report: Report) -> None:
        name = MONGOS[number - 1]
        super().__init__(home / name.lower(), ports[number - 1], home / "logs" / f"{name.lower()}.log", report)
        self.name = name
        self.uri = f"mongodb://{','.join(f'127.0.0.1:{port}' for port in ports)}/?replicaSet={SET}"
        self._founds = list(ports) if number == 1 else []

    async def answers(self) -> bool:
        """It has what the set has, and the set has a primary."""
        if not await is_open(self.port):
            return False
        how: dict[str, Any] = {"directConnection": True, "serverSelectionTimeoutMS": ASK_MS, "socketTimeoutMS": ASK_MS}
        async with Client("127.0.0.1", self.port, serverMonitoringMode="poll", **how) as client:
            try:
                await self._found(client)
                hello = await client.admin.command("hello")
            except PyMongoError:
                return False
            return "primary" in hello and bool(hello["isWritablePrimary"] or hello["secondary"])

    async def missed(self) -> None:
        """Nobody has to know: whoever has lost everything comes back as one that has to copy the set first."""

    async def _found(self, client: Client) -> None:
        try:
            await client.admin.command("replSetGetStatus")
        except OperationFailure as exc:
            if exc.code != NOT_YET_INITIALIZED or not self._founds:
                raise
            members = [{"_id": number, "host": f"127.0.0.1:{port}"} for number, port in enumerate(self._founds)]
            await client.admin.command("replSetInitiate", {"_id": SET, "members": members})
        self._founds = []  # one that has lost everything is told by the others


@asynccontextmanager
async def local_cluster(home: Path, report: Report, environ: Mapping[str, str] = os.environ) -> AsyncIterator[Stack]:
    """All six below `home`, a whole path; stopped at the end.

    Raises StopWorker where one cannot start, or the environment names servers.
    """
    if named := [name for name in (KAFKA, MONGO) if environ.get(name)]:
        raise StopWorker(f"{' and '.join(named)}: a cluster is started here and struck; take the variable away")
    ports = free(4 * COPIES)
    plain, controllers, open_, mongo = (ports[number::4] for number in range(4))
    gates = [Gate(port, beyond) for port, beyond in zip(open_, plain, strict=True)]
    together = Together(gates, controllers, cluster_id(uuid.uuid4()))
    brokers = [OneBroker(number, port, together, home, report) for number, port in enumerate(plain, 1)]
    databases = [OneDatabase(number, mongo, home, report) for number in range(1, COPIES + 1)]
    members: list[Member] = [*brokers, *databases]
    try:
        await _given_rooms(members, report)
        for gate in gates:
            await gate.open()
        await started(members)
        yield Stack(together.servers, databases[0].uri, None, None, tuple(members))
    finally:
        await asyncio.gather(*(member.stop() for member in members))
        for gate in gates:
            await gate.cut()
        for member in members:
            if member.room is not None:
                await member.room.leave()


async def _given_rooms(members: Sequence[Member], report: Report) -> None:
    for member in members:
        if member.name not in SMALL:
            continue
        room = Room(member.folder, ROOM_MB[member.name])
        if not await room.take():
            report("no disk is filled: a small file system for it cannot be mounted here, which needs root")
            return
        member.room = room


async def _described(port: int) -> tuple[set[int], list[dict[str, list[int]]]]:
    """The brokers there are and every partition, as the broker there knows them; nothing where it does not answer."""
    if not await is_open(port):
        return set(), []
    client = AIOKafkaAdminClient(**connection(f"127.0.0.1:{port}"), request_timeout_ms=ASK_MS)
    try:
        await client.start()
        brokers = {one["node_id"] for one in (await client.describe_cluster())["brokers"]}
        return brokers, [part for topic in await client.describe_topics() for part in topic["partitions"]]
    except (KafkaError, OSError, TimeoutError):
        return set(), []
    finally:
        await client.close()
