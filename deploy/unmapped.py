"""What the ERP of one instance writes that nobody has mapped, counted in the view `debtors`."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, get_args

from deploy.clients import database
from schemas.errors import StopWorker
from schemas.figures.scope import Pipeline
from schemas.figures.unmapped import (
    codes_pipeline,
    document_problems_pipeline,
    phone_problems_pipeline,
    report,
    values_pipeline,
)
from schemas.instances import Instance
from schemas.reverse_map import ReverseMap
from schemas.runtime.mongo import Database, instances
from schemas.runtime.settings import MongoSettings

What = Literal["bairro", "client_type", "codes", "phones", "documents"]
WHATS: tuple[What, ...] = get_args(What)
Row = dict[str, object]
Count = Mapping[str, Any]
BETWEEN = " | "
COLUMNS = ("what", "value", "raw", "clients", "suggestion", "likeness", "rows")


async def unmapped(settings: MongoSettings, name: str, whats: Sequence[What] = WHATS) -> list[Row]:
    """Of the instance `name`, most clients first within each of `whats`. Raises StopWorker."""
    async with database(settings) as views:
        valid, wrong = await instances(views)
        if name not in valid:
            why = f"has a wrong {wrong[name]}" if name in wrong else "does not exist"
            raise StopWorker(f"the instance {name} {why}: see `collector instance list`")
        return [row for what in whats for row in rows(what, await _counts(views, what, name), valid[name])]


async def _counts(views: Database, what: What, name: str) -> Sequence[Count]:
    return await (await views["debtors"].aggregate(pipeline(what, name))).to_list()


def pipeline(what: What, name: str) -> Pipeline:
    """What counts it, over `debtors`."""
    match what:
        case "bairro" | "client_type":
            return values_pipeline(what, name)
        case "codes":
            return codes_pipeline(name)
        case "phones":
            return phone_problems_pipeline(name)
        case "documents":
            return document_problems_pipeline(name)


def rows(what: What, counts: Iterable[Count], instance: Instance) -> list[Row]:
    """Lines of one table, the same columns for every `what`: `value` as we say it, `raw` as the ERP writes it.

    `rows`: of codes, the contracts or bills that have it.
    """
    if what in {"bairro", "client_type"}:
        found = report({one["_id"]: one["clients"] for one in counts}, ReverseMap(instance.reverse.get(what, {})))
        lines = [
            (one.shown, BETWEEN.join(one.variants), one.clients, one.suggestion, one.likeness or None, None) for one in found
        ]
    else:
        named = ((*_named(one["_id"]), one["clients"], one.get("rows")) for one in counts)
        lines = [(*one, "", None, rows) for *one, rows in sorted(named, key=lambda one: (-one[2], *one[:3]))]
    return [dict(zip(COLUMNS, (what, *line), strict=True)) for line in lines]


def _named(group: str | Mapping[str, str]) -> tuple[str, str]:
    return (group, "") if isinstance(group, str) else (group["word"], group["raw"])
