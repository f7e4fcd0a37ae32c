"""The stage `erp-poller`: every instance swept on its own schedule, by one of the pollers that there are.

One slow or broken ERP never delays another, and what befalls one instance's writer is that instance's own concern.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

from producers.erp.beliefs import StoredBeliefs
from producers.erp.last_told import last_told
from producers.erp.lease import gain
from producers.erp.letters import STAGE
from producers.erp.schedule import Schedule
from producers.erp.serving import Server, read_as
from producers.erp.settings import PollerSettings
from producers.erp.source import Source
from producers.erp.suppression import StoredSuppression
from producers.erp.sweep import Sweeper
from producers.held.following import as_member, hold
from producers.held.keeper import Keeper
from producers.held.listed import Listed
from producers.held.turns import Turns
from schemas.instances import Instance
from schemas.runtime import mongo
from schemas.runtime.clock import now
from schemas.runtime.key_checks import check_keys
from schemas.runtime.process import run


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
    erased = StoredSuppression(database, settings.collector_person_key, clock)
    serving = Server(settings, StoredBeliefs(database), erased, schedule, clock, told=partial(last_told, database))
    keeper = Keeper(partial(gain, settings.kafka_bootstrap_servers), serving.serve, read_as)

    def wanted() -> Mapping[str, Instance]:
        ours = turns.mine(listed.names)
        return {name: instance for name, instance in listed.valid.items() if name in ours and not instance.paused}

    await hold("the list of instances", listed, turns, keeper, wanted)


async def poll(settings: PollerSettings) -> None:
    """Run until cancelled. Raises RetryLater where the broker cannot be reached."""
    servers = settings.kafka_bootstrap_servers
    database = mongo.connect(settings)
    await check_keys(database, settings)
    turns = Turns(servers, STAGE)
    await as_member(servers, turns, follow(settings, database, turns))


def main() -> None:
    """Entry of the stage."""
    run(STAGE, PollerSettings, poll)
