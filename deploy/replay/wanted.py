"""Whose records are read of history: an instance's; and what was before an erasure shows nobody who was erased."""

from collections.abc import Callable, Collection
from functools import lru_cache

from pydantic import SecretStr

from deploy.erasing.whose import debtor_of
from deploy.replay.plan import Replay
from schemas.runtime.mongo import Database
from schemas.runtime.secrets import person_hash
from schemas.runtime.settings import PersonSettings, read
from schemas.suppression import SUPPRESSED, client_text

DEBTORS_KEPT = 500_000
Wanted = Callable[[bytes | None], bool]
"""Of a record's key."""


def everybody(_key: bytes | None) -> bool:
    """All records."""
    return True


def of_instance(name: str) -> Wanted:
    """Of one; of all where `name` is ""."""
    mine = f"{name}:".encode()
    return (lambda key: (key or b"").startswith(mine)) if name else everybody


def without(erased: Collection[str], key: SecretStr) -> Wanted:
    """Of nobody whose client's hash is among `erased`."""

    @lru_cache(DEBTORS_KEPT)
    def stays(instance: str, code: str) -> bool:
        return person_hash(client_text(instance, code), key) not in erased

    def wanted(record: bytes | None) -> bool:
        debtor = debtor_of(record)
        return debtor is None or stays(*debtor)

    return wanted


async def unerased(store: Database, names: Collection[str] = ()) -> Wanted:
    """Of nobody who is on the list of the erased, in these instances; in all where none is named.

    Since when somebody is on it does not matter: an older poller may have brought them back, and a second erasure keeps the
    entry of the first. Who may come back is taken off the list. Raises StopWorker where there are some, and no key here
    tells who.
    """
    of = {"instance": {"$in": [*names]}} if names else {}
    erased = frozenset([str(one["_id"]) async for one in store[SUPPRESSED].find({"what": "client", **of}, {"_id": 1})])
    return without(erased, read(PersonSettings).collector_person_key) if erased else everybody


async def wanted(store: Database, plan: Replay) -> Wanted:
    """What stands before `--to` may have no tombstones yet. Raises StopWorker where nobody here can tell who was erased."""
    mine = of_instance(plan.instance)
    if plan.until is None:
        return mine
    others = await unerased(store, [plan.instance] if plan.instance else [])
    return lambda key: mine(key) and others(key)
