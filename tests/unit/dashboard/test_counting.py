"""One count serves everybody who looks within a minute; one that fails neither hides the last nor is kept."""

import asyncio
from datetime import datetime, timedelta

from dashboard.facts.counting import GOOD_FOR, Counting, Outcome
from dashboard.facts.findings import Counted
from schemas.errors import RetryLater


class Clock:
    """Shows `now`."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


class Source:
    """Counts when it is told; raises the next of `failures` instead while there are any."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.counted = 0

    async def count(self, now: datetime) -> Counted:
        await asyncio.sleep(0)
        if self.failures:
            raise self.failures.pop(0)
        self.counted += 1
        return Counted(now, ())


async def test_who_looks_at_the_same_time_shares_one_count(now: datetime) -> None:
    source = Source()
    counting = Counting(source.count, Clock(now))

    outcomes = await asyncio.gather(*(counting.newest() for _ in range(5)))

    assert source.counted == 1
    assert all(outcome is outcomes[0] for outcome in outcomes)


async def test_after_a_minute_it_is_counted_again(now: datetime) -> None:
    source, clock = Source(), Clock(now)
    counting = Counting(source.count, clock)
    counts = []
    for age in (timedelta(0), GOOD_FOR, GOOD_FOR + timedelta(seconds=1)):
        clock.now = now + age
        await counting.newest()
        counts.append(source.counted)

    assert counts == [1, 1, 2]


async def test_a_failure_keeps_the_last_count_and_the_next_look_tries_again(now: datetime) -> None:
    source, clock = Source(), Clock(now)
    counting = Counting(source.count, clock)
    first = await counting.newest()
    clock.now = now + 2 * GOOD_FOR
    source.failures = [RetryLater("away"), KeyError("debtors")]

    found = [await counting.newest() for _ in range(3)]

    assert found == [
        Outcome(first.counted, "away"),
        Outcome(first.counted, "failed"),
        Outcome(Counted(clock.now, ())),
    ]


async def test_without_any_count_there_is_only_the_reason(now: datetime) -> None:
    assert await Counting(Source(RetryLater("away")).count, Clock(now)).newest() == Outcome(None, "away")
