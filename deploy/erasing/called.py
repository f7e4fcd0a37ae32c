"""Which clients were called as this person: attempts outlive Kafka's rows, and come back with a backup."""

from typing import Any

from deploy.erasing.whose import Debtor
from schemas.attempts import ATTEMPTS
from schemas.runtime.mongo import Database


async def called(store: Database, person: str) -> set[Debtor]:
    """By the hash; a client whose newest attempt names somebody else is somebody else by now."""
    attempts = store[ATTEMPTS]
    found = {(str(one["instance"]), str(one["code"])) async for one in attempts.find({"person": person})}
    theirs = set()
    for instance, code in found:
        named: dict[str, Any] = {"instance": instance, "code": code, "person": {"$nin": ["", None]}}
        newest = await attempts.find_one(named, {"person": 1}, sort=[("at", -1)])
        if newest is not None and newest["person"] == person:
            theirs.add((instance, code))
    return theirs
