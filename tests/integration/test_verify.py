"""`collector verify` on the real parts: equal while and after the stages work, then every damage found and named."""

import csv
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer
from pymongo import AsyncMongoClient

from deploy.verify.run import VerifySettings, verify
from deploy.verify.scope import Verified
from schemas.codec import decode, encode
from schemas.debtor import Debtor
from schemas.errors import StopWorker
from schemas.keys import partition_of
from schemas.runtime.kafka import Message, publish
from schemas.topics import DEBTORS
from sinks.views.epochs import GENERATION
from tests.integration.command import Collector
from tests.integration.pipeline import contents, eventually, put_rows, row, running

pytestmark = pytest.mark.integration

CLIENTS = 40


async def damage_state(servers: str, sender: AIOKafkaProducer, instance: str, code: str) -> None:
    """A later record with another amount, as a worker that came late would leave it."""
    key = f"{instance}:{code}".encode()
    newest = decode(Debtor, dict(await contents(servers, DEBTORS, instance))[key])
    bills = {name: bill.model_copy(update={"open_cents": 1}) for name, bill in newest.bills.items()}
    wrong = newest.model_copy(update={"bills": bills, "version": newest.version + 1})
    await publish(sender, DEBTORS.name, partition_of(key, DEBTORS.partitions), [Message(key, encode(wrong), [])])


async def test_a_pipeline_equals_its_rows_until_something_is_damaged(
    servers: str,
    sender: AIOKafkaProducer,
    env: Mapping[str, str],
    prefix: str,
    mongo_uri: str,
    database: str,
    tmp_path: Path,
) -> None:
    """Wrong and missing documents, some too many, a wrong state: each in words and in a file; but what was kept is none."""
    settings = VerifySettings(kafka_bootstrap_servers=servers, mongo_uri=mongo_uri, mongo_database=database)
    codes = [str(code) for code in range(CLIENTS)]
    with running("hydrate", env, tmp_path), running("dialer", env, tmp_path), running("views", env, tmp_path):
        await put_rows(sender, [row(prefix, "client", code, code) for code in codes])
        await put_rows(sender, [row(prefix, "bill", code, f"{code}1") for code in codes])
        await put_rows(sender, [row(prefix, "bill", code, f"{code}1", status="R") for code in codes[::4]])

        async def equal() -> Verified | None:
            try:
                found = await verify(settings, prefix)
            except StopWorker:
                return None  # nothing has come yet
            found.behind.pop("classify", None)  # it does not run here: calls of other tests wait for it
            settled = found.compared["documents of queue"] == CLIENTS - len(codes[::4]) and not found.behind.total()
            return found if settled and not found.differences and not found.moving else None

        found = await eventually(equal, "a verification without differences, in which every reader has read all")
    assert found.compared["debtors"] == found.compared["documents of debtors"] == CLIENTS

    collector = Collector(tmp_path, env)
    before = collector("verify", prefix)
    assert (before.returncode, before.stdout) == (0, ""), before.stderr
    assert "everything equals what the raw rows say" in before.stderr

    async with AsyncMongoClient(mongo_uri) as client:
        views = client[database]
        await views["debtors"].update_one({"_id": f"{prefix}:1"}, {"$set": {"bills.0.open_cents": 5}})
        await views["queue"].delete_one({"_id": f"{prefix}:2"})
        await views["debtors"].insert_one({"_id": f"{prefix}:nobody", "instance": prefix, "code": "nobody", "version": 1})
        shares = views["view_epochs"].find({"view": "closed_bills"})  # the group goes on from other tests
        newest = max([share["generation"] async for share in shares])
        for number, generation in enumerate((0, newest)):  # as a reading anew keeps them, and as told just now
            ended = {"_id": f"{prefix}:nobody:{number}", "instance": prefix, "version": generation * GENERATION}
            await views["closed_bills"].insert_one(ended)
    await damage_state(servers, sender, prefix, "3")

    after = collector("verify", prefix, "--output", "found.csv")
    assert after.returncode == 1, after.stderr
    with (tmp_path / "found.csv").open() as file:
        lines = {(line["code"], re.sub(r"\d+\]@\d+", "", line["where"])): line for line in csv.DictReader(file)}
    told = {where: (line["instance"], line["field"], line["expected"], line["found"]) for where, line in lines.items()}
    assert told == {
        ("1", "debtors"): (prefix, "bills.11.open_cents", "9990", "5"),
        ("2", "queue"): (prefix, "(all of it)", "present", "absent"),
        ("nobody", "debtors"): (prefix, "(all of it)", "absent", "present"),
        ("nobody:1", "closed_bills"): (prefix, "(all of it)", "absent", "present"),
        ("3", "debtor.v1["): (prefix, "bills.31.open_cents", "9990", "1"),
    }


async def test_an_instance_of_which_nothing_is_known_is_no_equal_one(
    servers: str, mongo_uri: str, database: str, prefix: str
) -> None:
    """A mistyped name must not look like a clean bill of health."""
    settings = VerifySettings(kafka_bootstrap_servers=servers, mongo_uri=mongo_uri, mongo_database=database)
    with pytest.raises(StopWorker, match=f"{prefix}: see `collector instance list`"):
        await verify(settings, prefix)
