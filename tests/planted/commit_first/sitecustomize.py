"""A defect on purpose, in whatever `views` starts with this folder on PYTHONPATH: its place is moved first, it writes later.

Python itself imports this file, before the stage's own.
"""

import asyncio
import sys
from collections.abc import Sequence

LATE_S = 2.0
VIEWS = ["-m", "deploy.stages", "views"]

if sys.orig_argv[1:4] == VIEWS:
    from pymongo import UpdateOne
    from pymongo.asynchronous.client_session import AsyncClientSession

    from schemas.views import EPOCHS
    from sinks.views.sink import Sink
    from sinks.views.writes import Batch

    sound = Sink._written

    async def written(self: Sink, session: AsyncClientSession, moves: Sequence[UpdateOne], made: Batch) -> bool:
        await self._shares.database[EPOCHS].bulk_write(moves, ordered=False)
        await asyncio.sleep(LATE_S)
        there = [UpdateOne({**one._filter, **one._doc["$set"]}, one._doc) for one in moves]  # type: ignore[dict-item]
        return await sound(self, session, there, made)

    Sink._written = written  # type: ignore[method-assign]
