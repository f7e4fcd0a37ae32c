"""A collection that is dropped just as the ghosts of a reading anew are looked for."""

from typing import Any

import pytest
from aiokafka import TopicPartition
from pymongo import AsyncMongoClient, MongoClient
from pymongo.errors import OperationFailure

from schemas.runtime import kafka
from schemas.topics import DEBTORS
from schemas.views import EPOCHS
from sinks.views.epochs import Share
from sinks.views.ghosts import lay
from sinks.views.reading import Held
from sinks.views.shares import Shares, Worker
from sinks.views.sink import Sink
from sinks.views.writes import Batch

pytestmark = pytest.mark.integration

MANY = 500
"""More than a cursor's first batch."""
FLOOR = 2


async def test_the_worker_looks_once_more(servers: str, mongo_uri: str, database: str) -> None:
    """MongoDB ends the read (code 175); without another look the whole stage would end, to be started again."""
    place = TopicPartition(DEBTORS.name, 0)
    share = Share("epoch", 1, next=9, until=9)
    drops = 0

    def dropping(_name: str) -> int:
        nonlocal drops
        drops += 1
        if drops == 1:
            there[database].drop_collection("debtors")
        return place.partition

    with MongoClient[dict[str, Any]](mongo_uri) as there:
        old = [{"_id": f"norte:{number}", "version": FLOOR - 1} for number in range(MANY)]
        there[database]["debtors"].insert_many(old)
        async with (
            AsyncMongoClient[dict[str, Any]](mongo_uri) as client,
            kafka.reader(servers) as reader,
            kafka.producer(servers) as sender,
        ):
            with pytest.raises(OperationFailure) as ended:  # else there is nothing to see here
                await lay(client[database]["debtors"], FLOOR, lambda name: bool(dropping(name)) or True)
            assert ended.value.code == 175

            drops = 0
            there[database]["debtors"].insert_many(old)
            there[database][EPOCHS].insert_one({"_id": "debtors:0", "epoch": share.epoch, "until": share.until})
            shares = Shares("debtors", servers, "views.debtors", reader, client[database], Worker("0", "run"), _nothing)
            sink = Sink(shares, sender, lambda *_: Batch({}, []), dropping)
            held = Held(share, share.next)
            await sink._whole(place, held)
        assert drops > 0
        assert held.share.until is None
        assert there[database][EPOCHS].find_one({"_id": "debtors:0"}, {"until": 1}) == {"_id": "debtors:0", "until": None}


async def _nothing() -> None:
    return None
