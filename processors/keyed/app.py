"""Wiring: a Faust app for one keyed stage. Decisions are in the stage's pure modules.

Faust gives the group, its assignor (which keeps the sources' partitions side by side), streams and agents. It keeps no
tables: states are ours, as its tables know neither a fence nor the positions of an aborted transaction (decision 0010).
"""

import tempfile
from pathlib import Path
from typing import Any

import faust
from faust.auth import Credentials, SASLCredentials, SSLCredentials
from faust.tables import TableManager

from processors.keyed.assignor import Assignor
from processors.keyed.batches import FETCH_RECORDS, BatchTransport
from processors.keyed.stage import KeyedStage
from schemas.runtime.kafka import HEARTBEAT_MS, SESSION_MS
from schemas.runtime.kafka_login import connection
from schemas.runtime.settings import KafkaSettings

BUFFERED_BATCHES = 64


class NoTables(TableManager):
    """Faust's own begins by sleeping for a second, in which tables may still be declared, and the group waits with it."""

    async def sleep(self, n: Any) -> None:  # noqa: ANN401 - Faust's own signature
        """There are no tables to wait for."""


def make_app(stage: KeyedStage, settings: KafkaSettings) -> faust.App:
    """The app, without an agent yet."""
    app = faust.App(
        stage.name,
        broker=[f"kafka://{server}" for server in settings.kafka_bootstrap_servers.split(",")],
        broker_credentials=_credentials(settings.kafka_bootstrap_servers),  # of its producer: the consumer is ours
        topic_allow_declare=False,  # `collector topics` makes them, with the settings of schemas.topics
        topic_disable_leader=True,
        web_enabled=False,
        consumer_group_instance_id=f"{stage.name}-{settings.worker_name}",
        broker_session_timeout=SESSION_MS / 1000,
        broker_heartbeat_interval=HEARTBEAT_MS / 1000,
        broker_max_poll_records=FETCH_RECORDS,
        consumer_auto_offset_reset="earliest",
        stream_buffer_maxsize=BUFFERED_BATCHES,
        stream_wait_empty=False,
        stream_recovery_delay=0,
        store="memory://",
        PartitionAssignor=Assignor,
        TableManager=NoTables,
        datadir=Path(tempfile.gettempdir(), "collector-faust"),  # Faust makes it; nothing of ours is kept there
    )
    app.transport = BatchTransport(app.conf.broker_consumer, app)
    return app


def _credentials(servers: str) -> Credentials | None:
    """The same as `connection` says, in Faust's words."""
    said = connection(servers)
    if "sasl_mechanism" in said:
        return SASLCredentials(
            mechanism=said["sasl_mechanism"],
            username=said["sasl_plain_username"],
            password=said["sasl_plain_password"],
            ssl_context=said["ssl_context"],
        )
    return SSLCredentials(said["ssl_context"]) if "ssl_context" in said else None
