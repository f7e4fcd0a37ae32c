"""The stage `originate`: process and wiring only."""

import asyncio
from functools import partial

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from schemas.errors import RetryLater
from schemas.runtime import clock, mongo
from schemas.runtime.kafka import consumer, producer
from schemas.runtime.key_checks import check_keys
from schemas.runtime.membership import measured
from schemas.runtime.process import plain, run
from schemas.runtime.progress import PROCESS
from schemas.runtime.settings import KafkaSettings, MongoSettings, SecretSettings
from schemas.topics import CALLS, REQUESTS
from sinks.originate.desk import Desk
from sinks.originate.hands import Hands
from sinks.originate.outcomes import Outcomes
from sinks.originate.phones import Phones
from sinks.originate.requests import NAME, Requests, Shared
from sinks.originate.short_counts import ShortCalls
from sinks.originate.stored import StoredLedger
from sinks.originate.switchboard import Switchboard

OUTCOMES = "originate.calls"
"""The group that reads `call.v1`: it begins at the beginning, and `originate`, which reads requests, at the end."""


class OriginateSettings(KafkaSettings, MongoSettings, SecretSettings):
    """Kafka, MongoDB, and the key that opens the PABXs' passwords."""


async def originate(settings: OriginateSettings) -> None:
    """Run until cancelled. Raises RetryLater, and StopWorker for a key that opens no PABX."""
    database = mongo.connect(settings)
    await check_keys(database, settings)
    ledger, phones = StoredLedger(database), Phones(settings.collector_secret_key)
    sender = producer(settings.kafka_bootstrap_servers)
    hands = Hands(ledger, Desk(database, clock.now), sender, clock.now)
    try:
        await sender.start()
        await ledger.prepare()
        await hands.desk.look()
        with plain():
            async with asyncio.TaskGroup() as group:
                board = Switchboard(hands, phones, ShortCalls(database), lambda line: group.create_task(line.run()))
                try:
                    await _run(board, settings, sender, hands)
                finally:
                    await board.through()
    except KafkaError as exc:
        raise RetryLater(f"KAFKA_BOOTSTRAP_SERVERS: the broker does not answer ({type(exc).__name__})") from exc
    finally:
        await sender.stop()
        await phones.close()


async def _run(board: Switchboard, settings: OriginateSettings, sender: AIOKafkaProducer, hands: Hands) -> None:
    asked = consumer(settings.kafka_bootstrap_servers, NAME, settings.worker_name, begins="latest")
    told = consumer(settings.kafka_bootstrap_servers, OUTCOMES, settings.worker_name, CALLS)
    asked.subscribe([REQUESTS.name], listener=Shared(board.assigned))
    requests, outcomes = Requests(asked, sender, board.take), Outcomes(told, sender, hands)
    try:
        with (
            PROCESS.loop("requests", partial(measured, asked)) as asking,
            PROCESS.loop("outcomes", partial(measured, told)) as telling,
            PROCESS.loop("the switchboard") as watching,
        ):
            await asked.start()
            await told.start()
            async with asyncio.TaskGroup() as group:
                group.create_task(requests.read(asking))
                group.create_task(outcomes.read(telling))
                group.create_task(board.watch(watching))
    finally:
        await asked.stop()
        await told.stop()


def main() -> None:
    """Entry of the stage."""
    run(NAME, OriginateSettings, originate)
