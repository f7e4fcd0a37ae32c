"""Dead letters that nobody needs: counted no more, with who said so and why."""

from collections.abc import Sequence

from deploy.audit import noted, operator
from deploy.clients import database
from schemas.letters import WHY_LETTERS, Discarded
from schemas.runtime.clock import now
from schemas.runtime.settings import MongoSettings
from schemas.views import DEAD_LETTERS, UNSETTLED


async def discard(settings: MongoSettings, names: Sequence[str], why: str) -> int:
    """How many of these `_id`s were still unsettled. The reason stays with the letter: it may name somebody."""
    done = 0
    async with database(settings) as store:
        for name in names:
            letters = store[DEAD_LETTERS]
            if not await letters.count_documents({"_id": name, **UNSETTLED}, limit=1):
                continue
            await noted(store, "letter_discarded", "", name)
            said = Discarded(at=now(), by=operator(), why=why.strip()[:WHY_LETTERS])
            changed = await letters.update_one({"_id": name, **UNSETTLED}, {"$set": {"discarded": said.model_dump()}})
            done += changed.modified_count
    return done
