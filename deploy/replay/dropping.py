"""A replay forgotten: its collection, its topics, its group; its document last, so that a cut drop is run again."""

from aiokafka.errors import UnknownTopicOrPartitionError, for_code

from deploy.clients import admin, database
from deploy.replay.plan import REPLAYS, Replay
from deploy.replay.run import ReplaySettings, named
from schemas.errors import StopWorker
from schemas.runtime.settings import MongoSettings


async def listed(settings: MongoSettings) -> list[Replay]:
    """All, the oldest first. Raises StopWorker."""
    async with database(settings) as store:
        return [Replay.of(one) async for one in store[REPLAYS].find().sort("begun")]


async def drop(settings: ReplaySettings, name: str) -> None:
    """Raises StopWorker where there is none, or where it is half promoted."""
    async with database(settings) as store:
        plan = await named(store, name)
        if plan.state == "promoting":
            raise StopWorker(f"{name} is half promoted: finish it, `collector replay --promote {name}`")
        await store[plan.collection].drop()
        if plan.is_folded:
            async with admin(settings.kafka_bootstrap_servers) as client:
                answer = await client.delete_topics([topic.name for topic in plan.topics])
                for topic, code in answer.topic_error_codes:
                    if code and for_code(code) is not UnknownTopicOrPartitionError:
                        raise StopWorker(f"Kafka does not delete {topic} ({for_code(code).__name__}): run it again")
                await client.delete_consumer_groups([plan.group])
        await store[REPLAYS].delete_one({"_id": name})
