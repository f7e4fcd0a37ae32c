"""Wiring: a Faust app for one keyed stage. Decisions are in the stage's pure modules."""

import tempfile
from pathlib import Path

import faust

from processors.keyed.batches import BatchTransport
from processors.keyed.memory import StateTable
from processors.keyed.stage import KeyedStage
from schemas.runtime.kafka import HEARTBEAT_MS, SESSION_MS
from schemas.runtime.settings import KafkaSettings

FETCH_RECORDS = 5_000
BUFFERED_BATCHES = 64
COMMIT_EVERY_S = 1.0


def make_app(stage: KeyedStage, settings: KafkaSettings) -> tuple[faust.App, StateTable]:
    """The app and its table. The table's changelog *is* the stage's output topic."""
    app = faust.App(
        stage.name,
        broker=[f"kafka://{server}" for server in settings.kafka_bootstrap_servers.split(",")],
        topic_allow_declare=False,  # `collector topics` makes them, with the settings of schemas.topics
        topic_disable_leader=True,
        web_enabled=False,
        consumer_group_instance_id=f"{stage.name}-{settings.worker_name}",
        broker_session_timeout=SESSION_MS / 1000,
        broker_heartbeat_interval=HEARTBEAT_MS / 1000,
        broker_commit_interval=COMMIT_EVERY_S,
        broker_max_poll_records=FETCH_RECORDS,
        consumer_auto_offset_reset="earliest",
        stream_buffer_maxsize=BUFFERED_BATCHES,
        stream_wait_empty=False,
        stream_recovery_delay=0,
        table_standby_replicas=0,
        store="memory://",
        producer_acks=-1,
        datadir=Path(tempfile.gettempdir(), "collector-faust"),  # Faust makes it; nothing of ours is kept there
    )
    app.transport = BatchTransport(app.conf.broker_consumer, app)
    output = app.topic(
        stage.output.name,
        key_type=bytes,
        value_type=bytes,
        key_serializer="raw",
        value_serializer="raw",
        partitions=stage.output.partitions,
        compacting=True,
        acks=False,
        allow_empty=True,
        maxsize=131_072,
    )
    table = StateTable(
        app,
        name=f"{stage.name}-states",
        key_type=bytes,
        value_type=bytes,
        changelog_topic=output,
        partitions=stage.output.partitions,
        use_partitioner=True,
    )
    app.tables.add(table)
    return app, table
