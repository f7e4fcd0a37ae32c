"""Drafts in MongoDB, by user and instance, for thirty days after the last touch.

They are sealed whole, so that no half-typed secret lies open there.

A draft that no key opens any more is none: its instance is as it was.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from pydantic import SecretStr

from dashboard.drafts.draft import Draft
from schemas.errors import StopWorker
from schemas.runtime.mongo import Database
from schemas.runtime.secrets import seal, unseal

DRAFTS = "drafts"
KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Drafts:
    """Of one `user`. All methods raise pymongo's errors."""

    database: Database
    key: SecretStr
    user: str

    async def all(self) -> dict[str, Draft]:
        """By the name of the instance; "" of a new one without a name."""
        found = {}
        async for one in self.database[DRAFTS].find({"user": self.user}):
            if (draft := _opened(one, self.key)) is not None:
                found[str(one["instance"])] = draft
        return found

    async def keep(self, draft: Draft, at: datetime) -> None:
        """In place of the one before. `at`: from when the thirty days count."""
        await self.database[DRAFTS].create_index("at", expireAfterSeconds=round(KEPT.total_seconds()))
        key = {"_id": f"{draft.name}:{self.user}"}
        told = {"user": self.user, "instance": draft.name, "at": at, "body": seal(_body(draft), self.key)}
        await self.database[DRAFTS].replace_one(key, told, upsert=True)

    async def drop(self, name: str) -> None:
        """It is saved, or nobody wants it."""
        await self.database[DRAFTS].delete_one({"_id": f"{name}:{self.user}"})


def _body(draft: Draft) -> str:
    told = {
        "name": draft.name,
        "base": draft.base,
        "text": draft.text,
        "fields": draft.fields,
        "kept": sorted(draft.kept),
        "secrets": dict(draft.secrets),
        "refused": dict(draft.refused),
        "mode": draft.mode,
        "section": draft.section,
        "is_open": draft.is_open,
    }
    return orjson.dumps(told, option=orjson.OPT_PASSTHROUGH_DATETIME).decode()


def _opened(document: Mapping[str, Any], key: SecretStr) -> Draft | None:
    try:
        found = orjson.loads(unseal(str(document["body"]), key))
        return Draft(**{**found, "kept": frozenset(found["kept"])})
    except (StopWorker, KeyError, TypeError, ValueError):  # another key, or another version's
        return None
