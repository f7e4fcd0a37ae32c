"""Taking an instance over on the real broker: what was published is read back whole, whatever befell before."""

import asyncio
from datetime import UTC, datetime
from secrets import token_hex

import pytest
from aiokafka import AIOKafkaProducer

from producers.erp.changes import Change, Known
from producers.erp.lease import Lease, gain
from producers.erp.memory import read_back
from producers.held.publishing import UnpublishedError
from schemas.erp.ixc import BILLS
from schemas.runtime.kafka import DURABLE
from schemas.topics import BILLS as TOPIC
from schemas.topics import MESSAGE_BYTES
from tests.strategies import instance

pytestmark = pytest.mark.integration

ROWS = 30


async def publish(lease: Lease, name: str, first: str = "7") -> None:
    """One row for each of some clients, so that every partition has one. `first`: a column of the first one."""
    columns = {0: first}
    rows = [Change(str(n), Known(str(n), b"digest"), {"id": columns.get(n, "7")}, member=True) for n in range(ROWS)]
    await lease.outbox.page(instance(name=name), BILLS, "1", datetime.now(UTC), rows)


async def test_what_lies_behind_somebody_elses_open_transaction_is_read_back_too(servers: str, prefix: str) -> None:
    """To a reader of what is committed each partition ends there: whoever believed that would forget its own rows."""
    sleeper = AIOKafkaProducer(bootstrap_servers=servers, transactional_id=f"{prefix}-other", **DURABLE)
    lease = (await gain(servers, [prefix]))[prefix]
    await sleeper.start()
    try:
        await sleeper.begin_transaction()
        for partition in range(TOPIC.partitions):
            await sleeper.send_and_wait(TOPIC.name, b"{}", key=b"other:1:bill:1", partition=partition)
        await publish(lease, prefix)
        reading = asyncio.create_task(read_back(servers, [prefix]))
        await asyncio.wait([reading], timeout=2)  # whoever does not wait for the sleeper is done by then
        await sleeper.abort_transaction()

        assert len((await reading)[prefix, "bill"]) == ROWS
    finally:
        await sleeper.stop()
        await lease.close()


async def test_a_record_that_the_broker_refuses_breaks_one_writer_and_no_other(servers: str, prefix: str) -> None:
    """Nothing of its page is published; the instance goes on with another writer and what was published before."""
    neighbour = f"{prefix}n"
    leases = await gain(servers, [prefix, neighbour])
    await publish(leases[prefix], prefix)
    with pytest.raises(UnpublishedError) as caught:
        await publish(leases[prefix], prefix, token_hex(MESSAGE_BYTES))  # it does not shrink
    assert not caught.value.fenced
    with pytest.raises(UnpublishedError, match="in doubt"):
        await publish(leases[prefix], prefix)
    await publish(leases[neighbour], neighbour)

    again = (await gain(servers, [prefix]))[prefix]
    assert len(again.books[prefix, "bill"]) == ROWS
    await publish(again, prefix)
    for lease in (*leases.values(), again):
        await lease.close()


async def test_who_takes_over_fences_the_one_before(servers: str, prefix: str) -> None:
    """And reads back what that one had published, before it may publish anything itself."""
    before = (await gain(servers, [prefix]))[prefix]
    await publish(before, prefix)
    after = (await gain(servers, [prefix]))[prefix]
    assert len(after.books[prefix, "bill"]) == ROWS
    with pytest.raises(UnpublishedError) as caught:
        await publish(before, prefix)

    assert caught.value.fenced
    await publish(after, prefix)
    for lease in (before, after):
        await lease.close()
