"""Where the operator's facts are read."""

import asyncio
from collections.abc import Mapping
from typing import Any

from dashboard.facts import health
from dashboard.facts.asked import Filters
from dashboard.facts.gates import heartbeats
from dashboard.facts.operation import ROWS, Operation, entry, letter_row, stage_rows, sweep_rows
from dashboard.facts.sight import Sight
from schemas.audit import AUDIT
from schemas.runtime.mongo import reread
from schemas.views import DEAD_LETTERS, LIVING, STAGES, UNSETTLED

QUERY_MS = 10_000
COUNTED = 100_000
BEATS_READ = 1_000
SWEEPS_READ = 5_000
WITHOUT_BYTES = {"key": 0, "value": 0}


async def read(sight: Sight, filters: Filters, most: int = ROWS) -> Operation:
    """Stages and dead letters of everybody; sweeps and audit of the chosen instance. Raises PyMongoError, TimeoutError.

    `most`: letters, and entries of the audit, the newest.
    """
    database, now = sight.database, sight.now
    asking = asyncio.create_task(health.ask(sight.kafka))
    try:
        said = await reread(lambda: database[STAGES].find(LIVING).max_time_ms(QUERY_MS).to_list(BEATS_READ))
        beats = list(heartbeats(said))
        chosen = {"instance": filters.instance} if filters.instance else LIVING
        swept = await reread(lambda: database["sweeps"].find(chosen).max_time_ms(QUERY_MS).to_list(SWEEPS_READ))
        dead = database[DEAD_LETTERS].find(UNSETTLED, WITHOUT_BYTES).sort("at", -1).limit(most).max_time_ms(QUERY_MS)
        letters = await database[DEAD_LETTERS].count_documents(UNSETTLED, limit=COUNTED, maxTimeMS=QUERY_MS)
        noted: Mapping[str, Any] = {"instance": filters.instance} if filters.instance else {}
        audit = database[AUDIT].find(noted).sort("_id", -1).limit(most).max_time_ms(QUERY_MS)
        entries = await database[AUDIT].count_documents(noted, limit=COUNTED, maxTimeMS=QUERY_MS)
        return Operation(
            now,
            stage_rows(beats, now, calls=any(one.pabx for one in sight.instances)),
            sweep_rows(sight.instances, swept, beats, now),
            tuple([letter_row(one) async for one in dead]),
            letters,
            tuple([entry(one) async for one in audit]),
            entries,
            await health.mongo(database),
            health.kafka(beats, now, sight.kafka, await asking),
        )
    finally:
        asking.cancel()
