"""Where every benchmark plays: the real broker and database of one run, and what all of them do there."""

import asyncio
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from deploy.bench import provider
from deploy.bench.broker import Kafka
from deploy.bench.child import Child, child
from deploy.bench.options import Sizes
from deploy.bench.provider import INSTANCE, OF_DEBTORS, Published, pages
from deploy.simulators.ixc.filters import Row
from deploy.stages import command
from processors.hydrate.stage import HYDRATE
from producers.erp.lease import identity
from producers.erp.outbox import Outbox
from schemas.erp.ixc import BILLS
from schemas.runtime.mongo import Database
from schemas.runtime.transactions import Writer
from schemas.topics import DEBTORS, Topic
from schemas.views import VIEWS

VIEW = next(view for view in VIEWS if view.topic is DEBTORS)
WITHIN_S = 600.0
SWEEP = "bench"


@dataclass(frozen=True, slots=True)
class Scene:
    """`env`: what a stage is told. `folder`: ours until the end of the run. `report`: one line for whoever waits."""

    kafka: Kafka
    database: Database
    env: Mapping[str, str]
    folder: Path
    sizes: Sizes
    report: Callable[[str], None]

    def run(self, name: str, argv: Sequence[str]) -> AbstractAsyncContextManager[Child]:
        """Any program, for as long as the block."""
        return child(name, argv, self.env, self.folder / "logs")

    def stage(self, name: str) -> AbstractAsyncContextManager[Child]:
        """The real stage, as `collector run` runs it."""
        return self.run(name, command(name))

    def rival(self, name: str, *arguments: object) -> AbstractAsyncContextManager[Child]:
        """A program of `deploy.bench.rivals`."""
        return self.run(name, [sys.executable, "-m", f"deploy.bench.rivals.{name}", *map(str, arguments)])

    async def sweep_once(self) -> list[Row]:
        """Everything anew: a first sweep of the provider is all that the topics hold. Returns the bills of the ERP."""
        await asyncio.to_thread(self.empty)
        await self.database[VIEW.name].drop()
        drawn = await asyncio.to_thread(provider.simulator, self.sizes.debtors)
        await self.publish(provider.first_sweep(drawn, defaultdict(dict)))
        return list(drawn.provider[BILLS.name].each())

    def empty(self) -> None:
        """Topics and groups of debtors as at a first start."""
        self.kafka.renew([*HYDRATE.sources, DEBTORS])
        for group in (HYDRATE.name, VIEW.group):
            self.kafka.forget(group)

    async def publish(self, rows: Iterable[Published]) -> int:
        """Raw rows to their topics, exactly as the poller publishes them; returns how many."""
        writer = Writer(self.kafka.servers, identity(INSTANCE.name))
        await writer.open()
        outbox = Outbox(writer)
        count = 0
        try:
            for page in pages(rows):
                for table, changes in page.items():
                    await outbox.page(INSTANCE, OF_DEBTORS[table], SWEEP, datetime.now(UTC), changes)
                    count += len(changes)
        finally:
            await writer.close()
        return count

    async def joined(self, program: Child, group: str, before: frozenset[str] = frozenset()) -> None:
        """Returns when the group has a member that was not there `before` and shares its partitions out."""
        await program.until(lambda: bool(self.kafka.members(group) - before), WITHIN_S)

    async def shown(self, views: Child) -> None:
        """Returns when every view has read its topic. One process reads them all: while one lags the others wait for it."""
        for view in VIEWS:
            await self.drained(views, view.group, [view.topic])

    async def drained(self, program: Child, group: str, topics: Sequence[Topic]) -> None:
        """Returns when the group has committed all of `topics`."""
        await program.until(lambda: self.kafka.lag(group, topics) == 0, WITHIN_S)


def in_turn(programs: Sequence[str], number: int) -> list[str]:
    """The order of a round: every other one backwards, so that what drifts favours nobody."""
    return list(programs if number % 2 == 0 else reversed(programs))


class Peaks(defaultdict[str, float]):
    """The most memory of each stage in the whole run, in megabytes."""

    def __init__(self) -> None:
        super().__init__(float)

    def note(self, stage: str, program: Child) -> None:
        """Remember what a process took."""
        self[stage] = max(self[stage], program.peak)
