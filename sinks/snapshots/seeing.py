"""What `/metrics` of the stage `snapshots` shows beside its own: MongoDB, brokers and disks are asked on each scrape.

In the thread that answers, over a client of its own. Who does not answer in time has no series: no number is made up, and
none is shown that was true once.
"""

import shutil
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pymongo
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from pydantic import Field, ValidationError
from pymongo import MongoClient
from pymongo.errors import PyMongoError
from pymongo.synchronous.database import Database

from schemas.instances import Instance
from schemas.runtime.clock import now
from schemas.runtime.kafka_login import tls
from schemas.runtime.metrics import Sample, families
from schemas.runtime.mongo import READ_WHATEVER_IT_IS
from schemas.runtime.peers import address
from schemas.runtime.settings import KafkaSettings, MongoSettings
from schemas.views import DEAD_LETTERS, EPOCHS, INSTANCES, REPLAYS, SNAPSHOTS, UNSETTLED, Document
from sinks.snapshots import facts
from sinks.snapshots.broker_disks import rooms

WITHIN_S = 3.0
"""For all questions to MongoDB together, and for those to all brokers: a third of what Prometheus waits, so that two who ask
at once get their answers too.
"""
BY_FIELD: list[Mapping[str, Any]] = [
    {"$match": UNSETTLED},
    {"$group": {"_id": {"stage": "$stage", "field": "$field"}, "letters": {"$sum": 1}}},
]


class SeeingSettings(KafkaSettings, MongoSettings):
    """`BACKUP_FOLDER`: where backups lie, seen from this process. `COLLECTOR_HOME`: whose disk is this machine's."""

    backup_folder: Path | None = None
    collector_home: Path = Field(default=Path(".collector"))


class Seeing(Collector):
    """Asked by one scrape at a time; another one that waits too long for its turn finds nothing of MongoDB."""

    def __init__(self, settings: SeeingSettings) -> None:
        self._settings = settings
        self._context = tls()
        self._client: MongoClient[Document] | None = None
        self._turn = threading.Lock()

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """One family for each metric that is known just now."""
        return families([*self._of_mongo(), *self._of_disks()])

    def _of_mongo(self) -> list[Sample]:
        if not self._turn.acquire(timeout=WITHIN_S):
            return [Sample("collector_facts_read", (), 0)]
        try:
            with pymongo.timeout(WITHIN_S):
                return [*_told(self._database()), Sample("collector_facts_read", (), 1)]
        except PyMongoError:
            return [Sample("collector_facts_read", (), 0)]
        finally:
            self._turn.release()

    def close(self) -> None:
        """Give the connection back."""
        if self._client is not None:
            self._client.close()

    def _database(self) -> Database[Document]:
        if self._client is None:
            self._client = MongoClient(
                self._settings.mongo_uri, maxPoolSize=1, serverMonitoringMode="poll", **READ_WHATEVER_IT_IS
            )
        return self._client[self._settings.mongo_database]

    def _of_disks(self) -> Iterator[Sample]:
        servers = self._settings.kafka_bootstrap_servers.split(",")
        for server in servers:
            with suppress(OSError, ValueError):
                for room in rooms(address(server), WITHIN_S / len(servers), self._context):
                    yield from facts.disk(f"Kafka {server} {room.folder}", room.free, room.size)
        yield from _here("this machine", _there(self._settings.collector_home))
        if (folder := self._settings.backup_folder) is not None:
            yield from _here("backups", folder)
            with suppress(OSError):
                yield facts.backed_up([one.name for one in folder.iterdir()] if folder.exists() else [], now())


def _there(folder: Path) -> Path:
    return folder if folder.exists() else Path(folder.absolute().root)


def _here(name: str, folder: Path) -> Iterator[Sample]:
    with suppress(OSError):
        usage = shutil.disk_usage(folder)
        yield from facts.disk(name, usage.free, usage.total)


def _told(database: Database[Document]) -> Iterator[Sample]:
    """Raises PyMongoError."""
    known = dict(_instances(database))
    yield from facts.sweeps(database["sweeps"].find({"phase": "completed", "instance": {"$exists": True}}), known)
    yield from facts.letters(database[DEAD_LETTERS].aggregate(BY_FIELD))
    yield from facts.left(database[EPOCHS].find())
    yield from facts.replayed(database[REPLAYS].find())
    yield from facts.newest(dict(_newest(database, known)))
    stats = database.command("dbStats")
    size, used = float(stats.get("fsTotalSize", 0)), float(stats.get("fsUsedSize", 0))
    yield from facts.disk("MongoDB", size - used, size)


def _instances(database: Database[Document]) -> Iterator[tuple[str, Instance]]:
    """Those that are valid."""
    for document in database[INSTANCES].find():
        name = str(document.pop("_id"))
        with suppress(ValidationError):
            yield name, Instance.model_validate(document, extra="ignore")


def _newest(database: Database[Document], known: Mapping[str, Any]) -> Iterator[tuple[str, datetime]]:
    """A row that knows nothing is none."""
    look = partial(database[SNAPSHOTS].find_one, projection={"at": 1}, sort=[("at", -1)])
    for name in known:
        row = look({"instance": name, "known": {"$ne": []}})
        if row is not None and isinstance(row["at"], datetime):
            yield name, row["at"]
