"""One instance's figures at one moment, as a row of the collection `snapshots`. Pure.

A row: `_id` (`INSTANCE@2026-11-28T22:15Z`), `instance`, `at`, `figures` (name → number; a name that is missing is unknown,
never 0), `version` and `source` by family, `known` (the families that are not `missing`), `top` (subject → the names that
owe most, each with debtors, bills and cents).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, NamedTuple

from schemas.figures.access import ACCESS, SPEEDS, TERMS, Contracts
from schemas.figures.calls import CallDay
from schemas.figures.debts import Debt
from schemas.figures.names import FAMILIES, OUTCOMES, VERSIONS, Family
from schemas.figures.queue import REASONS, Waiting
from schemas.figures.scope import AGES
from schemas.figures.standing import Standing
from schemas.reverse_map import Subject

STEP = timedelta(minutes=15)
STEP_S = round(STEP.total_seconds())
TOP = 10
"""Names of each breakdown."""
Source = Literal["measured", "rebuilt", "missing"]
"""Asked of the views at that moment; made later of what was known by then; or not known any more."""


def quarter(moment: datetime) -> datetime:
    """The quarter of an hour in which the aware `moment` lies, in UTC."""
    return datetime.fromtimestamp(moment.timestamp() // STEP_S * STEP_S, UTC)


def row_id(instance: str, at: datetime) -> str:
    """`at` must be a quarter of an hour."""
    return f"{instance}@{at.astimezone(UTC):%Y-%m-%dT%H:%MZ}"


class Found(NamedTuple):
    """What the pipelines gave. None: that family is not known."""

    standing: Standing | None = None
    debts: Mapping[Subject, Sequence[Debt]] | None = None
    access: Contracts | None = None
    waiting: Waiting | None = None
    calls: CallDay | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One row. `at` is a quarter of an hour, in UTC."""

    instance: str
    at: datetime
    found: Found = field(default_factory=Found)
    source: Source = "measured"

    @property
    def document(self) -> dict[str, Any]:
        """As it is stored."""
        known = [family for family in FAMILIES if getattr(self.found, family) is not None]
        return {
            "_id": row_id(self.instance, self.at),
            "instance": self.instance,
            "at": self.at,
            "figures": figures(self.found),
            "version": {family: VERSIONS[family] for family in known},
            "source": {family: self.source if family in known else "missing" for family in FAMILIES},
            "known": known,
            "top": {} if self.found.debts is None else {subject: _top(all_) for subject, all_ in self.found.debts.items()},
        }


def _top(debts: Sequence[Debt]) -> list[dict[str, Any]]:
    return [
        {"name": one.name, "debtors": one.share.debtors, "bills": one.share.bills, "cents": one.share.cents}
        for one in debts[:TOP]
    ]


def figures(found: Found) -> dict[str, float]:
    """By the names of `schemas.figures.names`."""
    parts: Mapping[Family, dict[str, float]] = {
        "standing": {} if found.standing is None else _standing(found.standing),
        "debts": {} if found.debts is None else {f"{subject}s": len(names) for subject, names in found.debts.items()},
        "access": {} if found.access is None else _access(found.access),
        "waiting": {} if found.waiting is None else _waiting(found.waiting),
        "calls": {} if found.calls is None else _calls(found.calls),
    }
    return {f"{family}.{name}": number for family, numbers in parts.items() for name, number in numbers.items()}


def _standing(of: Standing) -> dict[str, float]:
    found: dict[str, float] = {
        "clients": of.active_clients,
        "debtors": of.overdue.debtors,
        "bills": of.overdue.bills,
        "overdue_cents": of.overdue.cents,
    }
    if of.active_clients:
        found["debtors_share"] = of.overdue.debtors / of.active_clients
    for stage, share in (("pre", of.pre_collection), ("collection", of.collection)):
        found |= {f"{stage}_debtors": share.debtors, f"{stage}_bills": share.bills, f"{stage}_cents": share.cents}
    for (since, _), band in zip(AGES, of.aging, strict=True):
        found |= {f"age_{since}_bills": band.bills, f"age_{since}_cents": band.cents}
    return found


def _access(of: Contracts) -> dict[str, float]:
    return {
        "contracts": of.n,
        **{word: of.access.get(word, 0) for word in ACCESS},
        **{f"speed_{word}": of.speed.get(word, 0) for word in SPEEDS},
        "trust_unlock": of.trust_unlock,
        "voluntary": of.voluntary,
        **{f"blocked_{term}": of.blocked.get(term, 0) for term in TERMS},
    }


def _waiting(of: Waiting) -> dict[str, float]:
    held = {hold.reason: hold.debtors for hold in of.holds}
    counts = {f"hold_{reason}": held.get(reason, 0) for reason in REASONS}
    return {"ready": of.ready, "ready_cents": of.ready_cents, "held": of.held, **counts}


def _calls(of: CallDay) -> dict[str, float]:
    share = {"short_share": of.share} if of.timed else {}
    outcomes = {f"outcome_{word}": of.outcomes.get(word, 0) for word in OUTCOMES}
    return {"n": of.n, "open": of.open, "timed": of.timed, "short": of.short, **share, **outcomes}
