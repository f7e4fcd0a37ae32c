"""What the page "Collection" shows: contracts with overdue bills, whom to contact first, and what people decided of them."""

from collections.abc import Collection as Several
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from dashboard.facts.asked import Filters
from dashboard.facts.reads import all_rows
from dashboard.facts.sight import Sight
from dashboard.facts.situation import term
from schemas.attempts import Outcome
from schemas.controls import Controls, in_force_since
from schemas.figures.collection import READY, Due, Part, contracts_pipeline, dues, last_calls_pipeline, list_pipeline
from schemas.figures.scope import scope_of
from schemas.instances import Instance
from schemas.runtime.mongo import controls

Row = Mapping[str, Any]

SHOWN = 5_000
"""Rows of one list; the files have all."""


class LastCall(NamedTuple):
    """The newest call of a debtor. `dry_run`: nothing rang. `outcome`: None while it may still be going on."""

    at: datetime
    outcome: Outcome | None
    dry_run: bool


@dataclass(frozen=True, slots=True)
class Contract:
    """One contract with overdue bills. `contract`: its id in the ERP, "" for bills of none. `situation`: the ERP's own term.

    `today`: the local day that `days_late` counts to. `phones`: E.164, best first. `zone`: of its instance. `promised`: the
    last day of a promise in force. `silenced`: on the blocklist, the person or every number.
    """

    instance: str
    title: str
    zone: str
    code: str
    name: str
    person: str
    phones: tuple[str, ...]
    contract: str
    situation: str
    trust: bool
    blocked: bool
    due_on: date
    today: date
    bills: int
    cents: int
    call: LastCall | None
    promised: date | None
    silenced: bool

    @property
    def key(self) -> str:
        """Names the row."""
        return f"{self.instance}:{self.code}:{self.contract}"

    @property
    def days_late(self) -> int:
        """Of the oldest overdue bill."""
        return (self.today - self.due_on).days

    @property
    def ready(self) -> bool:
        """Late enough to be contacted."""
        return self.days_late >= READY


@dataclass(frozen=True, slots=True)
class Sum:
    """Contracts, their overdue bills and what is open of these."""

    contracts: int = 0
    bills: int = 0
    cents: int = 0


@dataclass(frozen=True, eq=False)
class Collection:
    """Of the chosen instances together. `dues`: all overdue contracts, whatever is filtered. `lists`: the rows of each part,
    at most `SHOWN`, most late first. `several`: more than one instance is shown. Compared by identity, as one is shared.
    """

    at: datetime
    dues: tuple[Due, ...]
    lists: Mapping[Part, tuple[Contract, ...]]
    several: bool = False

    def sum(
        self, *, trust: bool | None = None, ready: bool | None = None, action: bool | None = None, on: date | None = None
    ) -> Sum:
        """Of the contracts that are as said; None says nothing."""
        found = [
            due
            for due in self.dues
            if trust in (None, due.trust)
            and ready in (None, due.ready)
            and action in (None, due.action)
            and on in (None, due.due_on)
        ]
        return Sum(*(sum(getattr(due, name) for due in found) for name in ("contracts", "bills", "cents")))

    def of(self, key: str) -> Contract | None:
        """The row of that name, where it is still shown."""
        return next((row for rows in self.lists.values() for row in rows if row.key == key), None)


def contract(row: Row, call: Row | None, of: Instance, today: date, decided: Controls) -> Contract:
    """A row of `list_pipeline`, the client's last `call`, and what people decided of that instance."""
    client, its = row.get("client") or {}, row.get("of") or {}
    phones, person = tuple(client.get("phones") or ()), client.get("person") or ""
    promised = decided.promises.get(row["code"])
    return Contract(
        of.name,
        of.title or of.name,
        of.zone,
        row["code"],
        client.get("name") or row["code"],
        person,
        phones,
        row["contract"],
        term(of.erp.kind, its["access"], its.get("access_raw", "")) if its and not its.get("lost") else "",
        row["trust"],
        row["blocked"],
        date.fromisoformat(row["due_on"]),
        today,
        row["bills"],
        row["cents"],
        LastCall(call["at"], call.get("outcome"), bool(call.get("dry_run"))) if call else None,
        promised if promised and promised >= today else None,
        decided.silence(person, phones),
    )


def first(found: Sequence[Contract], at_most: int) -> tuple[Contract, ...]:
    """Of several instances, in the order of each one's list."""
    return tuple(sorted(found, key=lambda row: (row.today - row.due_on, row.cents), reverse=True)[:at_most])


async def read(sight: Sight, filters: Filters) -> Collection:
    """The newest, read now. Lists are narrowed to the due date that is chosen; the counts are of all."""
    return await whole(sight, filters, SHOWN)


async def whole(sight: Sight, filters: Filters, at_most: int = 0) -> Collection:
    """As `read`, with at most so many rows a list, 0 for all."""
    decided, _ = await controls(sight.database, in_force_since(sight.now.date()))
    found: list[Due] = []
    lists: dict[Part, list[Contract]] = {"action": [], "other": []}
    for instance in sight.instances:
        of = scope_of(instance, sight.now)
        found += dues(await all_rows(sight.database, "debtors", contracts_pipeline(of)))
        for part, into in lists.items():
            rows = await all_rows(sight.database, "debtors", list_pipeline(of, part, filters.due_on, at_most))
            its = decided.of(instance.name)
            called = await _called(sight, instance, {row["code"] for row in rows}) if part == "action" else {}
            into += [contract(row, called.get(row["code"]), instance, of.today, its) for row in rows]
    kept = {part: first(rows, at_most or len(rows)) for part, rows in lists.items()}
    return Collection(sight.now, tuple(found), kept, several=len(sight.instances) > 1)


async def _called(sight: Sight, instance: Instance, codes: Several[str]) -> dict[str, Row]:
    """The last call of each client of whom there is one."""
    found = await all_rows(sight.database, "calls", last_calls_pipeline(instance.name, sorted(codes)))
    return {row["_id"]: row["call"] for row in found}
