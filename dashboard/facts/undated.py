"""Open bills without a due date, of the chosen instances: counted, and one by one. Only the provider narrows them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from dashboard.facts.reads import all_rows
from dashboard.facts.sight import Sight
from schemas.figures.scope import scope_of
from schemas.figures.undated import Undated, bills_pipeline, undated, undated_pipeline
from schemas.instances import Instance

MOST: Final = 50
"""Bills listed on the page; a file has all."""
Row = Mapping[str, Any]
NONE: Final = Undated()


@dataclass(frozen=True, slots=True)
class Line:
    """One such bill. `provider`: its instance's title."""

    instance: str
    provider: str
    code: str
    name: str
    bill: str
    contract: str
    cents: int


@dataclass(frozen=True, slots=True)
class WithoutDay:
    """`lines`: at most `MOST`, most cents first."""

    total: Undated = NONE
    lines: tuple[Line, ...] = ()


async def counted(sight: Sight) -> Undated:
    """The figures alone."""
    total = Undated()
    for instance in sight.instances:
        rows = await all_rows(sight.database, "debtors", undated_pipeline(scope_of(instance, sight.now)))
        total += undated(rows)
    return total


async def read(sight: Sight) -> WithoutDay:
    """What the page shows."""
    total = await counted(sight)
    return WithoutDay(total, tuple((await every_line(sight, MOST))[:MOST]) if total.bills else ())


async def every_line(sight: Sight, limit: int = 0) -> list[Line]:
    """The whole list, for a file; with a `limit` at most so many of each instance."""
    found: list[Line] = []
    for instance in sight.instances:
        pipeline = bills_pipeline(scope_of(instance, sight.now), limit)
        found += [line(instance, row) for row in await all_rows(sight.database, "debtors", pipeline)]
    return sorted(found, key=lambda one: (-one.cents, one.instance, one.code, one.bill))


def line(of: Instance, row: Row) -> Line:
    """A row of `bills_pipeline`; a client that is not known is shown by its code."""
    bill, client = row["bill"], row.get("client") or {}
    name = client.get("name") or row["code"]
    return Line(of.name, of.title or of.name, row["code"], name, bill["id"], bill.get("contract", ""), bill["open_cents"])
