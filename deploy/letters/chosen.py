"""Which dead letters somebody means: named ones, or all that a filter leaves."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deploy.clients import database
from deploy.whose_letter import whose
from schemas.errors import StopWorker
from schemas.runtime.settings import MongoSettings
from schemas.views import DEAD_LETTERS, UNSETTLED

Letter = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Chosen:
    """`names`: places (`erp.bill.v1[2]@77`) or `_id`s, settled ones too. Without any: the unsettled ones of this stage,
    field and instance whose reason holds `reason`; "" leaves all.
    """

    names: tuple[str, ...] = ()
    stage: str = ""
    field: str = ""
    reason: str = ""
    instance: str = ""

    @property
    def is_all(self) -> bool:
        """Whether nothing was said at all."""
        return self == Chosen()


def query(chosen: Chosen) -> dict[str, Any]:
    """All of it but the instance, which stands in a key's bytes."""
    if chosen.names:
        names = {"$in": list(chosen.names)}
        return {"$or": [{"_id": names}, {"place": names}]}
    found: dict[str, Any] = dict(UNSETTLED)
    found |= {name: told for name, told in (("stage", chosen.stage), ("field", chosen.field)) if told}
    if chosen.reason:
        found["reason"] = {"$regex": re.escape(chosen.reason), "$options": "i"}
    return found


def of_instance(letters: Iterable[Letter], instance: str) -> list[Letter]:
    """Those of one instance; "": all."""
    return [one for one in letters if not instance or whose(one.get("key"), str(one["place"])).instance == instance]


async def find(settings: MongoSettings, chosen: Chosen) -> Sequence[Letter]:
    """With their bytes, the oldest first. Raises StopWorker for a name that none has."""
    async with database(settings) as store:
        found = await store[DEAD_LETTERS].find(query(chosen)).sort("at", 1).to_list()
    known = {str(one[name]) for one in found for name in ("_id", "place")}
    if missing := [name for name in chosen.names if name not in known]:
        raise StopWorker(f"there is no dead letter {missing[0]}: `collector dead-letters list` shows their places")
    return of_instance(found, chosen.instance)
