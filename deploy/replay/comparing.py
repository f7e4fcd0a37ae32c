"""What is shown beside what a replay made: both read in one order, what differs looked at once more."""

from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, field
from typing import Any

from deploy.clients import database
from deploy.replay.likeness import unlike
from deploy.replay.plan import Replay, unfinished
from deploy.replay.run import ReplaySettings, Tell, caught_up, named
from deploy.verify.difference import Difference
from schemas.runtime.clock import now
from schemas.runtime.mongo import Database
from schemas.views import LIVING, Document

LOOKS = 2
"""What changed in between is in both by then, or differs anew."""


@dataclass(slots=True)
class Compared:
    """`documents`: how many were judged, on either side."""

    documents: int = 0
    differences: list[Difference] = field(default_factory=list)


async def compare(settings: ReplaySettings, name: str, tell: Tell = lambda *_: None) -> Compared:
    """The live view and the replay. One that ends at a moment is compared with today. Raises StopWorker, RetryLater."""
    async with database(settings) as store:
        plan = unfinished(await named(store, name))
        again: set[str] | None = None
        result = Compared()
        for look in range(LOOKS):
            plan = await caught_up(settings, store, plan, tell)
            found = await _look(store, plan, again)
            result = Compared(result.documents if look else found.documents, found.differences)
            again = {f"{one.instance}:{one.code}" for one in found.differences}
            if not again:
                break
        return result


async def _look(store: Database, plan: Replay, names: Collection[str] | None) -> Compared:
    found, at = Compared(), now()
    async for live, made in _pairs(_sorted(store, plan.what, plan, names), _sorted(store, plan.collection, plan, names)):
        if made is None and plan.since is not None:
            continue  # it has not changed since
        found.documents += 1
        found.differences += unlike(plan.what, live, made, at)
    return found


async def _sorted(store: Database, collection: str, plan: Replay, names: Collection[str] | None) -> AsyncIterator[Document]:
    wanted: dict[str, Any] = dict(LIVING)
    if plan.instance:
        wanted["_id"] = {"$gte": f"{plan.instance}:", "$lt": f"{plan.instance};"}
    if names is not None:
        wanted["_id"] = {"$in": sorted(names)}
    async for one in store[collection].find(wanted).sort("_id"):
        yield one


async def _pairs(
    ours: AsyncIterator[Document], theirs: AsyncIterator[Document]
) -> AsyncIterator[tuple[Document | None, Document | None]]:
    """By `_id`, in its order; None where one side has none."""
    one, other = await _next(ours), await _next(theirs)
    while one is not None or other is not None:
        if other is None or (one is not None and one["_id"] < other["_id"]):
            yield one, None
            one = await _next(ours)
        elif one is None or other["_id"] < one["_id"]:
            yield None, other
            other = await _next(theirs)
        else:
            yield one, other
            one, other = await _next(ours), await _next(theirs)


async def _next(found: AsyncIterator[Document]) -> Document | None:
    async for one in found:
        return one
    return None
