"""The three ways to a real Kafka and a real MongoDB: named by the environment, in containers, or local ones."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import cache
from pathlib import Path

from deploy import clients
from deploy.local import kafka as kafka_server
from deploy.local import mongo as mongo_server
from deploy.local import stack
from deploy.local.ports import free
from deploy.local.server import Server
from schemas.runtime.settings import MongoSettings

KAFKA_IMAGE = "apache/kafka:4.3.1"
MONGO_IMAGE = "mongo:6.0"
PATIENCE_S = 90
POLL = 0.2
ENGINE_SOCKET = Path("/var/run/docker.sock")
ENGINE_SECONDS = 10  # one that is not there refuses at once; only one that hangs is waited for

Answers = Callable[[int], Awaitable[bool]]
Part = Mapping[str, Callable[[Path], AbstractAsyncContextManager[str]]]


def way(forced: str, named: str, engine: Callable[[], bool]) -> str:
    """How a part is had. `forced`: TEST_STACK; `named`: its address; `engine`: asked last, for it takes time."""
    if forced:
        return forced
    if named:
        return "environment"
    return "testcontainers" if engine() else "local"


@cache
def engine_answers() -> bool:
    if not os.environ.get("DOCKER_HOST") and not ENGINE_SOCKET.exists():
        return False  # Docker's command line may be there all the same
    import docker  # noqa: PLC0415 - 0.3 s that a run without an engine need not pay

    try:
        client = docker.from_env(timeout=ENGINE_SECONDS)
        try:
            return bool(client.ping())
        finally:
            client.close()
    except docker.errors.DockerException:
        return False


def named(variable: str) -> str:
    if not (address := os.environ.get(variable, "")):
        raise LookupError(f"{variable} is not set")
    return address


def chosen(variable: str) -> str:
    return way(os.environ.get("TEST_STACK", ""), os.environ.get(variable, ""), engine_answers)


@asynccontextmanager
async def _named_kafka(_: Path) -> AsyncIterator[str]:
    servers = named(stack.KAFKA)
    async with clients.admin(servers):
        pass
    yield servers


@asynccontextmanager
async def _named_mongo(_: Path) -> AsyncIterator[str]:
    uri = named(stack.MONGO)
    async with clients.database(MongoSettings(mongo_uri=uri)) as there:
        await there.command("ping")
    yield uri


@asynccontextmanager
async def local_kafka(folder: Path) -> AsyncIterator[str]:
    """A broker of its own, without any topic."""
    port, controller = free(2)
    server = stack.broker(folder, port, controller, print)
    async with _running(server):
        yield server.servers


@asynccontextmanager
async def _local_mongo(folder: Path) -> AsyncIterator[str]:
    server = stack.database(folder, free(1)[0], print)
    async with _running(server):
        yield server.uri


@asynccontextmanager
async def _running(server: Server) -> AsyncIterator[None]:
    try:
        await server.start()
        yield
    finally:
        await server.stop()


@asynccontextmanager
async def _kafka_container(_: Path) -> AsyncIterator[str]:
    port = free(1)[0]
    settings = {
        "KAFKA_PROCESS_ROLES": "broker,controller",
        "KAFKA_NODE_ID": "1",
        "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
        "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "KAFKA_LISTENERS": f"PLAINTEXT://:{port},CONTROLLER://:9093",
        "KAFKA_ADVERTISED_LISTENERS": f"PLAINTEXT://127.0.0.1:{port}",
        "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
        "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
        "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
    }
    # The image must be able to write its own configuration; one that was made from read-only files cannot
    command = "bash -c 'chmod u+w /opt/kafka/config/* /etc/kafka/docker/* && exec /etc/kafka/docker/run'"
    async with _container(KAFKA_IMAGE, port, kafka_server.answers, command=command, env=settings):
        yield f"127.0.0.1:{port}"


@asynccontextmanager
async def _mongo_container(_: Path) -> AsyncIterator[str]:
    port = free(1)[0]
    # The same port inside: the set's member is known to itself and to clients by one address
    command = f"mongod --replSet {mongo_server.SET} --bind_ip_all --port {port}"
    async with _container(MONGO_IMAGE, port, mongo_server.answers, command=command, env={}):
        yield mongo_server.uri(port)


@asynccontextmanager
async def _container(image: str, port: int, answers: Answers, *, command: str, env: dict[str, str]) -> AsyncIterator[None]:
    if not engine_answers():
        raise LookupError("no Docker engine answers")
    from testcontainers.core.container import DockerContainer  # noqa: PLC0415 - most runs have no engine and need not load it

    container = DockerContainer(image, command=command, env=env)
    # Its own `with_bind_ports` takes no address and opens the port to the whole network
    container.ports[f"{port}/tcp"] = ("127.0.0.1", port)  # type: ignore[assignment]  # Docker takes the pair
    try:
        await asyncio.to_thread(container.start)
        for _ in range(round(PATIENCE_S / POLL)):
            if await answers(port):
                break
            await asyncio.sleep(POLL)
        else:
            said = b"".join(await asyncio.to_thread(container.get_logs)).decode()
            raise TimeoutError(f"{image} does not answer; it says {said[-500:]}")
        yield
    finally:
        await asyncio.to_thread(container.stop)


KAFKA: Part = {"environment": _named_kafka, "testcontainers": _kafka_container, "local": local_kafka}
MONGO: Part = {"environment": _named_mongo, "testcontainers": _mongo_container, "local": _local_mongo}
