"""What the dialer knows beside the debtors: instances, what people decided, how fresh the debts are. Read from MongoDB."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime

import structlog
from pydantic import ValidationError
from pymongo.errors import PyMongoError

from processors.dialer.stage import World, fold
from processors.keyed.stage import Folded
from schemas.calling.freshness import Signs, nothing_waits
from schemas.calling.gather import Unreadable
from schemas.controls import in_force_since
from schemas.errors import RetryLater
from schemas.pabx import PABX_HOLDS
from schemas.records import Record
from schemas.runtime import clock, mongo
from schemas.stages import Heartbeat
from schemas.sweeps import told_at
from schemas.views import STAGES, Document

HYDRATE = "hydrate"
NEVER = datetime.min.replace(tzinfo=UTC)
log = structlog.get_logger()


class Desk:
    """The world as MongoDB last showed it at `now`; `signs`: what closes whole instances, and changes all the time."""

    def __init__(self, database: mongo.Database, now: Callable[[], datetime] = clock.now) -> None:
        self._database = database
        self._now = now
        self._told: frozenset[Unreadable] = frozenset()
        self.world = World()
        self.signs = Signs(caught_up=NEVER)

    async def look(self) -> bool:
        """Read the world again; whether it changed. Raises RetryLater."""
        since = in_force_since(self._now().date())
        try:
            found, _ = await mongo.instances(self._database)
            controls, unreadable = await mongo.controls(self._database, since)
            self.signs = await self._look_for_signs(found)
        except PyMongoError as exc:
            raise RetryLater(f"MONGO_URI: the database does not answer ({type(exc).__name__})") from exc
        self._tell(frozenset(unreadable))
        before, self.world = self.world, World(found, controls, since)
        return before != self.world

    async def _look_for_signs(self, names: Iterable[str]) -> Signs:
        sweeps = {f"{name}:bill:completed": name for name in names}
        ends = await self._database["sweeps"].find({"_id": {"$in": list(sweeps)}}, {"at": 1, "as_of": 1}).to_list()
        beats = await self._database[STAGES].find({"stage": HYDRATE}).to_list()
        refusing = await self._database[PABX_HOLDS].find({}, {"_id": 1}).to_list()
        hydrates = tuple(heartbeats(beats))
        now = self._now()
        return Signs(
            swept={sweeps[one["_id"]]: at for one in ends if isinstance(at := told_at(one), datetime)},
            hydrates=hydrates,
            refusing=frozenset(str(one["_id"]) for one in refusing),
            caught_up=now if nothing_waits(hydrates, now) else self.signs.caught_up,
        )

    def _tell(self, unreadable: frozenset[Unreadable]) -> None:
        for collection, identity, wrong in sorted(unreadable - self._told):
            log.warning("control_not_read", collection=collection, id=identity, field=wrong, holds="control_unreadable")
        self._told = unreadable

    def fold(self, key: bytes, state: bytes | None, records: Sequence[Record], now: datetime) -> Folded:
        """The stage's fold in today's world."""
        return fold(self.world, key, state, records, now)


def heartbeats(documents: Iterable[Document]) -> Iterator[Heartbeat]:
    """Those that can be read: one that cannot is a stage of which nothing is known."""
    for document in documents:
        try:
            yield Heartbeat.model_validate(document, extra="ignore")
        except ValidationError:
            continue
