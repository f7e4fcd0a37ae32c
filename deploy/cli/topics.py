"""`collector topics`"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated

import typer

from deploy.cli.tables import Output, deliver
from deploy.clients import database
from deploy.home import prepare_environment
from deploy.topics import Outcome, TopicSettings, ensure, growth, settings_of
from deploy.whole import lengthened, write_down
from schemas.errors import StopWorker
from schemas.runtime.clock import now
from schemas.runtime.settings import MongoSettings, read
from schemas.topics import TOPICS, Topic

EXAMPLE = "Example: KAFKA_REPLICATION=3 collector topics"

Alter = Annotated[bool, typer.Option("--alter", help="Set settings that differ; ones added by hand go back to the default.")]


Grow = Annotated[
    int | None,
    typer.Option("--grow", min=1, metavar="N", help="Why topics cannot have N partitions, and what to do instead."),
]


def topics(alter: Alter = False, grow: Grow = None, output: Output = None) -> None:
    """Create every topic, or verify it: partitions, copies and settings."""
    if grow is not None:
        raise StopWorker(growth(grow))
    prepare_environment()
    settings = read(TopicSettings)
    wanted = settings.as_set(TOPICS)
    outcomes = asyncio.run(ensured(settings, wanted, alter=alter))
    rows = [
        {"topic": topic.name, "partitions": topic.partitions, "key": topic.key, "outcome": outcomes[topic.name]}
        for topic in TOPICS
    ]
    deliver("Topics", rows, output, empty="none")


async def ensured(settings: TopicSettings, wanted: Sequence[Topic], *, alter: bool) -> Mapping[str, Outcome]:
    """See `ensure`; of topics that are kept for longer from now on it is written down first since when they are whole."""
    servers = settings.kafka_bootstrap_servers
    if alter and (whole := lengthened(wanted, await settings_of(servers, wanted), now())):
        async with database(read(MongoSettings)) as store:
            await write_down(store, whole)
    return await ensure(servers, settings.kafka_replication, alter=alter, topics=wanted)
