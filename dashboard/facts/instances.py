"""Every provider as the page "Instances" lists it, and what is found about the one that is chosen."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from dashboard.facts import reads
from dashboard.facts.asked import Filters
from dashboard.facts.findings import Findings
from dashboard.facts.sight import Sight
from schemas.audit import AUDIT
from schemas.erp import ERPS
from schemas.instances import Instance
from schemas.runtime.arming import proven
from schemas.runtime.instance_store import REMOVALS
from schemas.runtime.mongo import instances
from schemas.runtime.restores import Wait, waits

State = Literal["active", "paused", "wrong", "removing"]
Rings = Literal["armed", "dry", "none"]


@dataclass(frozen=True, slots=True)
class Removal:
    """Who asked for an instance's removal here; the command line does it."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Listed:
    """One provider. `wrong`: the field for which no stage can use it. `proven`: a test call was seen over its route."""

    name: str
    title: str
    erp: str = ""
    zone: str = ""
    state: State = "active"
    rings: Rings = "none"
    wrong: str = ""
    removal: Removal | None = None


@dataclass(frozen=True, slots=True)
class Instances:
    """All by title. `findings`, `proven`, `wait` (after a restore): of the chosen one; None and False where none is."""

    listed: tuple[Listed, ...]
    findings: Findings | None = None
    proven: bool = False
    wait: Wait | None = None


def listed(
    valid: Mapping[str, Instance],
    wrong: Mapping[str, str],
    removing: frozenset[str],
    asked: Mapping[str, Removal],
) -> tuple[Listed, ...]:
    """By title. One that was asked to be removed and goes on again is not to be removed any more. Pure."""
    found = [
        Listed(
            name,
            one.title or name,
            ERPS[one.erp.kind].label,
            one.zone,
            "paused" if one.paused else "active",
            "none" if one.pabx is None else "armed" if one.pabx.armed else "dry",
            removal=asked.get(name) if one.paused else None,
        )
        for name, one in valid.items()
    ]
    found += [Listed(name, name, state="wrong", wrong=field) for name, field in wrong.items()]
    found += [Listed(name, name, state="removing") for name in removing - valid.keys() - wrong.keys()]
    return tuple(sorted(found, key=lambda one: (one.title.casefold(), one.name)))


def changed(found: Instances, name: str, stored: Mapping[str, Any]) -> Instances:
    """With what a button has just changed of one instance, until all are read again. Pure."""
    pabx = stored.get("pabx")
    rings: Rings = "none" if not pabx else "armed" if pabx.get("armed") else "dry"
    state: State = "paused" if stored.get("paused") else "active"

    def now(one: Listed) -> Listed:
        return replace(one, state=state, rings=rings) if one.name == name and one.state in {"active", "paused"} else one

    return replace(found, listed=tuple(map(now, found.listed)))


async def read(sight: Sight, filters: Filters) -> Instances:
    """Of every instance, whichever is chosen."""
    database = sight.database
    valid, wrong = await instances(database)
    removing = frozenset([str(one["_id"]) async for one in database[REMOVALS].find()])
    asked = {
        str(one["instance"]): _removal(one) async for one in database[AUDIT].find({"action": "removal_asked"}).sort("at")
    }
    chosen = valid.get(filters.instance)
    seen = chosen is not None and chosen.pabx is not None and await proven(database, chosen.name, chosen.pabx)
    found = await reads.findings_of(database, chosen) if chosen else None
    wait = await waits(database, chosen.rules, sight.now) if chosen else None
    return Instances(listed(valid, wrong, removing, asked), found, seen, wait)


def _removal(entry: Mapping[str, Any]) -> Removal:
    return Removal(str(entry["by"]), entry["at"])
