"""The stage `snapshots`: process and wiring only."""

import asyncio

import stamina
from aiokafka.errors import KafkaError
from pymongo.errors import PyMongoError
from ulid import ULID

from schemas.errors import RetryLater
from schemas.runtime import mongo
from schemas.runtime.process import run
from schemas.runtime.progress import PROCESS
from schemas.views import SNAPSHOTS
from sinks.snapshots.lease import Lease
from sinks.snapshots.rounds import Rounds
from sinks.snapshots.seeing import Seeing, SeeingSettings

LOOK_EVERY_S = 5.0
PATIENCE_S = 60.0


class SnapshotsSettings(SeeingSettings):
    """Broker and database, and what is shown of them."""


class Away(RetryLater):
    """A peer does not answer: worth a try in a moment."""


async def snapshots(settings: SnapshotsSettings) -> None:
    """Run until cancelled. Raises RetryLater and StopWorker."""
    database = mongo.connect(settings)
    lease = Lease(database, settings.worker_name, str(ULID()))
    patient = stamina.AsyncRetryingCaller(attempts=None, timeout=PATIENCE_S)
    with PROCESS.loop("snapshots") as loop:
        rounds = Rounds(database, lease, settings.kafka_bootstrap_servers, loop.turned)
        await patient(Away, _prepared, database, lease)
        while True:
            await patient(Away, _turn, rounds)
            loop.turned(within=LOOK_EVERY_S)
            await asyncio.sleep(LOOK_EVERY_S)


async def _prepared(database: mongo.Database, lease: Lease) -> None:
    try:
        await mongo.require_transactions(database)
        await lease.prepare()
        await database[SNAPSHOTS].create_index([("instance", 1), ("at", 1)])
        await database[SNAPSHOTS].create_index([("instance", 1), ("known", 1), ("at", 1)])
    except PyMongoError as exc:
        raise Away(f"MONGO_URI: the database does not answer ({type(exc).__name__})") from exc


async def _turn(rounds: Rounds) -> None:
    try:
        await rounds.turn()
    except PyMongoError as exc:
        raise Away(f"MONGO_URI: the database does not answer ({type(exc).__name__})") from exc
    except KafkaError as exc:
        raise Away(f"KAFKA_BOOTSTRAP_SERVERS: the broker does not answer ({type(exc).__name__})") from exc


def main() -> None:
    """Entry of the stage."""
    run("snapshots", SnapshotsSettings, snapshots, Seeing)
