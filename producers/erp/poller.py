"""The stage `erp-poller`: every instance swept on its own schedule, by one of the pollers that there are.

One slow or broken ERP never delays another, and what befalls one instance's writer is that instance's own concern.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from functools import partial

import structlog
from aiokafka.errors import KafkaError
from pymongo.errors import PyMongoError

from producers.erp.beliefs import StoredBeliefs
from producers.erp.keeper import Keeper
from producers.erp.lease import gain
from producers.erp.schedule import Schedule
from producers.erp.serving import Server
from producers.erp.settings import PollerSettings
from producers.erp.source import Source
from producers.erp.sweep import Sweeper
from producers.erp.turns import Turns
from schemas.errors import RetryLater
from schemas.instances import Instance
from schemas.runtime import mongo
from schemas.runtime.clock import now
from schemas.runtime.key_checks import check_keys
from schemas.runtime.process import run
from schemas.runtime.progress import PROCESS

INSTANCES_EVERY_S = 2.0
log = structlog.get_logger()


class Listed:
    """The instances as MongoDB lists them. What is wrong is logged once."""

    def __init__(self, database: mongo.Database) -> None:
        self._database = database
        self._wrong: dict[str, str] = {}
        self._unread = ""
        self.valid: dict[str, Instance] = {}
        self.names: frozenset[str] = frozenset()
        """Also of those that are not valid here: all pollers must count the same."""

    async def look(self) -> bool:
        """Whether MongoDB answered. While it does not, those that we know go on."""
        try:
            self.valid, wrong = await mongo.instances(self._database)
        except PyMongoError as exc:
            reason = type(exc).__name__
            if reason != self._unread:
                log.warning("instances_unread", reason=reason, next="start MongoDB, or mend MONGO_URI")
            self._unread = reason
            return False
        self._unread = ""
        for name, field in wrong.items() - self._wrong.items():
            log.warning("instance_invalid", instance=name, field=field)
        self._wrong = wrong
        self.names = frozenset(self.valid.keys() | wrong.keys())
        return True


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
    keeper = Keeper(partial(gain, settings.kafka_bootstrap_servers), serving.serve)
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
    turns = Turns(servers)
    try:
        await follow(settings, database, turns)
    except KafkaError as exc:
        raise RetryLater(f"no broker at KAFKA_BOOTSTRAP_SERVERS={servers} ({type(exc).__name__})") from exc
    finally:
        await turns.stop()


def main() -> None:
    """Entry of the stage."""
    run("erp-poller", PollerSettings, poll)
