"""Two sides are compared at the offsets that headers and places tell, on topics full of transactions."""

import re

import pytest
from aiokafka import AIOKafkaProducer
from pymongo import AsyncMongoClient

from deploy.verify.run import VerifySettings, verify
from processors.hydrate.stage import HYDRATE
from schemas.rows import ErpRow
from schemas.topics import DEBTORS, QUEUE
from schemas.views import CLOSED_BILLS
from tests.integration.pipeline import put_rows, row
from tests.integration.written import ends, queue, sink, states, view_of, write

pytestmark = pytest.mark.integration

CODES = [str(code) for code in range(30)]


async def test_what_nobody_has_read_yet_is_no_difference_and_what_was_lost_is_one(
    servers: str, sender: AIOKafkaProducer, mongo_uri: str, database: str, prefix: str
) -> None:
    """A payment past the header is waited for. The same one below it, which no state shows, is a debtor who stays open."""
    settings = VerifySettings(kafka_bootstrap_servers=servers, mongo_uri=mongo_uri, mongo_database=database)
    rows: list[ErpRow] = [row(prefix, "client", code, code) for code in CODES]
    rows += [row(prefix, "bill", code, f"{code}1") for code in CODES]
    await put_rows(sender, rows)
    debtors = states(rows)
    await write(servers, DEBTORS, debtors, await ends(servers, *HYDRATE.sources))
    await write(servers, QUEUE, queue(debtors), await ends(servers, DEBTORS))
    async with AsyncMongoClient(mongo_uri) as client:
        for topic in (DEBTORS, QUEUE):
            await sink(servers, client[database], view_of(topic), prefix)
        await put_rows(sender, [row(prefix, "bill", "7", "71", status="R")])

        found = await verify(settings, prefix)
        assert (found.differences, found.moving) == ([], 0)
        assert found.compared["debtors"] == found.compared["queue entries"] == found.compared["documents of queue"] == 30
        unread = {f"views.{CLOSED_BILLS}": len(CODES) + 1}  # nobody fills it here
        calls = {"classify": found.behind["classify"]}  # other tests' calls, which nobody reads here
        assert found.behind == {**dict.fromkeys(found.behind, 0), "hydrate": 1, **unread, **calls}

        await write(servers, DEBTORS, debtors, await ends(servers, *HYDRATE.sources))
        [lost] = (await verify(settings, prefix)).differences
        assert (lost.code, lost.field, lost.expected, lost.found) == ("7", "bills.71", "absent", "present")
        assert re.match(r"debtor\.v1\[\d\]@\d+$", lost.where)

        paid = states([*rows, row(prefix, "bill", "7", "71", status="R")])
        await write(servers, DEBTORS, paid, await ends(servers, *HYDRATE.sources))
        assert (await verify(settings, prefix)).differences == []
        await write(servers, QUEUE, queue(debtors), await ends(servers, DEBTORS))
        [stays] = (await verify(settings, prefix)).differences
        assert (stays.code, stays.field, stays.expected, stays.found) == ("7", "(all of it)", "absent", "present")
        assert stays.where.startswith("queue.v1[")

        await sink(servers, client[database], view_of(DEBTORS), prefix)
        await client[database]["debtors"].update_one({"_id": f"{prefix}:9"}, {"$inc": {"version": -1}})
        told = {(one.code, one.field) for one in (await verify(settings, prefix)).differences if one.where == "debtors"}
        assert told == {("9", "version")}
