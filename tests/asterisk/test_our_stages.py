"""Two hundred calls of a real Asterisk through `cdr-poller` and `classify`: every outcome as the network knows it."""

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaProducer
from pymongo import MongoClient
from ulid import ULID

from deploy.topics import ensure
from processors.classify.stage import again, fold
from schemas.attempts import ATTEMPTS, Outcome
from schemas.calls import Call, CallPlaced
from schemas.codec import decode, encode
from schemas.evidence import Evidence
from schemas.keys import debtor_key, partition_of
from schemas.pabx import Ari, CsvRecords, Pabx
from schemas.runtime.kafka import Message, producer, publish
from schemas.runtime.secrets import seal
from schemas.topics import CALLS, EVIDENCE, PLACED
from schemas.views import INSTANCES
from tests.asterisk import far
from tests.asterisk.driving import RING_S, drive, numbers
from tests.asterisk.lab import Lab
from tests.integration.installed import ERP, KEY
from tests.integration.pipeline import contents, eventually, running
from tests.strategies import instance
from tests.unit.records import of

pytestmark = pytest.mark.integration

CALLS_PLACED, PER_SECOND = 200, 5
LONG_AFTER = timedelta(hours=2)
UNTOLD_BY_RECORDS: Mapping[Outcome, Outcome] = {"invalid_number": "no_answer"}
"""A call record says NO ANSWER of a number that does not exist: only the hang-up cause tells."""


class Told(NamedTuple):
    """`real`: by attempt, what the network did; `calls`: what our stages say; `evidence`: all that they heard."""

    real: Mapping[str, Outcome]
    calls: Mapping[str, Call]
    evidence: Mapping[str, list[Evidence]]
    placed: Mapping[str, CallPlaced]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def told(lab: Lab, kafka: str, mongo_uri: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Told]:
    name, folder = f"t{str(ULID()).lower()[-12:]}", tmp_path_factory.mktemp("stages")
    await ensure(kafka, 1)
    dialled = numbers(CALLS_PLACED)
    ids = {number: str(ULID()) for number in dialled}
    placed = {
        ids[number]: CallPlaced(
            attempt=ids[number],
            instance=name,
            code=str(place),
            number=f"+55{number}",
            at=datetime.now(UTC),
            answer="ringing",
            ring_seconds=RING_S,
        )
        for place, number in enumerate(dialled)
    }
    with MongoClient[dict[str, object]](mongo_uri) as client:
        store = client[name]
        store[INSTANCES].insert_one(listed(name, lab))
        store[ATTEMPTS].insert_many([{"_id": one.attempt, "instance": name, "code": one.code} for one in placed.values()])
        sender = producer(kafka)
        await sender.start()
        await publish_all(sender, placed)
        await sender.stop()
        env = {"KAFKA_BOOTSTRAP_SERVERS": kafka, "MONGO_URI": mongo_uri, "MONGO_DATABASE": name}
        with running("cdr-poller", env, folder), running("classify", env, folder):
            await eventually(lambda: listened_to(lab), "the poller listens to the PABX")
            await drive(lab.near, dialled, PER_SECOND, ids)
            await eventually(lambda: all_ended(kafka, name), f"{CALLS_PLACED} calls with an outcome and both witnesses")
        real = {ids[number]: visits[0].outcome for number, visits in far.read(lab.far_log).items() if number in ids}
        evidence = defaultdict(list)
        for one in await evidence_of(kafka, name):
            evidence[one.attempt].append(one)
        yield Told(real, await calls_of(kafka, name), evidence, placed)
        client.drop_database(name)


def listed(name: str, lab: Lab) -> dict[str, object]:
    control = Ari.model_validate({"url": lab.near.url, "user": lab.near.user, "password": seal(lab.near.password, KEY)})
    records = CsvRecords(path=str(lab.near.csv), zone="UTC")
    made = instance(name=name, erp=ERP, pabx=Pabx(control=control, context="collection", records=records))
    return {"_id": name, **made.model_dump(mode="json")}


async def publish_all(sender: AIOKafkaProducer, placed: Mapping[str, CallPlaced]) -> None:
    for one in placed.values():
        partition = partition_of(debtor_key(one.instance, one.code), PLACED.partitions)
        await publish(sender, PLACED.name, partition, [Message(one.key, encode(one), [])])


async def listened_to(lab: Lab) -> bool:
    async with lab.near.client() as client:
        applications = (await client.get("/applications")).json()
    return any(one["name"].startswith("collector-") for one in applications)


async def calls_of(servers: str, name: str) -> dict[str, Call]:
    return {
        call.attempt: call for _, value in await contents(servers, CALLS, name) if value for call in [decode(Call, value)]
    }


async def evidence_of(servers: str, name: str) -> list[Evidence]:
    return [decode(Evidence, value) for _, value in await contents(servers, EVIDENCE, name)]


async def all_ended(servers: str, name: str) -> bool:
    calls = await calls_of(servers, name)
    return len(calls) == CALLS_PLACED and all(
        call.outcome and {"ari", "csv"} <= set(call.heard.witnesses) for call in calls.values()
    )


def alone(told: Told, witness: str) -> dict[str, Outcome | None]:
    """What would be known if nobody else had spoken."""
    found: dict[str, Outcome | None] = {}
    for attempt, placed in told.placed.items():
        records = [of(PLACED.name, placed.key, placed)]
        records += [of(EVIDENCE.name, one.key, one) for one in told.evidence[attempt] if one.witness == witness]
        state = fold(placed.key, None, records, placed.at).state
        assert state is not None
        later = again(placed.key, state, placed.at + LONG_AFTER)
        found[attempt] = decode(Call, later.state if later.changed and later.state else state).outcome
    return found


def test_every_outcome_is_the_networks(told: Told) -> None:
    assert len(told.real) == CALLS_PLACED
    assert {attempt: call.outcome for attempt, call in told.calls.items()} == told.real


def test_the_websocket_alone_would_do(told: Told) -> None:
    assert alone(told, "ari") == told.real


def test_the_call_records_alone_tell_all_but_a_number_that_does_not_exist(told: Told) -> None:
    assert alone(told, "csv") == {attempt: UNTOLD_BY_RECORDS.get(outcome, outcome) for attempt, outcome in told.real.items()}
