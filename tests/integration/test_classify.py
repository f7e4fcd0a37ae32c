"""`classify` on the real broker: both orders, kill -9 in between, what is lost and revised, and a memory of three days."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from signal import SIGTERM

import orjson
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from ulid import ULID

from deploy.verify.run import VerifySettings, verify
from processors.classify.stage import CLASSIFY
from processors.keyed.restore import restore
from processors.keyed.rounds import READ
from schemas.calls import Call, CallPlaced, call_key
from schemas.codec import decode, encode
from schemas.evidence import Evidence
from schemas.keys import debtor_key, partition_of
from schemas.runtime import kafka
from schemas.runtime.kafka import Message, publish
from schemas.topics import CALLS, DEAD, EVIDENCE, KEYED_PARTITIONS, PLACED
from tests.integration.pipeline import Worker, contents, eventually, reset, running

pytestmark = pytest.mark.integration

MANY = 60


def placed(instance: str, number: int, ago: timedelta = timedelta(0)) -> CallPlaced:
    at = datetime.now(UTC) - ago
    return CallPlaced(
        attempt=str(ULID.from_datetime(at)),
        instance=instance,
        code=str(number),
        number="+5582999990001",
        at=at,
        answer="ringing",
    )


def gone(call: CallPlaced, cause: str) -> Evidence:
    return Evidence(
        instance=call.instance,
        code=call.code,
        attempt=call.attempt,
        witness="ari",
        piece="event",
        fields={"type": "ChannelDestroyed", "cause": cause},
        seen_at=datetime.now(UTC),
    )


def home(instance: str, number: int) -> int:
    return partition_of(debtor_key(instance, str(number)), KEYED_PARTITIONS)


async def put(sender: AIOKafkaProducer, *events: CallPlaced | Evidence) -> None:
    for one in events:
        topic = PLACED if isinstance(one, CallPlaced) else EVIDENCE
        await publish(sender, topic.name, home(one.instance, int(one.code)), [Message(one.key, encode(one), [])])


async def calls(servers: str, instance: str) -> dict[str, Call]:
    """The newest state of each, by the debtor's code."""
    found = [decode(Call, value) for _, value in await contents(servers, CALLS, instance) if value is not None]
    return {call.code: call for call in found}


async def dead(servers: str, instance: str) -> list[bytes]:
    return [key for key, _ in await contents(servers, DEAD, instance)]


async def test_joined_in_both_orders_across_a_kill_and_revised_by_what_comes_later(
    servers: str, sender: AIOKafkaProducer, env: Mapping[str, str], prefix: str, tmp_path: Path
) -> None:
    """Half are placed first, half are heard of first; the worker dies between the two."""
    made = [placed(prefix, n) for n in range(MANY)]
    heard = [gone(one, "17") for one in made]

    async def told(count: int, *outcomes: str | None) -> bool:
        found = (await calls(servers, prefix)).values()
        return len(found) == count and {one.outcome for one in found} == set(outcomes)

    with running(CLASSIFY.name, env, tmp_path) as worker:
        await put(sender, *made[::2], *heard[1::2])
        await eventually(lambda: told(MANY, None, "busy"), "a state of each")
        worker.kill()
        await put(sender, *heard[::2], *made[1::2])
        worker.start()

        async def whole() -> bool:
            found = (await calls(servers, prefix)).values()
            return all((one.placed, one.outcome, one.number) == (True, "busy", "+5582999990001") for one in found)

        await eventually(whole, "both halves of each")
        states = len(await contents(servers, CALLS, prefix))
        assert states == 2 * MANY  # what was heard twice, or read twice, is published once
        await put(sender, *heard, *made)
        await put(sender, *(gone(one, "1") for one in made))
        await eventually(lambda: told(MANY, "invalid_number"), "the revision")
        assert len(await contents(servers, CALLS, prefix)) == states + MANY
        assert await dead(servers, prefix) == []

        settings = VerifySettings(
            kafka_bootstrap_servers=servers, mongo_uri=env["MONGO_URI"], mongo_database=env["MONGO_DATABASE"]
        )
        silent = placed(prefix, MANY, timedelta(hours=1))
        await put(sender, silent)
        await eventually(lambda: told(MANY + 1, "invalid_number", "lost"), "one that is lost by time")
        same = await verify(settings, prefix)
        assert (same.differences, same.compared["calls"], same.behind[CLASSIFY.name]) == ([], MANY + 1, 0)
        wrong = (await calls(servers, prefix))["7"].model_copy(update={"outcome": "human"})
        await publish(sender, CALLS.name, home(prefix, 7), [Message(wrong.key, encode(wrong), [])])
        [found] = (await verify(settings, prefix)).differences
        assert (found.field, found.expected, found.found) == ("outcome", "invalid_number", "human")
        assert found.code == f"7:{made[7].attempt}"


