"""One round of verification: every topic and view read once, each partition judged by itself."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.verify import judge
from deploy.verify.cuts import cut
from deploy.verify.difference import ABSENT, Difference, differ
from deploy.verify.judge import Stored
from deploy.verify.kept import Kept, Newest, Record
from deploy.verify.prints import document_of, identities, print_of
from deploy.verify.refold import Refold
from deploy.verify.scope import Scope, Verified
from deploy.verify.source import Committed, documents, generations, records, stored
from processors.classify.stage import CLASSIFY
from processors.dialer.stage import NAME as DIALER
from processors.hydrate.stage import HYDRATE
from schemas.errors import RejectRecord
from schemas.runtime.mongo import Database
from schemas.topics import CALLS, DEBTORS, KEYED_PARTITIONS, QUEUE, Topic
from schemas.views import ENDED, LASTING, STAGES, Document, View
from schemas.views import VIEWS as ALL
from sinks.views.places import partition

Identify = Callable[[Record], list[bytes]]
Step = Callable[[str, int, int], None]
"""Told (what is read, steps done, steps of this round)."""
VIEWS = tuple(view for view in ALL if view.name != STAGES)
"""Those of an instance: a heartbeat is of no rows, and gone by the time that it could be judged."""
GROUPS = (HYDRATE.name, CLASSIFY.name, DIALER, *(view.group for view in VIEWS))
"""Whose offsets are needed."""


class Look:
    """One round. `offsets` were asked, and documents are read, before any record: what made them is then in the topics."""

    def __init__(
        self, source: AIOKafkaConsumer, views: Database, offsets: Committed, scope: Scope, step: Step, *, ahead: timedelta
    ) -> None:
        self.result = Verified()
        self._source = source
        self._views = views
        self._committed = offsets
        self._scope = scope
        self._step = step
        self._ahead = ahead
        self._stored: dict[str, dict[bytes, Stored]] = {}
        self._generations: dict[str, Mapping[int, int]] = {}
        self._moving: set[str] = set()
        self._ends: dict[TopicPartition, int] = {}

    async def all(self) -> frozenset[str]:
        """Every key that must be looked at again."""
        others = [view for view in VIEWS if view.topic not in {DEBTORS, QUEUE}]
        steps = KEYED_PARTITIONS + len(others) + 1
        self._step("views", 0, steps)
        for view in VIEWS:
            self._generations[view.name] = await generations(self._views, view)
            self._stored[view.name] = await stored(self._views, view, self._scope.instance, self._scope.keys)
        # The queue's ends first: the debtors that it was made from are then all below theirs, and so on up to the rows
        for topics in ((QUEUE,), (DEBTORS,), HYDRATE.sources, [view.topic for view in others], CLASSIFY.sources):
            await self._ask_ends(*topics)  # and of calls before what was placed and heard
        for number in range(KEYED_PARTITIONS):
            self._step(f"partition {number}", 1 + number, steps)
            if self._scope.touches(number):
                await self._partition(number)
        for at, view in enumerate(others):
            self._step(view.topic.name, 1 + KEYED_PARTITIONS + at, steps)
            for number in range(view.topic.partitions):
                kept, end = await self._kept(view.topic, number, {}, partial(_identities, view))
                if view.topic == CALLS:
                    await self._calls(view, number, kept)
                await self._view(view, kept, end)
        for view in VIEWS:
            self._left_over(view)
        self._step("done", steps, steps)
        self.result.moving = len(self._moving)
        return frozenset(f"{one.instance}:{one.code}" for one in self.result.differences) | self._moving

    async def _partition(self, number: int) -> None:
        queue, queue_end = await self._kept(QUEUE, number, {}, _key)
        reached = cut(queue.told, self._offsets(DIALER, number), (DEBTORS.name,))
        debtors, debtors_end = await self._kept(DEBTORS, number, {DIALER: reached[DEBTORS.name]}, _key)
        rows = Refold(
            HYDRATE,
            cut(debtors.told, self._offsets(HYDRATE.name, number), (topic.name for topic in HYDRATE.sources)),
            self._scope.wants,
            datetime.now(UTC),
        )
        for topic in HYDRATE.sources:
            async for batch in self._records(topic, number):
                rows.take(batch)
        rows.end()
        self.result.behind[HYDRATE.name] += rows.ahead
        self._states(number, rows, debtors.last)
        self._entries(number, debtors, queue.last)
        for view in VIEWS:
            if view.topic == DEBTORS:
                await self._view(view, debtors, debtors_end)
            if view.topic == QUEUE:
                await self._view(view, queue, queue_end)

    async def _calls(self, view: View, number: int, found: Kept) -> None:
        """Those that `classify` remembers: older ones it does not change any more. `found`: by the view's identities."""
        now = datetime.now(UTC) + self._ahead
        below = cut(found.told, self._offsets(CLASSIFY.name, number), (topic.name for topic in CLASSIFY.sources))
        pieces = Refold(CLASSIFY, below, lambda key: self._scope.wants(view.erased(key).encode()), now)
        for topic in CLASSIFY.sources:
            async for batch in self._records(topic, number):
                pieces.take(batch)
        pieces.end()
        self.result.behind[CLASSIFY.name] += pieces.ahead
        folded = {view.erased(key).encode(): state for key, state in pieces.states.items()}
        for key in folded.keys() | found.last.keys():
            if _is_remembered(key, now):
                there = found.last.get(key)
                self.result.compared["calls"] += 1
                where = _where(CALLS, number, there and there.offset)
                self._tell(judge.call(key.decode(), where, folded.get(key), there and there.value, now))

    def _offsets(self, group: str, number: int) -> dict[str, int]:
        return {tp.topic: offset for tp, offset in self._committed[group].items() if tp.partition == number}

    async def _ask_ends(self, *topics: Topic) -> None:
        tps = [TopicPartition(topic.name, number) for topic in topics for number in range(topic.partitions)]
        self._ends.update(await self._source.end_offsets(tps))

    async def _records(self, topic: Topic, number: int) -> AsyncIterator[Sequence[Any]]:
        tp = TopicPartition(topic.name, number)
        async for batch in records(self._source, tp, self._ends[tp]):
            yield batch

    async def _kept(self, topic: Topic, number: int, below: Mapping[str, int], identify: Identify) -> tuple[Kept, int]:
        """The newest records of one partition, and its end. Each view of the topic has a cut under its own name."""
        groups = {view.name: view.group for view in VIEWS if view.topic == topic}
        cuts = {name: self._offsets(group, number).get(topic.name, 0) for name, group in groups.items()}
        kept = Kept({**below, **cuts}, self._scope.wants, identify)
        async for batch in self._records(topic, number):
            kept.take(batch)
        self.result.behind.update({groups.get(name, name): count for name, count in kept.behind.items()})
        return kept, self._ends[TopicPartition(topic.name, number)]

    def _states(self, number: int, rows: Refold, found: Newest) -> None:
        keys = rows.states.keys() | found.keys()
        self.result.compared["debtors"] += len(keys)
        for key in keys:
            there = found.get(key)
            where = _where(DEBTORS, number, there and there.offset)
            value = there.value if there else None
            self._tell(judge.state(key.decode(), where, rows.states.get(key), value, rows.blind.get(key, ())))

    def _entries(self, number: int, debtors: Kept, found: Newest) -> None:
        made_from = debtors.at[DIALER]
        keys = made_from.keys() | found.keys()
        for key in keys:
            source, there = made_from.get(key), found.get(key)
            if source is None and key in debtors.last:
                self._moving.add(key.decode())  # compaction took the state that it was made from; the next is on its way
                continue
            value = there.value if there else None
            self.result.compared["queue entries"] += value is not None
            self._tell(
                judge.entry(key.decode(), _where(QUEUE, number, there and there.offset), source and source.value, value)
            )

    async def _view(self, view: View, kept: Kept, end: int) -> None:
        below, there = kept.at[view.name], self._stored[view.name]
        unlike: dict[bytes, Document] = {}
        for key, last in kept.last.items():
            document = there.pop(key, None)
            seen = judge.sight(document, below.get(key), last, end)
            self.result.compared[f"documents of {view.name}"] += document is not None or seen.record is not None
            if seen.moving:
                self._moving.add(key.decode())
                continue
            try:
                wanted = document_of(view, seen.record.value) if seen.record else None
            except RejectRecord:
                continue  # the sink buried it and left its document as it was
            if wanted is not None and wanted["_id"].encode() != key:
                continue  # and so it does with what stands under another's key
            if document is None and wanted is not None and _has_expired(wanted):
                continue
            if wanted is None or document is None:
                self._tell(differ(key.decode(), view.name, wanted or ABSENT, ABSENT if document is None else _THERE))
            elif document.print != print_of(wanted):
                unlike[key] = wanted
            elif seen.misplaced and seen.record:
                self.result.differences.append(judge.misplaced(key.decode(), view.name, seen.record, document))
        found = await documents(self._views, view, unlike) if unlike else {}
        for key, wanted in unlike.items():
            self._tell(differ(key.decode(), view.name, _rest(wanted), _rest(found[key], wanted) if key in found else ABSENT))

    def _left_over(self, view: View) -> None:
        """Documents of which no record tells; where records go away with time, nothing is concluded from that.

        Nor of what has come to an end, where a view that was read anew kept it: Kafka was lost, or a backup put back.
        """
        of, left = self._generations[view.name], self._stored[view.name]
        if view.name in LASTING:
            left = {key: one for key, one in left.items() if judge.is_of(of.get(partition(view, key.decode()), 0), one)}
        if view.topic.retention is None:
            self.result.differences += [judge.foreign(key.decode(), view.name) for key in left]

    def _tell(self, found: Iterable[Difference]) -> None:
        self.result.differences += found


_THERE: Mapping[str, object] = {"_id": ""}


def _has_expired(wanted: Document) -> bool:
    """Of bills that were closed so long ago the view keeps nothing, and their topic keeps the last row."""
    closed_at = wanted.get(ENDED.field)
    return closed_at is not None and datetime.now(UTC) - closed_at > ENDED.after - timedelta(days=1)


def _rest(document: Document, like: Document | None = None) -> Document:
    """Without its version; with the fields of `like` alone: a sink may note more beside them."""
    return {name: value for name, value in document.items() if name != "version" and (like is None or name in like)}


def _where(topic: Topic, number: int, offset: int | None) -> str:
    return f"{topic.name}[{number}]" if offset is None else f"{topic.name}[{number}]@{offset}"


def _is_remembered(key: bytes, now: datetime) -> bool:
    try:
        return not CLASSIFY.forgets(key, now)
    except RejectRecord:
        return False  # no key of a call: the view says so


def _key(record: Record) -> list[bytes]:
    if record.key is None:
        raise RejectRecord("a record without a key", field="key")
    return [record.key]


def _identities(view: View, record: Record) -> list[bytes]:
    return identities(view, record.key, record.value)
