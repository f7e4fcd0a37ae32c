"""The stage `cdr-poller`: what every PABX says of our calls, heard and read by one of the pollers that there are.

One PABX that is away never delays another, and what befalls one's writer is its own concern.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from producers.cdr.attempts import Attempts
from producers.cdr.lease import Gain
from producers.cdr.memory import STAGE
from producers.cdr.serving import Server, read_as
from producers.cdr.settings import CdrSettings
from producers.cdr.shared import Shared, pabxes, turn_of
from producers.held.following import as_member, hold
from producers.held.keeper import Keeper
from producers.held.listed import Listed
from producers.held.turns import Turns
from schemas.runtime import mongo
from schemas.runtime.clock import now
from schemas.runtime.key_checks import check_keys
from schemas.runtime.process import run
from schemas.topics import EVIDENCE


async def follow(settings: CdrSettings, database: mongo.Database, turns: Turns, clock: Callable[[], datetime] = now) -> None:
    """Hear each PABX as instances are added, changed, removed and shared out, within 5 s. It joins `turns`.

    Raises RetryLater or KafkaError where the pollers' group does not work.
    """
    listed = Listed(database)
    gain = Gain(settings.kafka_bootstrap_servers, clock)
    attempts = Attempts(database)
    serving = Server(settings.collector_secret_key, attempts, clock)
    keeper = Keeper(gain, serving.serve, read_as, noun="pabx")

    def wanted() -> Mapping[str, Shared]:
        attempts.keep(listed.names)
        gain.shared = pabxes(listed.valid.values())
        return {address: one for address, one in gain.shared.items() if turn_of(address) in turns.held}

    await hold("the list of PABX", listed, turns, keeper, wanted)


async def poll(settings: CdrSettings) -> None:
    """Run until cancelled. Raises RetryLater where the broker cannot be reached."""
    servers = settings.kafka_bootstrap_servers
    database = mongo.connect(settings)
    await check_keys(database, settings)
    turns = Turns(servers, STAGE, EVIDENCE)
    await as_member(servers, turns, follow(settings, database, turns))


def main() -> None:
    """Entry of the stage."""
    run(STAGE, CdrSettings, poll)