async def test_lost_once_and_revised_and_too_late_is_a_letter_and_a_reset_group_writes_none(
    servers: str, sender: AIOKafkaProducer, env: Mapping[str, str], prefix: str, tmp_path: Path
) -> None:
    # in one partition: its next state tells that the letters' records were read
    numbers = (n for n in range(4, 1_000) if home(prefix, n) == home(prefix, 1))
    silent, forgotten = placed(prefix, 1, timedelta(hours=1)), placed(prefix, next(numbers), timedelta(days=3, minutes=5))

    async def outcome(name: str) -> bool:
        found = await calls(servers, prefix)
        return "1" in found and found["1"].outcome == name

    async def buried(count: int) -> bool:
        return len(await dead(servers, prefix)) == count

    with running(CLASSIFY.name, env, tmp_path) as worker:
        await put(sender, silent, forgotten, gone(forgotten, "16"))
        await eventually(lambda: outcome("lost"), "that it is lost")
        await eventually(lambda: buried(2), "two letters")
        await put(sender, gone(silent, "19"))
        await eventually(lambda: outcome("no_answer"), "the revision")
        assert worker.kill(SIGTERM) == 0

        await eventually(
            lambda: reset(servers, CLASSIFY.name, CLASSIFY.sources), "the reset, once the group's member is forgotten"
        )
        worker.start()
        later = placed(prefix, 3)
        await put(sender, later, gone(later, "17"))
        await eventually(lambda: _has(servers, prefix, worker), "the work after the reset")

    outcomes = [decode(Call, value).outcome for key, value in await contents(servers, CALLS, prefix) if key == silent.key]
    assert outcomes == [None, "lost", "no_answer"]
    assert sorted(await calls(servers, prefix)) == ["1", "3"]
    assert sorted(await dead(servers, prefix)) == sorted([forgotten.key, gone(forgotten, "16").key])


async def _has(servers: str, prefix: str, worker: Worker) -> bool:
    assert worker.process.poll() is None, worker.log.read_text()[-2000:]
    return (found := (await calls(servers, prefix)).get("3")) is not None and found.outcome == "busy"


async def test_positions_are_found_before_all_that_is_remembered(servers: str, prefix: str) -> None:
    """On the real broker, with the marks of its transactions: written four days ago, and nothing since."""
    now = datetime.now(UTC)
    number, old = 0, now - timedelta(days=4)
    stage = replace(CLASSIFY, output=replace(CALLS, name=f"{prefix}.call"))
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    await admin.start()
    await admin.create_topics([NewTopic(stage.output.name, KEYED_PARTITIONS, 1, topic_configs=dict(CALLS.config))])
    await admin.close()
    home = next(str(n) for n in range(100) if partition_of(debtor_key("norte", str(n)), KEYED_PARTITIONS) == number)
    writer = AIOKafkaProducer(bootstrap_servers=servers, transactional_id=prefix)
    await writer.start()
    try:
        for n in range(20):
            attempt = str(ULID.from_datetime(old + timedelta(seconds=n)))
            call = Call(instance="norte", code=home, attempt=attempt, version=n, at=old)
            async with writer.transaction():
                await writer.send(
                    stage.output.name,
                    encode(call),
                    call_key("norte", home, attempt),
                    partition=number,
                    timestamp_ms=round(old.timestamp() * 1000),
                    headers=[(READ, orjson.dumps({EVIDENCE.name: n + 1}))],
                )
    finally:
        await writer.stop()
    reader = kafka.reader(servers)
    await reader.start()
    try:
        later = await restore(stage, number, reader, lambda: None, now)
        then = await restore(stage, number, reader, lambda: None, old + timedelta(days=1))
    finally:
        await reader.stop()

    assert (later.states, later.read) == ({}, {EVIDENCE.name: 20})
    assert (len(then.states), then.read) == (20, {EVIDENCE.name: 20})
