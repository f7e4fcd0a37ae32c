"""Which clients MongoDB tells of where Kafka's rows were lost: attempts and what has ended come back with a backup."""

from typing import Any

from deploy.erasing.whose import Debtor
from deploy.lasting import ERASED_IN
from schemas.attempts import ATTEMPTS
from schemas.controls import PROMISES
from schemas.runtime.mongo import Database


async def called(store: Database, person: str) -> set[Debtor]:
    """Those called as this person, by the hash; whose newest attempt names somebody else is somebody else by now."""
    attempts = store[ATTEMPTS]
    found = {(str(one["instance"]), str(one["code"])) async for one in attempts.find({"person": person})}
    theirs = set()
    for instance, code in found:
        named: dict[str, Any] = {"instance": instance, "code": code, "person": {"$nin": ["", None]}}
        newest = await attempts.find_one(named, {"person": 1}, sort=[("at", -1)])
        if newest is not None and newest["person"] == person:
            theirs.add((instance, code))
    return theirs


async def remembered(store: Database) -> set[Debtor]:
    """Everybody of whom a call, a bill or a promise is there, whoever they are."""
    each: list[dict[str, Any]] = [{"$group": {"_id": {"instance": "$instance", "code": "$code"}}}]
    found = [one["_id"] for name in (*ERASED_IN, PROMISES) async for one in await store[name].aggregate(each)]
    return {(str(one["instance"]), str(one["code"])) for one in found if one.keys() == {"instance", "code"}}  # no graves
