"""One writer for each partition: who sleeps and wakes late writes nothing, and a state is right whatever was done to it."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from signal import SIGCONT, SIGSTOP, SIGTERM

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

from deploy.topics import ensure
from processors.hydrate.stage import HYDRATE
from schemas.codec import decode, encode
from schemas.debtor import Debtor
from schemas.errors import RejectRecord, RetryLater
from schemas.keys import debtor_key, partition_of
from schemas.runtime import kafka
from schemas.runtime.kafka import Message
from schemas.runtime.transactions import Fenced, Writer
from schemas.topics import BILLS, DEAD, DEBTORS
from tests.integration.pipeline import contents, eventually, put_rows, reset, row, running
from tests.parts import local_kafka

pytestmark = pytest.mark.integration

MANY = 3_000


async def newest(servers: str, instance: str) -> dict[str, Debtor]:
    """The last state of each debtor; who is erased is not there."""
    found: dict[str, bytes | None] = {}
    for key, value in await contents(servers, DEBTORS, instance):
        found[key.decode().split(":")[1]] = value
    return {code: decode(Debtor, value) for code, value in found.items() if value is not None}


def restored(log: Path) -> list[int]:
    """The partitions that a worker took over, in order."""
    lines = [line for line in log.read_text().splitlines() if '"event": "restored"' in line]
    return [int(json.loads(line)["partition"]) for line in lines]


async def open_bills(servers: str, instance: str) -> int:
    return sum(len(debtor.bills) for debtor in (await newest(servers, instance)).values())


async def test_opening_a_writer_fences_the_one_before_and_what_it_had_not_committed_is_never_seen(
    servers: str, prefix: str
) -> None:
    first, second = Writer(servers, prefix), Writer(servers, prefix)
    place = (DEBTORS.name, 0)
    try:
        await first.open()
        await first.write({place: [Message(f"{prefix}:1".encode(), b"old", [])]})
        await second.open()
        with pytest.raises(Fenced, match=f"taken over {prefix}"):
            await first.write({place: [Message(f"{prefix}:1".encode(), b"late", [])]})
        await second.write({place: [Message(f"{prefix}:1".encode(), None, [])]})
    finally:
        await first.close()
        await second.close()

    async def only_theirs() -> bool:  # a commit is told before its marker is written: a reader may come too early
        return [value for _, value in await contents(servers, DEBTORS, prefix)] == [b"old", None]

    await eventually(only_theirs, "what each wrote while it held the id")


async def test_what_follows_a_write_that_failed_is_not_written(servers: str, prefix: str) -> None:
    """It would leave a gap: states and offsets of a round beyond the one that is lost."""
    writer, place = Writer(servers, prefix), (DEBTORS.name, 0)
    try:
        await writer.open()
        first = asyncio.create_task(writer.write({place: [Message(f"{prefix}:1".encode(), b"first", [])]}))
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.wait({first})
        assert first.cancelled()
        with pytest.raises(RetryLater, match=f"an earlier write of {prefix} failed"):
            await writer.write({place: [Message(f"{prefix}:1".encode(), b"second", [])]})
    finally:
        await writer.close()
    assert await contents(servers, DEBTORS, prefix) == []


async def test_a_worker_that_is_paused_in_a_batch_and_wakes_late_writes_nothing_stale(
    servers: str, sender: AIOKafkaProducer, env: Mapping[str, str], prefix: str, tmp_path: Path
) -> None:
    """Everybody pays while it sleeps: before there was a fence, it opened thousands of paid bills for ever."""
    with running("hydrate", env, tmp_path) as awake, running("hydrate", env, tmp_path, "1") as sleeper:

        async def both_work() -> bool:
            await put_rows(sender, [row(prefix, "bill", f"probe{n}", f"p{n}") for n in range(60)])
            return all(one.log.exists() and "restored" in one.log.read_text() for one in (awake, sleeper))

        await eventually(both_work, "both workers at work")
        assert len(set(restored(awake.log))) == len(restored(awake.log)), "what stayed with a worker was restored again"
        before_it, own = len(restored(awake.log)), len(restored(sleeper.log))
        before = asyncio.create_task(put_rows(sender, [row(prefix, "bill", str(n), f"{n}0") for n in range(MANY)]))

        async def some_are_there() -> bool:
            return len(await contents(servers, DEBTORS, prefix)) > 60

        await eventually(some_are_there, "the first states")
        sleeper.process.send_signal(SIGSTOP)
        try:
            await before
            clients = [*(str(n) for n in range(MANY)), *(f"probe{n}" for n in range(60))]
            bills = [f"{code}0" if code.isdigit() else code.replace("probe", "p") for code in clients]
            await put_rows(
                sender, [row(prefix, "bill", code, bill, status="R") for code, bill in zip(clients, bills, strict=True)]
            )

            async def taken_over() -> bool:
                return len(restored(awake.log)) > before_it

            async def all_paid() -> bool:
                return await open_bills(servers, prefix) == 0

            await eventually(taken_over, "the other worker's take-over")
            await eventually(all_paid, "everybody's payment")
        finally:
            sleeper.process.send_signal(SIGCONT)

        async def back() -> bool:
            """It serves again as a member of the group, or it ended because somebody else writes its partitions."""
            await put_rows(
                sender, [row(prefix, "bill", "after", "after0"), row(prefix, "bill", "after", "after0", status="R")]
            )
            code = sleeper.process.poll()
            return code == 75 or len(restored(sleeper.log)) > own

        await eventually(back, "the sleeper's end, or its return")
        if sleeper.process.poll() is not None:
            assert "another process has taken over hydrate-" in sleeper.log.read_text()
            sleeper.start()
        await eventually(all_paid, "nothing but paid bills")


async def test_a_state_that_nobody_can_read_is_a_dead_letter_and_folded_again_from_the_raw_topics(
    servers: str, sender: AIOKafkaProducer, env: Mapping[str, str], prefix: str, tmp_path: Path
) -> None:
    """And one of another version stops nobody: neither its debtor nor the neighbours."""
    await put_rows(sender, [row(prefix, "bill", "1", "10"), row(prefix, "bill", "2", "20"), row(prefix, "bill", "3", "30")])

    async def all_there() -> bool:
        return len(await newest(servers, prefix)) == 3

    with running("hydrate", env, tmp_path) as worker:
        await eventually(all_there, "three states")
        assert worker.kill(SIGTERM) == 0
        for code, spoil in (
            ("1", b"{"),
            ("2", encode((await newest(servers, prefix))["2"]).replace(b"{", b'{"newer":1,', 1)),
        ):
            key = debtor_key(prefix, code)
            number = partition_of(key, DEBTORS.partitions)
            writer = Writer(servers, f"hydrate-{number}")
            await writer.open()
            await writer.write({(DEBTORS.name, number): [Message(key, spoil, [])]})
            await writer.close()
        worker.start()

        await put_rows(sender, [row(prefix, "bill", "2", "21"), row(prefix, "bill", "3", "31")])

        async def mended() -> bool:
            try:
                found = await newest(servers, prefix)
            except RejectRecord:  # the spoilt state is still the newest
                return False
            return [sorted(found[code].bills) for code in "123"] == [["10"], ["20", "21"], ["30", "31"]]

        await eventually(mended, "the same states from the raw topics")
    letters = [value for key, value in await contents(servers, DEAD, prefix) if key == debtor_key(prefix, "1")]
    assert letters == [b"{"]


async def test_a_group_that_was_reset_reads_nothing_twice(
    servers: str, sender: AIOKafkaProducer, env: Mapping[str, str], prefix: str, tmp_path: Path
) -> None:
    """Offsets that were deleted or expired: the states themselves know what they have read; none of before flickers."""
    opened = [row(prefix, "bill", str(n), f"{n}0") for n in range(200)]
    await put_rows(sender, opened)
    await put_rows(sender, [row(prefix, "bill", str(n), f"{n}0", valor_aberto="1.00") for n in range(200)])

    async def told(*cents: int) -> bool:
        found = (await newest(servers, prefix)).values()
        return len(found) == 200 and {bill.open_cents for debtor in found for bill in debtor.bills.values()} == set(cents)

    with running("hydrate", env, tmp_path) as worker:
        await eventually(lambda: told(100), "200 states")
        assert worker.kill(SIGTERM) == 0
        before = await contents(servers, DEBTORS, prefix)
        await eventually(
            lambda: reset(servers, "hydrate", HYDRATE.sources), "the reset, once the group's member is forgotten"
        )
        worker.start()
        await put_rows(sender, [row(prefix, "bill", "new", "new0", valor_aberto="1.00")])

        async def served() -> bool:
            return "new" in await newest(servers, prefix)

        await eventually(served, "the work after the reset")
    assert len(await contents(servers, DEBTORS, prefix)) == len(before) + 1


@pytest_asyncio.fixture
async def own_kafka(tmp_path: Path) -> AsyncIterator[str]:
    """A broker whose topics may be deleted."""
    async with local_kafka(tmp_path / "kafka") as servers:
        await ensure(servers, 1)
        yield servers


async def test_a_source_that_was_made_anew_is_read_from_its_beginning(
    own_kafka: str, env: Mapping[str, str], prefix: str, tmp_path: Path
) -> None:
    """Its rows stand at offsets that were read before: all of them were passed over in silence."""
    env = {**env, "KAFKA_BOOTSTRAP_SERVERS": own_kafka}
    sender = kafka.producer(own_kafka)
    await sender.start()
    with running("hydrate", env, tmp_path) as worker:
        await put_rows(sender, [row(prefix, "bill", str(n % 20), str(n)) for n in range(200)])

        async def opened(count: int) -> bool:
            return await open_bills(own_kafka, prefix) == count

        await eventually(lambda: opened(200), "200 open bills")
        assert worker.kill(SIGTERM) == 0
        await sender.stop()
        admin = AIOKafkaAdminClient(bootstrap_servers=own_kafka)
        await admin.start()
        await admin.delete_topics([BILLS.name])

        async def gone() -> bool:
            return BILLS.name not in await admin.list_topics()

        await eventually(gone, "the end of the topic")
        await admin.close()
        await ensure(own_kafka, 1)
        sender = kafka.producer(own_kafka)
        await sender.start()
        paid = {n: "A" if n < 100 else "R" for n in range(180)}
        await put_rows(sender, [row(prefix, "bill", str(n % 20), str(n), status=status) for n, status in paid.items()])
        await sender.stop()
        worker.start()
        await eventually(lambda: opened(120), "80 payments")
        assert '"event": "read_anew"' in worker.log.read_text()
