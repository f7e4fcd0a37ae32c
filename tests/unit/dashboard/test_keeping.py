"""Drafts are written one after the other, the newest last."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from dashboard.drafts.draft import Draft, of_new
from dashboard.drafts.keeping import Keeping

NOW = datetime(2026, 11, 28, tzinfo=UTC)


@dataclass
class Slow:
    """A database whose writes wait for `go`."""

    go: asyncio.Event = field(default_factory=asyncio.Event)
    kept: list[Draft] = field(default_factory=list)

    async def keep(self, draft: Draft, _at: datetime) -> None:
        await self.go.wait()
        self.kept.append(draft)

    async def drop(self, name: str) -> None:
        self.kept = [one for one in self.kept if one.name != name]


async def test_the_newest_is_written_last_and_those_between_not_at_all() -> None:
    slow = Slow()
    keeping = Keeping(slow, lambda: NOW)  # type: ignore[arg-type]  # a database of a test
    drafts = [replace(of_new("x"), text=str(number)) for number in range(3)]
    assert keeping.touched(drafts[0])
    writing = asyncio.create_task(keeping.write())
    await asyncio.sleep(0)
    assert not keeping.touched(drafts[1])
    assert not keeping.touched(drafts[2])
    slow.go.set()
    await writing
    assert [one.text for one in slow.kept] == ["0", "2"]


async def test_what_is_dropped_does_not_come_back() -> None:
    """Though an older version was being written when it was dropped."""
    slow = Slow()
    keeping = Keeping(slow, lambda: NOW)  # type: ignore[arg-type]  # as above
    assert keeping.touched(of_new("x"))
    writing = asyncio.create_task(keeping.write())
    await asyncio.sleep(0)
    keeping.touched(replace(of_new("x"), text="newer"))
    dropping = asyncio.create_task(keeping.drop("x"))
    await asyncio.sleep(0)
    slow.go.set()
    await asyncio.gather(writing, dropping)
    assert slow.kept == []
