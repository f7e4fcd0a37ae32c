"""Dead letters put back, once: each is marked in MongoDB, then sent, then marked as sent.

Whoever dies in between leaves a mark without `sent_at`: nobody knows then whether the record went out, and nothing is sent
again by itself. The letter is still listed, and is retried only by somebody who says so (`again`).
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from pydantic import SecretStr

from deploy.clients import database, no_broker
from deploy.letters.rows import ask
from deploy.letters.standing import Standing
from deploy.letters.standing import read as read_standing
from deploy.whose_letter import whose
from schemas.errors import RetryLater, StopWorker
from schemas.instances import Instance
from schemas.letters import (
    SETTLES,
    Answer,
    InErp,
    InTopic,
    Obstacle,
    Retried,
    headers_of,
    in_order,
    judged,
    may_retry,
    way_back,
)
from schemas.runtime.clock import now
from schemas.runtime.kafka import Message, producer, publish
from schemas.runtime.mongo import Collection, instances
from schemas.runtime.settings import KafkaSettings, MongoSettings, SecretSettings
from schemas.views import DEAD_LETTERS, UNSETTLED

Letter = Mapping[str, Any]


class RetrySettings(KafkaSettings, MongoSettings, SecretSettings):
    """Broker, database, and the keys that open the ERPs' secrets."""


async def retry(settings: RetrySettings, names: Sequence[str], by: str, *, again: bool = False) -> dict[str, Answer]:
    """What came of each letter, by its `_id`. `by`: who asks. Raises StopWorker where broker or database cannot be asked."""
    async with database(settings) as store:
        letters = await store[DEAD_LETTERS].find({"_id": {"$in": list(names)}}).to_list()
        valid, _ = await instances(store)
        ways = [way_back(str(one["stage"]), str(one["place"])) for one in letters]
        standing = await read_standing(settings.kafka_bootstrap_servers, [way for way in ways if isinstance(way, InTopic)])
        found: dict[str, Answer] = dict.fromkeys(names, Answer("gone"))
        async with _sender(settings.kafka_bootstrap_servers) as sender:
            run = _Run(store[DEAD_LETTERS], sender, standing, valid, settings.collector_secret_key, by, again)
            for letter in in_order(letters):
                found[str(letter["_id"])] = await run.one(letter)
    return found


@asynccontextmanager
async def _sender(servers: str) -> AsyncIterator[AIOKafkaProducer]:
    """Without a fence: what is put back names its own place, by which stages know whether it still counts."""
    sender = producer(servers)
    try:
        await sender.start()
        yield sender
    except KafkaError as exc:
        raise await no_broker(servers, exc) from exc
    finally:
        await sender.stop()


@dataclass(slots=True)
class _Run:
    """One retry of some letters. `settled`: by now, also those of other stages about the same record."""

    letters: Collection
    sender: AIOKafkaProducer
    standing: Standing
    valid: Mapping[str, Instance]
    secrets: SecretStr
    by: str
    again: bool
    settled: set[str] = field(default_factory=set)

    async def one(self, letter: Letter) -> Answer:
        name, place = str(letter["_id"]), str(letter["place"])
        if name in self.settled:
            return Answer("sent")
        way = way_back(str(letter["stage"]), place)
        refused = may_retry(letter, again=self.again)
        if refused or not isinstance(way, InTopic | InErp):
            return Answer(refused or cast("Obstacle", way))
        instance = self.valid.get(whose(letter["key"], place).instance)
        if instance is None:
            return Answer("no_instance")
        return await (self._back(letter, way) if isinstance(way, InTopic) else self._asked(letter, way, instance))

    async def _asked(self, letter: Letter, way: InErp, instance: Instance) -> Answer:
        said = await ask(instance, way, letter["value"], self.secrets)
        if said.done in SETTLES:
            at = now()
            mark = Retried(at=at, by=self.by, sent_at=at)
            await self.letters.update_one({"_id": letter["_id"], **UNSETTLED}, {"$set": {"retried": mark.model_dump()}})
        return said

    async def _back(self, letter: Letter, way: InTopic) -> Answer:
        """Raises StopWorker where the broker did not say that it has it: the mark stays, and says so."""
        there = self.standing.at.get(way)
        refused = judged(letter, there, newer=self.standing.newer(way, letter["key"] and bytes(letter["key"])))
        if refused or there is None:
            return Answer(refused or "expired")
        mark = Retried(at=now(), by=self.by)
        before = {"_id": letter["_id"], **UNSETTLED, "retried": letter.get("retried")}
        if not (await self.letters.update_one(before, {"$set": {"retried": mark.model_dump()}})).modified_count:
            return Answer("already")  # somebody else was a moment faster
        message = Message(there.key, there.value, headers_of(there, str(letter["place"])))
        try:
            await publish(self.sender, way.topic, way.partition, [message])
        except RetryLater as exc:
            raise StopWorker(f"{exc}: whether {letter['place']} is back is unclear, and it says so in the list") from exc
        sent = mark.model_copy(update={"sent_at": now()}).model_dump()
        for name in await self._of_the_same_record(letter):
            await self.letters.update_one({"_id": name, "discarded": None}, {"$set": {"retried": sent}})
            self.settled.add(name)
        return Answer("sent")

    async def _of_the_same_record(self, letter: Letter) -> list[str]:
        """Letters that other stages wrote about it too, who all read it again."""
        same = await self.letters.find({"place": letter["place"], **UNSETTLED}, {"stage": 1, "place": 1}).to_list()
        return [str(one["_id"]) for one in same if isinstance(way_back(str(one["stage"]), str(one["place"])), InTopic)]
