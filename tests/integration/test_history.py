"""What the history pipelines mean on a real MongoDB, and that a year is found in the index."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pymongo import AsyncMongoClient, MongoClient

from schemas import views
from schemas.calls import Call
from schemas.codec import encode
from schemas.figures.access import Contracts
from schemas.figures.calls import CallDay
from schemas.figures.history import day_values, history_pipeline, period_before, series
from schemas.figures.queue import Waiting
from schemas.figures.recovered import Recovered, recovered, recovered_pipeline
from schemas.figures.snapshots import STEP, Found, Snapshot, quarter
from schemas.figures.standing import Share, Standing
from schemas.keys import row_key
from schemas.rows import ErpRow
from sinks.views.indexes import ensure_indexes
from sinks.views.places import partition
from sinks.views.writes import batch
from tests.strategies import SEEN, event
from tests.unit.records import Given

pytestmark = pytest.mark.integration

ZONE = "America/Maceio"
CLOCK = ZoneInfo(ZONE)
LAST = date(2026, 11, 28)
FIRST = LAST - timedelta(days=364)


def whole(at: datetime, cents: int) -> Found:
    return Found(
        Standing(10, Share(), Share(1, 1, cents)), {}, Contracts(), Waiting(), CallDay("norte", at.date(), 1, 0, 0, 0, {})
    )


def test_a_year_of_every_quarter_is_answered_by_the_last_row_of_each_day(mongo_uri: str, database: str) -> None:
    """35,000 rows, found in the index; a family that is missing leaves the day to the last row that knows it, a day without
    any is unknown.
    """
    begin = quarter(datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=CLOCK))
    rows, expected = [], dict[date, int]()
    for n in range(365 * 96):
        at = begin + n * STEP
        day = at.astimezone(CLOCK).date()
        found = whole(at, n)
        if day == LAST - timedelta(days=3) or (n % 96 > 90 and day.day == 1):
            found = found._replace(standing=None)
        else:
            expected[day] = n
        rows.append(Snapshot("norte", at, found, "rebuilt" if n % 96 == 95 else "measured").document)
    with MongoClient[dict[str, Any]](mongo_uri) as client:
        store = client[database][views.SNAPSHOTS]
        store.create_index([("instance", 1), ("known", 1), ("at", 1)])
        store.insert_many(rows)
        store.insert_many([{**row, "_id": f"{row['_id']}x", "instance": "sul"} for row in rows[:500]])
        pipeline = history_pipeline("norte", ZONE, "standing.overdue_cents", FIRST, LAST)
        found_days = day_values(store.aggregate(pipeline))
        command = {"explain": {"aggregate": views.SNAPSHOTS, "pipeline": pipeline[:3], "cursor": {}}}
        plan = client[database].command({**command, "verbosity": "executionStats"})

    assert {one.day: one.value for one in found_days} == expected
    assert len(expected) == 364
    assert "'totalDocsExamined': 0" in str(plan)
    months = series("standing.overdue_cents", found_days, FIRST, LAST, "month")
    assert [point.days for point in months.points][-1] == 27
    assert months.value == expected[LAST]
    assert series("standing.overdue_cents", found_days, LAST, LAST).value_before == expected[LAST - timedelta(days=1)]
    assert period_before(LAST, LAST) == (LAST - timedelta(days=1),) * 2


def closed(rng: Random, number: int) -> tuple[ErpRow, ErpRow]:
    """A bill of one of twenty clients, and its end within twelve days."""
    client, cents = str(rng.randrange(20)), f"{rng.randrange(1, 900)}.00"
    at = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(minutes=rng.randrange(12 * 24 * 60))
    begun = event("bill", str(number), client=client, valor_aberto=cents, status="A", at=at - timedelta(days=20))
    ended = event("bill", str(number), client=client, valor_aberto="0.00", status=rng.choice("RRRC"), at=at)
    return begun, ended


def test_what_came_back_is_after_a_call_where_one_was_answered_in_the_week_before(mongo_uri: str, database: str) -> None:
    """Each paid bill of each day, told apart one by one: not after a voicemail, a dry run, or a call that came later."""
    rng = Random(3)
    bills = [closed(rng, number) for number in range(300)]
    calls = [
        Call(
            instance="norte", code=str(rng.randrange(20)), attempt=f"01KEZ{n:021d}", version=1, number="+5582999990001",
            at=datetime(2026, 10, 20, tzinfo=UTC) + timedelta(minutes=rng.randrange(24 * 24 * 60)),
            outcome=rng.choice(["human", "not_sure", "machine", "busy", None]), dry_run=n % 7 == 0,
        )
        for n in range(120)
    ]  # fmt: skip
    first, last = date(2026, 11, 2), date(2026, 11, 9)
    with MongoClient[dict[str, Any]](mongo_uri) as client:
        store = client[database]
        store[views.CLOSED_BILLS].insert_many([{**views.bill(begun), **views.bill(ended)} for begun, ended in bills])
        store["calls"].insert_many([views.call(one) for one in calls])
        unknown = views.bill(event("bill", "1000", client="99", status="R", at=datetime(2026, 11, 5, 12, tzinfo=UTC)))
        store[views.CLOSED_BILLS].insert_one(dict(unknown))
        rows = list(store[views.CLOSED_BILLS].aggregate(recovered_pipeline("norte", ZONE, first, last)))

    days = {first + timedelta(days=n): Recovered(first + timedelta(days=n)) for n in range(8)}
    for begun, ended in bills:
        assert begun.row
        assert ended.row
        day = ended.seen_at.astimezone(CLOCK).date()
        if ended.row["status"] == "R" and day in days:
            after = any(
                call.code == ended.client
                and call.outcome in ("human", "not_sure")
                and not call.dry_run
                and call.at <= ended.seen_at
                and 0 <= (day - call.at.astimezone(CLOCK).date()).days <= 7
                for call in calls
            )
            one, cents = days[day], int(begun.row["valor_aberto"].replace(".", ""))
            days[day] = (
                Recovered(day, one.bills_after + 1, one.cents_after + cents, one.bills_without, one.cents_without)
                if after
                else Recovered(day, one.bills_after, one.cents_after, one.bills_without + 1, one.cents_without + cents)
            )
    the_5th = days[date(2026, 11, 5)]
    days[the_5th.day] = Recovered(
        the_5th.day, the_5th.bills_after, the_5th.cents_after, the_5th.bills_without + 1, the_5th.cents_without, 1
    )
    assert recovered(rows, first, last) == tuple(days.values())
    assert sum(one.bills_after for one in days.values()) > 20
    assert sum(one.bills_without for one in days.values()) > 20


async def test_a_bill_that_is_closed_keeps_its_worth_in_mongodb_for_two_years(mongo_uri: str, database: str) -> None:
    """Batch by batch, over a grave too; open ones never expire."""
    (view,) = (view for view in views.VIEWS if view.name == views.CLOSED_BILLS)
    key = row_key("norte", "1042", "bill", "7")
    opened, paid = (encode(event("bill", "7", status=status, valor_aberto="9.90")) for status in "AR")
    seen = []
    async with AsyncMongoClient[dict[str, Any]](mongo_uri) as client:
        store = client[database][view.name]
        await ensure_indexes(view, (views.GRAVES, views.ENDED), store)
        for offset, value in enumerate((opened, paid, opened, None, paid)):
            record = Given(view.topic.name, partition(view, key.decode()), offset, key, value)
            await store.bulk_write(batch(view, [record], lambda one: one.offset, SEEN).writes(), ordered=False)
            seen.append(await store.find_one({"_id": "norte:1042:7"}) or {})
        indexes = await store.index_information()

    assert [one.get("cents") for one in seen] == [990, 990, 990, None, None]
    assert [one.get("how") for one in seen] == [None, "paid", None, None, "paid"]
    assert [one.get("erased", False) for one in seen] == [False, False, False, True, False]
    assert [one["version"] for one in seen] == [0, 1, 2, 3, 4]
    assert indexes["closed_at_1"]["expireAfterSeconds"] == 731 * 86_400
    assert indexes["at_1"]["partialFilterExpression"] == {"erased": True}
