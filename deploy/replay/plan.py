"""What a replay is to make, under which names, and how far back history is whole. Pure.

A view is made from its topic. `debtors` and `queue` are made from what their stage reads: first its states, in a topic of
the replay's own, then their documents.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal, Self

from processors.dialer.stage import SOURCES as OF_QUEUE
from processors.hydrate.stage import HYDRATE
from schemas.errors import StopWorker
from schemas.topics import DEAD, Topic
from schemas.views import STAGES, VIEWS, View

NAMED = re.compile(r"^[a-z0-9][a-z0-9-]{0,31}$")
MADE_FROM: Mapping[str, tuple[Topic, ...]] = {"debtors": HYDRATE.sources, "queue": OF_QUEUE}
"""The sources of views that a keyed stage's states become."""
REPLAYED: Mapping[str, View] = {view.name: view for view in VIEWS if view.name != STAGES}
"""A heartbeat is of its moment."""
State = Literal["begun", "filled", "promoting", "promoted", "dropping"]
"""`promoting`: something of it is in the place of what is shown. Whoever writes that, or `dropping`, excludes the other."""


@dataclass(frozen=True, slots=True)
class Replay:
    """`instance`: of this one alone ("": all). `since`: only documents that changed then or later. `until`: as it was then.

    `filled`: by partition, up to which offset of the topic its records are in the collection; `generations`: those of the
    live view at the beginning, by partition. `letters`: records that could not be read.
    """

    id: str
    what: str
    instance: str = ""
    since: datetime | None = None
    until: datetime | None = None
    begun: datetime | None = None
    state: State = "begun"
    generations: Mapping[str, int] = field(default_factory=dict)
    filled: Mapping[str, int] = field(default_factory=dict)
    letters: int = 0

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """From the document."""
        return cls(document["_id"], **{key: document[key] for key in cls.__dataclass_fields__ if key in document})

    @property
    def document(self) -> dict[str, Any]:
        """For the database."""
        fields = asdict(self)
        return {"_id": fields.pop("id"), **fields}

    @property
    def collection(self) -> str:
        """Where its documents are."""
        return f"{self.what}@{self.id}"

    @property
    def group(self) -> str:
        """Its own, and the name under which its states are fenced."""
        return f"replay-{self.id}"

    @property
    def view(self) -> View:
        """The collection, and the topic from which it is filled."""
        live = REPLAYED[self.what]
        return replace(live, name=self.collection, topic=self.of_its_own(live.topic) if self.is_folded else live.topic)

    @property
    def is_folded(self) -> bool:
        """Whether a stage's states come first."""
        return self.what in MADE_FROM

    @property
    def sources(self) -> tuple[Topic, ...]:
        """What it reads of what others wrote."""
        return MADE_FROM.get(self.what, (REPLAYED[self.what].topic,))

    @property
    def topics(self) -> tuple[Topic, ...]:
        """Those of its own."""
        return (self.view.topic, self.of_its_own(DEAD)) if self.is_folded else ()

    def of_its_own(self, topic: Topic) -> Topic:
        """Beside the live one, and like it."""
        return replace(topic, name=f"{topic.name}.{self.group}")

    @property
    def is_whole(self) -> bool:
        """Whether it can take the place of what is shown."""
        return not self.instance and self.since is None and self.until is None

    def asks_the_same(self, other: "Replay") -> bool:
        """Whether going on with it is what was meant."""
        asked = (self.what, self.instance, self.since, self.until)
        return asked == (other.what, other.instance, other.since, other.until)


def asked(
    plan: Replay,
    now: datetime,
    kept: Callable[[Iterable[Topic]], Collection[Topic]] = tuple,
    lengthened: Mapping[str, datetime] = {},
) -> Replay:
    """The plan itself. `kept`: topics as they are kept here; `lengthened`: see `whole_since`. Raises StopWorker."""
    if not NAMED.match(plan.id):
        raise StopWorker(f"--id {plan.id}: small letters, digits and hyphens, at most 32")
    if plan.what not in REPLAYED:
        raise StopWorker(f"nothing is called {plan.what}: replay one of {', '.join(REPLAYED)}")
    for name, at in (("--from", plan.since), ("--to", plan.until)):
        if at is not None and at > now:
            raise StopWorker(f"{name} {at:%Y-%m-%dT%H:%MZ} has not come yet")
        whole = whole_since(kept(plan.sources), now, lengthened)
        if at is not None and at < whole:
            raise StopWorker(
                f"{name} {at:%Y-%m-%dT%H:%MZ}: the history of {plan.what} is whole from {whole:%Y-%m-%dT%H:%MZ} on"
            )
    if plan.since and plan.until and plan.since >= plan.until:
        raise StopWorker("--from must come before --to")
    return plan


def whole_since(topics: Collection[Topic], now: datetime, lengthened: Mapping[str, datetime] = {}) -> datetime:
    """From then on every change is there; of what came before, the newest of each key at the most.

    `lengthened`: by name, since when topics are whole that were kept for less once.
    """
    spans = [now - (topic.replay or topic.retention or timedelta(0)) for topic in topics]
    return max([*spans, *(lengthened[topic.name] for topic in topics if topic.name in lengthened)])


def staying(plan: Replay) -> None:
    """Raises StopWorker where it is on its way out."""
    if plan.state == "dropping":
        raise StopWorker(f"{plan.id} is half dropped: finish it, `collector replay --drop {plan.id}`")


def droppable(plan: Replay) -> None:
    """Raises StopWorker where a half of it is shown."""
    if plan.state == "promoting":
        raise StopWorker(f"{plan.id} is half promoted: finish it first, `collector replay --promote {plan.id}`")


def promotable(plan: Replay) -> None:
    """Raises StopWorker where it cannot take the place of what is shown."""
    staying(plan)
    if not plan.is_whole:
        raise StopWorker(f"{plan.id} is a part (--instance, --from or --to): replay all of {plan.what} to promote it")
    if plan.state == "promoted":
        raise StopWorker(f"{plan.id} was promoted already")


def unfinished(plan: Replay) -> Replay:
    """The same. Raises StopWorker where it has taken the place of what is shown, wholly or half, or is being dropped."""
    staying(plan)
    if plan.state in {"promoting", "promoted"}:
        raise StopWorker(f"{plan.id} was promoted: begin another one")
    return plan


def undisturbed(plan: Replay, shares: Collection[Mapping[str, Any]]) -> None:
    """`shares`: documents of `view_epochs` of the live view. Raises StopWorker where its versions do not go on from ours."""
    for one in shares:
        number = int(str(one["_id"]).rpartition(":")[2])
        if one.get("until") is not None:
            raise StopWorker(
                f"{plan.what} is being read anew just now: promote {plan.id} when `collector status` shows it whole"
            )
        if one["generation"] != generation_of(plan, number):
            raise StopWorker(f"{plan.what} was read anew since {plan.id} began: drop it, and begin another")


def generation_of(plan: Replay, number: int) -> int:
    """Of the documents that a partition's records become."""
    return plan.generations.get(str(number), 1)
