"""`collector topics`"""

import asyncio
from typing import Annotated

import typer

from deploy.cli.tables import Output, deliver
from deploy.home import prepare_environment
from deploy.topics import TopicSettings, ensure, growth
from schemas.errors import StopWorker
from schemas.runtime.settings import read
from schemas.topics import TOPICS

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
    outcomes = asyncio.run(ensure(settings.kafka_bootstrap_servers, settings.kafka_replication, alter=alter, topics=wanted))
    rows = [
        {"topic": topic.name, "partitions": topic.partitions, "key": topic.key, "outcome": outcomes[topic.name]}
        for topic in TOPICS
    ]
    deliver("Topics", rows, output, empty="none")
