"""A replay forgotten: its collection, its topics, its group; its document last, so that a cut drop is run again."""

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError, UnknownTopicOrPartitionError, for_code

from deploy.clients import admin, database
from deploy.replay.plan import Replay, droppable
from deploy.replay.run import ReplaySettings, entered
from schemas.errors import StopWorker
from schemas.runtime.kafka import reader
from schemas.runtime.settings import MongoSettings
from schemas.views import REPLAYS


async def listed(settings: MongoSettings) -> list[Replay]:
    """All, the oldest first. Raises StopWorker."""
    async with database(settings) as store:
        return [Replay.of(one) async for one in store[REPLAYS].find().sort("begun")]


async def drop(settings: ReplaySettings, name: str) -> None:
    """Raises StopWorker where there is none, or where it is half promoted."""
    async with database(settings) as store:
        plan = await entered(store, name, "dropping", droppable)
        await store[plan.collection].drop()
        if plan.is_folded:
            await _forget_offsets(settings.kafka_bootstrap_servers, plan)
            async with admin(settings.kafka_bootstrap_servers) as client:
                answer = await client.delete_topics([topic.name for topic in plan.topics])
                for topic, code in answer.topic_error_codes:
                    if code and for_code(code) is not UnknownTopicOrPartitionError:
                        raise StopWorker(f"Kafka does not delete {topic} ({for_code(code).__name__}): run it again")
        await store[REPLAYS].delete_one({"_id": name})


async def _forget_offsets(servers: str, plan: Replay) -> None:
    """Kafka forgets a group after a week, aiokafka deletes none: another replay of the name must not go on from there."""
    own = reader(servers, plan.group)
    try:
        await own.start()
        places = [TopicPartition(topic.name, number) for topic in plan.sources for number in range(topic.partitions)]
        own.assign(places)
        await own.commit(dict.fromkeys(places, 0))
    except KafkaError as exc:
        raise StopWorker(f"Kafka does not reset the group {plan.group} ({type(exc).__name__}): run it again") from exc
    finally:
        await own.stop()
