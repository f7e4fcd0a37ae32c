"""`hydrate` on the real broker: what it publishes survives kill -9, SIGTERM in the middle of a batch and rebalances."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from random import Random
from signal import SIGKILL, SIGTERM

import faust
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from processors.keyed.batches import PINNED
from processors.keyed.restore import records_of
from schemas.codec import decode
from schemas.debtor import Debtor
from schemas.keys import debtor_key, partition_of
from schemas.rows import ErpRow
from schemas.runtime import kafka
from schemas.topics import BILLS, DEBTORS
from tests.integration.pipeline import contents, eventually, put_rows, row, running

pytestmark = pytest.mark.integration

DEBTORS_N = 400
ROUNDS = 8


def history(instance: str, rng: Random, rounds: int) -> list[list[ErpRow]]:
    """Rounds of changes: each bill is opened, changes its amount, is paid or reopened, by chance."""
    return [
        [
            row(
                instance,
                "bill",
                client := str(rng.randrange(DEBTORS_N)),
                f"{client}{rng.randrange(3)}",
                valor_aberto=f"{rng.randrange(1, 500)}.00",
                status=rng.choice("AAPRC"),
            )
            for _ in range(500)
        ]
        for _ in range(rounds)
    ]


def expected(rounds: list[list[ErpRow]]) -> dict[str, dict[str, int]]:
    """Open cents by bill and client: the newest row of each bill, if it is open. Who has none is nobody."""
    newest = {(event.client, event.id): event.row for rows in rounds for event in rows}
    found: dict[str, dict[str, int]] = {}
    for (client, code), columns in newest.items():
        assert columns is not None
        bills = found.setdefault(client, {})
        if columns["status"] in "AP":
            bills[code] = int(columns["valor_aberto"].split(".")[0]) * 100
    return {client: bills for client, bills in found.items() if bills}


async def states(servers: str, instance: str) -> dict[str, dict[str, int]]:
    """The newest published state of each debtor, checked for growing versions on the way."""
    newest: dict[str, Debtor] = {}
    for key, value in await contents(servers, DEBTORS, instance):
        if value is None:
            newest.pop(key.decode().split(":")[1], None)
            continue
        debtor = decode(Debtor, value)
        before = newest.get(debtor.code)
        assert before is None or before.version < debtor.version
        newest[debtor.code] = debtor
    return {code: {bill: b.open_cents for bill, b in debtor.bills.items()} for code, debtor in newest.items()}


async def test_killed_stopped_and_joined_by_others_it_ends_with_the_right_states(
    servers: str, sender: AIOKafkaProducer, env: Mapping[str, str], prefix: str, tmp_path: Path
) -> None:
    """Every debtor's last state is that of its newest rows, and versions only ever grow."""
    rng = Random(7)
    rounds = history(prefix, rng, ROUNDS)
    with running("hydrate", env, tmp_path) as first, running("hydrate", env, tmp_path, "1") as second:
        for number, rows in enumerate(rounds):
            await put_rows(sender, rows)
            await asyncio.sleep(rng.uniform(0, 1.5))  # somewhere in the middle of the batch
            victim = (first, second)[number % 2]
            victim.kill((SIGKILL, SIGTERM)[number // 2 % 2])
            victim.start()

        async def settled() -> bool:
            return await states(servers, prefix) == expected(rounds)

        await eventually(settled, "the right states")


async def test_what_is_acknowledged_is_committed_and_nothing_is_published_twice(
    servers: str, sender: AIOKafkaProducer, env: Mapping[str, str], prefix: str, tmp_path: Path
) -> None:
    """Fails when Faust changes one of the private parts that `processors.keyed.batches` builds on."""
    assert faust.__version__ == PINNED
    rows = [row(prefix, "bill", str(n), f"{n}0") for n in range(2_000)]
    await put_rows(sender, rows)
    group = AIOKafkaConsumer(bootstrap_servers=servers, group_id="hydrate", enable_auto_commit=False)
    await group.start()
    tps = [TopicPartition(BILLS.name, number) for number in range(BILLS.partitions)]

    async def committed() -> bool:
        ends = await group.end_offsets(tps)
        return all([(await group.committed(tp) or 0) == end for tp, end in ends.items()])

    try:
        with running("hydrate", env, tmp_path) as worker:
            await eventually(committed, "the commit of every offset")
            assert worker.kill(SIGTERM) == 0
            worker.start()
            await put_rows(sender, [row(prefix, "bill", "new", "new0")])
            await eventually(committed, "the commit after the restart")
    finally:
        await group.stop()
    published = [key for key, _ in await contents(servers, DEBTORS, prefix)]
    assert len(published) == len(set(published)) == len(rows) + 1


async def test_states_stand_in_their_debtors_partition(
    servers: str, sender: AIOKafkaProducer, env: Mapping[str, str], prefix: str, tmp_path: Path
) -> None:
    """So that whatever joins debtors later joins partition with partition."""
    await put_rows(sender, [row(prefix, "client", str(n), str(n)) for n in range(50)])
    with running("hydrate", env, tmp_path):

        async def all_there() -> bool:
            return len(await contents(servers, DEBTORS, prefix)) == 50

        await eventually(all_there, "fifty states")
    reader = kafka.reader(servers)
    await reader.start()
    try:
        tps = [TopicPartition(DEBTORS.name, number) for number in range(DEBTORS.partitions)]
        found = [record for tp in tps async for record in records_of(reader, tp)]
    finally:
        await reader.stop()
    ours = [record for record in found if (record.key or b"").startswith(prefix.encode())]
    assert len(ours) == 50
    assert all(r.partition == partition_of(debtor_key(prefix, r.key.decode().split(":")[1]), 6) for r in ours)
