"""The dead letters as `views` stored them, newest first, and how a list for people and one for machines show them."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from deploy.clients import database
from deploy.letters.chosen import Chosen, query
from deploy.whose_letter import Whose, whose
from schemas.runtime.settings import MongoSettings
from schemas.views import DEAD_LETTERS

Letter = Mapping[str, Any]


async def letters(settings: MongoSettings, chosen: Chosen, topic: str, limit: int) -> list[Letter]:
    """At most `limit` (0: all) of those that are chosen, from one topic ("": any). Raises StopWorker."""
    wanted = query(chosen)
    if topic:
        wanted["place"] = {"$gte": f"{topic}[", "$lt": f"{topic}\\"}  # "\" follows "[": the places of this topic, no other
    async with database(settings) as views:
        found: list[Letter] = []
        async for one in views[DEAD_LETTERS].find(wanted).sort("at", -1):
            if not chosen.instance or of(one).instance == chosen.instance:
                found.append(one)
            if len(found) == limit:  # never where it is 0
                break
        return found


def of(letter: Letter) -> Whose:
    """Which instance, kind and id it is about."""
    key = letter["key"]
    return whose(None if key is None else bytes(key), letter["place"])


def shown(letter: Letter) -> dict[str, object]:
    """For the terminal: where and why, never whose."""
    about = of(letter)._asdict()
    return {
        "at": letter["at"],
        "stage": letter["stage"],
        **about,
        **{name: letter[name] for name in ("place", "field", "reason")},
    }


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
