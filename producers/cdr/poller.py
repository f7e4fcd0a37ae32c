"""The stage `cdr-poller`: what every PABX says of our calls, heard and read by one of the pollers that there are.

One PABX that is away never delays another, and what befalls one's writer is its own concern.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime

from aiokafka.errors import KafkaError

from producers.cdr.attempts import Attempts
from producers.cdr.lease import Gain
from producers.cdr.memory import STAGE
from producers.cdr.serving import Server, read_as
from producers.cdr.settings import CdrSettings
from producers.cdr.shared import pabxes, turn_of
from producers.held.keeper import Keeper
from producers.held.listed import Listed
from producers.held.turns import Turns
from schemas.errors import RetryLater
from schemas.runtime import mongo
from schemas.runtime.clock import now
from schemas.runtime.key_checks import check_keys
from schemas.runtime.process import run
from schemas.runtime.progress import PROCESS
from schemas.topics import EVIDENCE

LISTED_EVERY_S = 2.0


async def follow(settings: CdrSettings, database: mongo.Database, turns: Turns, clock: Callable[[], datetime] = now) -> None:
    """Hear each PABX as instances are added, changed, removed and shared out, within 5 s. It joins `turns`.

    Raises RetryLater or KafkaError where the pollers' group does not work.
    """
    listed = Listed(database)
    gain = Gain(settings.kafka_bootstrap_servers, clock)
    serving = Server(settings.collector_secret_key, Attempts(database), clock)
    keeper = Keeper(gain, serving.serve, read_as, noun="pabx")
    try:
        with PROCESS.loop("the list of PABX") as loop:
            while not await listed.look():  # who knows of no instances must not hold their turns
                loop.turned(within=LISTED_EVERY_S)
                await asyncio.sleep(LISTED_EVERY_S)
            await turns.start()
            while True:
                gain.shared = pabxes(listed.valid.values())
                wanted = {address: one for address, one in gain.shared.items() if turn_of(address) in turns.held}
                loop.begin()
                await keeper.keep(wanted, turns.round)
                loop.turned(within=LISTED_EVERY_S)
                await turns.wait(LISTED_EVERY_S)
                await listed.look()
    finally:
        await keeper.stop()


async def poll(settings: CdrSettings) -> None:
    """Run until cancelled. Raises RetryLater where the broker cannot be reached."""
    servers = settings.kafka_bootstrap_servers
    database = mongo.connect(settings)
    await check_keys(database, settings)
    turns = Turns(servers, STAGE, EVIDENCE)
    try:
        await follow(settings, database, turns)
    except KafkaError as exc:
        raise RetryLater(f"no broker at KAFKA_BOOTSTRAP_SERVERS={servers} ({type(exc).__name__})") from exc
    finally:
        await turns.stop()


def main() -> None:
    """Entry of the stage."""
    run(STAGE, CdrSettings, poll)
