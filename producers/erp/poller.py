"""The stage `erp-poller`: every instance swept on its own schedule, by one of the pollers that there are.

One slow or broken ERP never delays another, and what befalls one instance's writer is that instance's own concern.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from functools import partial

from aiokafka.errors import KafkaError

from producers.erp.beliefs import StoredBeliefs
from producers.erp.lease import gain
from producers.erp.letters import STAGE
from producers.erp.schedule import Schedule
from producers.erp.serving import Server, read_as
from producers.erp.settings import PollerSettings
from producers.erp.source import Source
from producers.erp.sweep import Sweeper
from producers.held.keeper import Keeper
from producers.held.listed import Listed
from producers.held.turns import Turns
from schemas.errors import RetryLater
from schemas.runtime import mongo
from schemas.runtime.clock import now
from schemas.runtime.key_checks import check_keys
from schemas.runtime.process import run
from schemas.runtime.progress import PROCESS

INSTANCES_EVERY_S = 2.0


async def follow(
    settings: PollerSettings,
    database: mongo.Database,
    turns: Turns,
    schedule: Callable[[Sweeper, Source], Schedule] = Schedule,
    clock: Callable[[], datetime] = now,
) -> None:
    """Start, restart and stop instances as they are added, changed, removed and shared out, within 5 s. It joins `turns`.

    Raises RetryLater or KafkaError where the pollers' group does not work.
    """
    listed = Listed(database)
    serving = Server(settings, StoredBeliefs(database), schedule, clock)
    keeper = Keeper(partial(gain, settings.kafka_bootstrap_servers), serving.serve, read_as)
    try:
        with PROCESS.loop("the list of instances") as loop:
            while not await listed.look():  # who knows of no instances must not hold their turns
                loop.turned(within=INSTANCES_EVERY_S)
                await asyncio.sleep(INSTANCES_EVERY_S)
            await turns.start()
            while True:
                ours = turns.mine(listed.names)
                wanted = {name: instance for name, instance in listed.valid.items() if name in ours and not instance.paused}
                loop.begin()
                await keeper.keep(wanted, turns.round)
                loop.turned(within=INSTANCES_EVERY_S)
                await turns.wait(INSTANCES_EVERY_S)
                await listed.look()
    finally:
        await keeper.stop()


async def poll(settings: PollerSettings) -> None:
    """Run until cancelled. Raises RetryLater where the broker cannot be reached."""
    servers = settings.kafka_bootstrap_servers
    database = mongo.connect(settings)
    await check_keys(database, settings)
    turns = Turns(servers, STAGE)
    try:
        await follow(settings, database, turns)
    except KafkaError as exc:
        raise RetryLater(f"no broker at KAFKA_BOOTSTRAP_SERVERS={servers} ({type(exc).__name__})") from exc
    finally:
        await turns.stop()


def main() -> None:
    """Entry of the stage."""
    run(STAGE, PollerSettings, poll)
