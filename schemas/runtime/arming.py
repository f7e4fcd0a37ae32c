"""What arming an instance's PABX asks for, by whomever: a call that was seen to its end over the same route."""

from schemas.attempts import DRY, LEDGER
from schemas.pabx import Pabx
from schemas.runtime.mongo import Database

PABX_TESTS = "pabx_tests"
"""One document an instance: the `route` over which a call of `collector pabx test --call` was last seen to its outcome."""


async def proven(database: Database, name: str, pabx: Pabx) -> bool:
    """Whether a test call was seen to its end over the route of `pabx`. Raises pymongo's errors."""
    seen = await database[PABX_TESTS].find_one({"_id": name})
    return seen is not None and seen.get("route") == pabx.route


async def forget_dry(database: Database) -> None:
    """Nobody was rung for these marks: they must not count against the first real call. Raises pymongo's errors."""
    await database[LEDGER].delete_many({"_id": {"$regex": f"^{DRY}"}})
