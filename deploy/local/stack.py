"""Broker and database for this process: named by the environment, or real ones started here."""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.local.kafka import Broker
from deploy.local.mongo import Database
from deploy.local.ports import free
from deploy.local.server import Report, Server
from schemas.errors import StopWorker

KAFKA = "KAFKA_BOOTSTRAP_SERVERS"
MONGO = "MONGO_URI"
PLAIN = "PLAINTEXT"


@dataclass(frozen=True, slots=True)
class Stack:
    """Where the servers are. `kafka` and `mongo` are None where the environment named them: those are not ours to stop.

    `members`: of a cluster and a set instead of the two (`deploy/local/cluster.py`).
    """

    kafka_bootstrap: str
    mongo_uri: str
    kafka: Broker | None
    mongo: Database | None
    members: tuple[Server, ...] = ()

    @property
    def ours(self) -> list[Server]:
        """Those that are ours to stop."""
        return [server for server in (self.kafka, self.mongo, *self.members) if server is not None]

    @property
    def environment(self) -> dict[str, str]:
        """The two variables, as a stage reads them."""
        return {KAFKA: self.kafka_bootstrap, MONGO: self.mongo_uri}


@asynccontextmanager
async def local_stack(home: Path | None, report: Report, environ: Mapping[str, str] = os.environ) -> AsyncIterator[Stack]:
    """Both servers, ready; stopped at the end. `home` keeps data and logs, None throws them away.

    KAFKA_BOOTSTRAP_SERVERS and MONGO_URI in `environ` win, each alone too. Raises StopWorker where one cannot start.
    """
    with ExitStack() as closing:
        folder = home or Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="collector-")))
        ports = free(3)
        if not environ.get(KAFKA) and os.environ.get("KAFKA_SECURITY", PLAIN) != PLAIN:
            raise StopWorker(
                f"KAFKA_SECURITY={os.environ['KAFKA_SECURITY']} without {KAFKA}: the broker started here knows no login; "
                "name yours, or take the variable away"
            )
        kafka = None if environ.get(KAFKA) else broker(folder, ports[0], ports[1], report)
        mongo = None if environ.get(MONGO) else database(folder, ports[2], report)
        servers: list[Server] = [server for server in (kafka, mongo) if server is not None]
        try:
            await started(servers)
            yield Stack(
                kafka_bootstrap=kafka.servers if kafka else environ[KAFKA],
                mongo_uri=mongo.uri if mongo else environ[MONGO],
                kafka=kafka,
                mongo=mongo,
            )
        finally:
            await asyncio.gather(*(server.stop() for server in servers))


def broker(home: Path, port: int, controller_port: int, report: Report) -> Broker:
    """Kafka below `home`."""
    home = home.absolute()
    return Broker(home / "kafka", port, controller_port, home / "logs" / "kafka.log", report)


def database(home: Path, port: int, report: Report) -> Database:
    """MongoDB below `home`."""
    home = home.absolute()
    return Database(home / "mongo", port, home / "logs" / "mongo.log", report)


async def started(servers: Iterable[Server]) -> None:
    """All of them side by side. Raises StopWorker where one cannot start."""
    try:
        async with asyncio.TaskGroup() as group:
            for server in servers:
                group.create_task(server.start())
    except BaseExceptionGroup as failed:
        raise failed.exceptions[0] from None
