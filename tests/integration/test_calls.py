"""The day's calls on a real MongoDB: the view's documents, and the figures against the same counted in Python."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from pymongo import AsyncMongoClient, MongoClient
from ulid import ULID

from schemas import views
from schemas.attempts import Outcome
from schemas.calls import Call
from schemas.figures.calls import SHORT_S, CallDay, call_days, calls_pipeline
from sinks.originate.short_counts import ShortCalls
from tests.strategies import instance

pytestmark = pytest.mark.integration

ZONE = "America/Maceio"
SINCE = datetime(2026, 11, 20, 3, tzinfo=UTC)
"""Midnight there."""
UNTIL = SINCE + timedelta(days=3)
LENGTHS = (None, 0.0, 5.9, 6.0, 6.001, 30.0)
OUTCOMES: tuple[Outcome | None, ...] = (None, *get_args(Outcome))


def call(number: int, rng: Random, instance: str) -> Call:
    """At and beside every midnight; some dry, some open, some of unknown length."""
    at = SINCE + timedelta(days=rng.choice((0, 1, 2, 3)), seconds=rng.choice((-1, 0, 1, 40_000)))
    attempt = str(ULID.from_datetime(at))[:20] + f"{number:06}"
    talk = rng.choice(LENGTHS)
    dry = rng.random() < 0.2
    return Call(
        instance=instance, code="1042", attempt=attempt, version=1, at=at, dry_run=dry,
        outcome=None if dry else rng.choice(OUTCOMES), talk_s=talk, ring_s=rng.choice(LENGTHS),
    )  # fmt: skip


def counted(calls: list[Call]) -> list[CallDay]:
    found = []
    for day in sorted({one.at.astimezone(ZoneInfo(ZONE)).date() for one in calls}):
        mine = [one for one in calls if one.at.astimezone(ZoneInfo(ZONE)).date() == day]
        lengths = [one.ring_s if one.talk_s is None else one.talk_s for one in mine]
        timed = [length for length in lengths if length is not None]
        outcomes = Counter(one.outcome for one in mine if one.outcome)
        short = sum(length <= SHORT_S for length in timed)
        unfinished = sum(one.outcome is None for one in mine)
        found.append(CallDay("norte", day, len(mine), len(timed), short, unfinished, dict(outcomes)))
    return found


def test_the_figures_of_each_day_are_those_of_its_calls(mongo_uri: str, database: str) -> None:
    rng = Random(9)
    calls = [call(n, rng, "norte") for n in range(600)]
    others = [call(n, rng, "sul") for n in range(600, 700)]
    with MongoClient[dict[str, object]](mongo_uri) as client:
        store = client[database]["calls"]
        store.insert_many([views.call(one) for one in (*calls, *others)])
        store.insert_one({"_id": "norte:1042:GRAVE", "erased": True, "at": SINCE, "version": 1})

        found = call_days(store.aggregate(calls_pipeline("norte", ZONE, SINCE, UNTIL)))

    wanted = counted([one for one in calls if SINCE <= one.at < UNTIL and not one.dry_run])
    assert list(found) == wanted
    assert [one.day for one in found] == [date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 22)]
    assert all(0 < one.short < one.timed < one.n and one.share == one.short / one.timed for one in found)
    assert sum(one.open for one in found) > 0


SHARING = {"norte": ZONE, "oeste": "America/Rio_Branco", "ilha": "America/Noronha"}
"""Instances over one PABX."""


async def test_an_originator_counts_of_each_instance_the_day_that_it_has_there(mongo_uri: str, database: str) -> None:
    """Half past midnight in Maceió: half past one on the island, and in Rio Branco still the day before."""
    now = SINCE + timedelta(days=1, minutes=30)
    rng = Random(3)
    calls = [call(n, rng, name) for n, name in enumerate((*SHARING, "sul") * 200)]
    today = {name: datetime.combine(now.astimezone(ZoneInfo(zone)).date(), time(0)) for name, zone in SHARING.items()}
    mine = [
        one for one in calls
        if not one.dry_run and one.instance in SHARING
        and 0 <= (one.at.astimezone(ZoneInfo(SHARING[one.instance])).replace(tzinfo=None) - today[one.instance]).days < 1
    ]  # fmt: skip
    lengths = [one.ring_s if one.talk_s is None else one.talk_s for one in mine]
    timed = [length for length in lengths if length is not None]
    async with AsyncMongoClient[dict[str, object]](mongo_uri, tz_aware=True) as client:
        await client[database]["calls"].insert_many([views.call(one) for one in calls])
        counts = ShortCalls(client[database])
        found = await counts.of([instance(name=name, zone=zone) for name, zone in SHARING.items()], now)
        nobody = await counts.of([], now)
        one = await counts.of([instance(name="oeste", zone=SHARING["oeste"])], now)

    assert found == (len(timed), sum(length <= SHORT_S for length in timed))
    assert 0 < found.short < found.calls
    assert nobody == (0, 0)
    assert 0 < one.calls < found.calls


def test_a_day_without_calls_has_no_share_and_no_row() -> None:
    assert call_days([]) == ()
    assert CallDay("norte", date(2026, 1, 1), 2, 0, 0, 2, {}).share == 0
