"""What came back of the debt and what grew older, of the chosen instances: assembly and reading.

Neither a closed bill nor a snapshot knows bairro, type or branch: only the provider narrows these.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final

from dashboard.facts.reads import all_rows
from dashboard.facts.sight import Sight
from schemas.figures.recovered import ROLL_DAYS, Recovered, Roll, recovered, recovered_pipeline, rolls
from schemas.figures.scope import Pipeline
from schemas.instances import Instance
from schemas.views import CLOSED_BILLS, SNAPSHOTS

DAYS: Final = 30
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ComingBack:
    """`days`: the last `DAYS`, the last is today. `rolls`: none where a month ago is not known of every instance."""

    days: tuple[Recovered, ...] = ()
    rolls: tuple[Roll, ...] = ()

    @property
    def after(self) -> int:
        """Cents that came back after a call."""
        return sum(day.cents_after for day in self.days)

    @property
    def without(self) -> int:
        """Cents that came back without one."""
        return sum(day.cents_without for day in self.days)


def coming_back(of_each: Sequence[Sequence[Recovered]], before: Sequence[Row], after: Sequence[Row]) -> ComingBack:
    """`of_each`: every instance's days. `before`, `after`: the snapshots a month ago and now, of those that have them."""
    together = tuple(_day(days) for days in zip(*of_each, strict=True))
    whole = len(before) == len(after) == len(of_each) > 0
    return ComingBack(together, rolls(_added(before), _added(after)) if whole else ())


def _day(days: Sequence[Recovered]) -> Recovered:
    return Recovered(
        days[0].day,
        sum(day.bills_after for day in days),
        sum(day.cents_after for day in days),
        sum(day.bills_without for day in days),
        sum(day.cents_without for day in days),
        sum(day.unknown for day in days),
    )


def _added(snapshots: Sequence[Row]) -> Mapping[str, float]:
    """Figures that all of them know."""
    known = set.intersection(*(set(one["figures"]) for one in snapshots))
    total: Counter[str] = Counter()
    for one in snapshots:
        total.update({name: one["figures"][name] for name in known})
    return total


async def read(sight: Sight) -> ComingBack:
    """Each instance on its own calendar."""
    of_each, before, after = [], [], []
    for instance in sight.instances:
        last = sight.now.astimezone(instance.clock).date()
        first = last - timedelta(days=DAYS - 1)
        rows = await all_rows(sight.database, CLOSED_BILLS, recovered_pipeline(instance.name, instance.zone, first, last))
        of_each.append(recovered(rows, first, last))
        before += await all_rows(sight.database, SNAPSHOTS, last_pipeline(instance, sight.now, ROLL_DAYS))
        after += await all_rows(sight.database, SNAPSHOTS, last_pipeline(instance, sight.now, 0))
    return coming_back(of_each, before, after)


def last_pipeline(instance: Instance, now: datetime, ago: int) -> Pipeline:
    """Over `snapshots`: the last row of the local day `ago` days before that of `now` that knows the debts, or none."""
    day = now.astimezone(instance.clock).date() - timedelta(days=ago)
    since, until = (datetime.combine(each, time(0), instance.clock) for each in (day, day + timedelta(days=1)))
    return [
        {"$match": {"instance": instance.name, "known": "standing", "at": {"$gte": since, "$lt": until}}},
        {"$sort": {"at": -1}},
        {"$limit": 1},
        {"$project": {"figures": 1}},
    ]
