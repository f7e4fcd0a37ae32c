"""Since when the history of topics that are kept for longer by now is whole: what was compacted before does not come back.

Written down when `collector topics --alter` lengthens a topic's span. Of others the span itself tells.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from schemas.runtime.mongo import Database
from schemas.topics import Topic

LENGTHENED = "lengthened_topics"
"""One document a topic that was ever kept for less; `whole`: of before then not every change is there."""
SPANS = ("min.compaction.lag.ms", "retention.ms")


def lengthened(wanted: Iterable[Topic], found: Mapping[str, Mapping[str, str]], now: datetime) -> dict[str, datetime]:
    """By name, since when those are whole that are kept for longer from `now` on. `found`: as the broker has them. Pure."""
    whole = {}
    for topic in wanted:
        name = next(name for name in SPANS if name in topic.config)
        before = found.get(topic.name, {}).get(name, "")
        if before.isdecimal() and int(before) < int(topic.config[name]):
            whole[topic.name] = now - timedelta(milliseconds=int(before))
    return whole


async def write_down(store: Database, whole: Mapping[str, datetime]) -> None:
    """Before the topics are altered: cut in between, less is promised than is there. Never moves back."""
    for name, since in whole.items():
        await store[LENGTHENED].update_one({"_id": name}, {"$max": {"whole": since}}, upsert=True)


async def written_down(store: Database) -> dict[str, datetime]:
    """By topic."""
    return {str(one["_id"]): one["whole"] async for one in store[LENGTHENED].find()}
