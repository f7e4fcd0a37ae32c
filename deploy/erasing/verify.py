"""`collector erase --verify`: every topic and every collection read once for what tells of a person."""

from functools import lru_cache
from typing import cast

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError
from bson.raw_bson import RawBSONDocument

from deploy.backup.write import AS_THEY_ARE
from deploy.clients import database, no_broker
from deploy.erasing.finding import EraseSettings, Person, asked
from deploy.erasing.hits import Hits
from deploy.erasing.whose import mention
from deploy.replay.plan import Replay
from schemas.runtime.key_checks import check_keys
from schemas.runtime.mongo import Database
from schemas.runtime.reading import read_through
from schemas.runtime.secrets import person_hash
from schemas.suppression import SUPPRESSED, client_text
from schemas.topics import TOPICS, Topic
from schemas.views import REPLAYS

OF_THE_SERVER = "system."
DEBTORS_KEPT = 500_000


async def verify(settings: EraseSettings, whom: Person) -> Hits:
    """Reads only. Raises StopWorker."""
    key = settings.collector_person_key
    async with database(settings) as store:
        await check_keys(store, settings)
        listed = {str(one["_id"]) async for one in store[SUPPRESSED].find({"person": whom.hash}, {"_id": 1})}
        clients = (await asked(settings, store, whom, listed)).clients
        theirs = {(name, code) for name, codes in clients.items() for code in codes}

        @lru_cache(DEBTORS_KEPT)
        def is_theirs(name: str, code: str) -> bool:
            return (name, code) in theirs or (bool(listed) and person_hash(client_text(name, code), key) in listed)

        topics = [*settings.as_set(TOPICS), *await _of_replays(store)]
        hits = Hits(whom.signs, is_theirs, topics)
        tps = [TopicPartition(topic.name, number) for topic in topics for number in range(topic.partitions)]
        try:
            await read_through(settings.kafka_bootstrap_servers, tps, hits.note)
        except KafkaError as exc:
            raise await no_broker(settings.kafka_bootstrap_servers, exc) from exc
        mentions = mention(clients)
        for name in sorted(await store.list_collection_names()):
            if not name.startswith(OF_THE_SERVER):
                collection = store.get_collection(name, codec_options=AS_THEY_ARE)
                async for one in collection.find():
                    hits.look(name, bytes(cast("RawBSONDocument", one).raw), one, mentions)
    return hits


async def _of_replays(store: Database) -> list[Topic]:
    return [topic async for one in store[REPLAYS].find() for topic in Replay.of(one).topics]
