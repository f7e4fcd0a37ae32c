"""The only place where a Kafka topic is named (`ARCHITECTURE.md`, "Topics")."""

from dataclasses import dataclass
from datetime import timedelta

from schemas.calls import Call, CallPlaced, CallRequest
from schemas.debtor import Debtor
from schemas.evidence import Evidence
from schemas.model import Model
from schemas.queue import QueueEntry
from schemas.rows import ErpRow
from schemas.stages import Heartbeat
from schemas.sweeps import Sweep

KEYED_PARTITIONS = 6
"""Shared by every topic keyed on a debtor: `hydrate` joins partition with partition. Never shrink, never change alone."""

REPLAY = timedelta(days=180)
COMPACTED_WITHIN = timedelta(days=10)
"""After `replay`."""
ERASE = REPLAY + COMPACTED_WITHIN
STATES = timedelta(hours=1)
"""A state topic is restored whole at every start: what is older than this is compacted, in segments as short."""
TOMBSTONES = timedelta(days=30)
"""So long a reader that was away still learns what was erased."""

CALLS_KEPT = timedelta(days=180)
"""Calls are facts of a day: after this long they go, and with them whose they were."""

SWEEPS_KEPT = timedelta(days=90)

RECORD_BYTES = 1_000_000
"""No record of ours is larger, key and headers included: whoever makes one looks first, what is larger is a dead letter."""
MESSAGE_BYTES = 2_097_152
"""What the broker takes at most: a record, or a dead letter, which is a whole record and its reason."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic. `model` is None where the value is foreign bytes.

    `replay`: for this long every change is kept, then the newest of each key for ever (compaction); a tombstone erases
    within `ERASE`. `retention`: after this long records go away. One of the two is set; with both, compacted ones go too.
    `in_sync`: so many copies must have a record before it is acknowledged; None leaves it to the broker.
    """

    name: str
    model: type[Model] | None
    key: str
    partitions: int
    producers: tuple[str, ...]
    consumers: tuple[str, ...]
    replay: timedelta | None = None
    retention: timedelta | None = None
    in_sync: int | None = None

    @property
    def erased_within(self) -> timedelta:
        """After this long nothing is left of what a tombstone erased, or of what was written."""
        return self.retention or self._compacted_within

    @property
    def _compacted_within(self) -> timedelta:
        return max(ERASE, (self.replay or timedelta(0)) + COMPACTED_WITHIN)

    @property
    def config(self) -> dict[str, str]:
        """Broker settings of the topic, all values as text."""
        size = {"max.message.bytes": str(MESSAGE_BYTES)}
        if self.in_sync is not None:
            size["min.insync.replicas"] = str(self.in_sync)
        if self.retention is None:
            ends = {"cleanup.policy": "compact"}
        else:
            ends = {"cleanup.policy": "compact,delete" if self.replay else "delete", "retention.ms": _ms(self.retention)}
        if self.replay is None:
            return {**size, **ends}
        return {
            **size,
            **ends,
            "min.compaction.lag.ms": _ms(self.replay),
            "max.compaction.lag.ms": _ms(self._compacted_within),
            "delete.retention.ms": _ms(TOMBSTONES),
            **({"segment.ms": _ms(STATES), "min.cleanable.dirty.ratio": "0.1"} if self.replay == STATES else {}),
        }


def _ms(span: timedelta) -> str:
    return str(round(span / timedelta(milliseconds=1)))


def _rows(kind: str, *consumers: str) -> Topic:
    return Topic(
        name=f"erp.{kind}.v1",
        model=ErpRow,
        key="instance:client:kind:id, partition by instance:client",
        partitions=KEYED_PARTITIONS,
        producers=("erp-poller",),
        consumers=("erp-poller", *consumers),
        replay=REPLAY,
    )


CLIENTS = _rows("client", "hydrate", "snapshots")
CONTRACTS = _rows("contract", "hydrate", "snapshots")
BILLS = _rows("bill", "hydrate", "views", "snapshots")
REFERENCES = _rows("reference", "views")
SWEEPS = Topic(
    name="erp.sweep.v1",
    model=Sweep,
    key="instance:kind",
    partitions=1,
    producers=("erp-poller",),
    consumers=("views", "snapshots"),
    retention=SWEEPS_KEPT,
)
DEBTORS = Topic(
    name="debtor.v1",
    model=Debtor,
    key="instance:client",
    partitions=KEYED_PARTITIONS,
    producers=("hydrate",),
    consumers=("hydrate", "dialer", "views"),
    replay=STATES,
)
QUEUE = Topic(
    name="queue.v1",
    model=QueueEntry,
    key="instance:client",
    partitions=KEYED_PARTITIONS,
    producers=("dialer",),
    consumers=("dialer", "views"),
    replay=STATES,
)
REQUESTS = Topic(
    name="call.requested.v1",
    model=CallRequest,
    key="instance:client, partition by PABX",
    partitions=KEYED_PARTITIONS,
    producers=("dialer",),
    consumers=("originate",),
    retention=timedelta(days=1),
)
PLACED = Topic(
    name="call.placed.v1",
    model=CallPlaced,
    key="instance:client:call:ATTEMPT, partition by instance:client",
    partitions=KEYED_PARTITIONS,
    producers=("originate",),
    consumers=("classify", "dialer"),
    replay=timedelta(days=30),
    retention=CALLS_KEPT,
)
EVIDENCE = Topic(
    name="pbx.cdr.v1",
    model=Evidence,
    key="instance:client:cdr:ATTEMPT:DIGEST, partition by instance:client",
    partitions=KEYED_PARTITIONS,
    producers=("cdr-poller",),
    consumers=("classify", "cdr-poller", "views"),
    replay=timedelta(days=30),
    retention=CALLS_KEPT,
)
CALLS = Topic(
    name="call.v1",
    model=Call,
    key="instance:client:call:ATTEMPT, partition by instance:client",
    partitions=KEYED_PARTITIONS,
    producers=("classify",),
    consumers=("classify", "dialer", "originate", "views"),
    replay=STATES,
    retention=CALLS_KEPT,
)
HEARTBEATS = Topic(
    name="stage.v1",
    model=Heartbeat,
    key="stage:worker",
    partitions=1,
    producers=("erp-poller", "cdr-poller", "hydrate", "classify", "dialer", "originate", "views", "snapshots", "dashboard"),
    consumers=("views",),
    retention=timedelta(days=1),
)
DEAD = Topic(
    name="dead.v1",
    model=None,
    key="the dead record's own",
    partitions=1,
    producers=("erp-poller", "cdr-poller", "hydrate", "classify", "dialer", "originate", "views"),
    consumers=("views",),
    retention=timedelta(days=365),
)

TOPICS = (
    CLIENTS, CONTRACTS, BILLS, REFERENCES, SWEEPS, DEBTORS, QUEUE, REQUESTS, PLACED, EVIDENCE, CALLS, HEARTBEATS, DEAD,
)  # fmt: skip
ROW_TOPICS = {"client": CLIENTS, "contract": CONTRACTS, "bill": BILLS, "reference": REFERENCES}
