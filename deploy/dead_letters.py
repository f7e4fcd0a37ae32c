"""The dead letters as `views` stored them, newest first, and how a list for people and one for machines show them."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from deploy.clients import database
from deploy.letters.chosen import Chosen, query
from schemas.runtime.settings import MongoSettings
from schemas.views import DEAD_LETTERS

Letter = Mapping[str, Any]


async def letters(
    settings: MongoSettings, stage: str, topic: str, limit: int, *, field: str = "", reason: str = ""
) -> list[Letter]:
    """At most `limit` (0: all) of one stage and from one topic ("": any) that nobody has settled. Raises StopWorker.

    `field`, `reason`: as `deploy.letters.chosen` filters by them.
    """
    wanted = query(Chosen(stage=stage, field=field, reason=reason))
    if topic:
        wanted["place"] = {"$gte": f"{topic}[", "$lt": f"{topic}\\"}  # "\" follows "[": the places of this topic, no other
    async with database(settings) as views:
        return [one async for one in views[DEAD_LETTERS].find(wanted).sort("at", -1).limit(limit)]


def shown(letter: Letter) -> dict[str, object]:
    """For the terminal: where and why, never whose."""
    return {name: letter[name] for name in ("at", "stage", "place", "field", "reason")}


def exported(letter: Letter) -> dict[str, object]:
    """All of it. `encoding`: `utf-8`, or `base64` where key or value is no text; None where there is none."""
    parts = [None if letter[name] is None else bytes(letter[name]) for name in ("key", "value")]
    try:
        key, value = (part and part.decode() for part in parts)
        encoding = "utf-8"
    except UnicodeDecodeError:
        key, value = (part and b64encode(part).decode() for part in parts)
        encoding = "base64"
    return {**shown(letter), "encoding": encoding, "key": key, "value": value}
