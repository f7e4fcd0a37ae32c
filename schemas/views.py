"""Every MongoDB view: its topic, the document an event becomes, its indexes.

The sink adds `version`, the place of the record that made the document. What a tombstone erased is a grave for `GRAVES`: its
`_id`, `version`, `erased` and the time, and no `instance`, so that whoever asks for one never meets it; others ask `LIVING`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from schemas.calling.place import open_since
from schemas.calls import Call
from schemas.closing import ending, is_open, table_of, told
from schemas.debtor import Debtor
from schemas.erp.values import text
from schemas.errors import RejectRecord
from schemas.evidence import Evidence
from schemas.key_parts import escaped
from schemas.model import Model
from schemas.queue import QueueEntry
from schemas.rows import ErpRow
from schemas.stages import Heartbeat
from schemas.sweeps import Sweep
from schemas.topics import BILLS, CALLS, CALLS_KEPT, DEAD, DEBTORS, HEARTBEATS, QUEUE, REFERENCES, SWEEPS, TOMBSTONES, Topic
from schemas.topics import EVIDENCE as HEARD

Document = dict[str, Any]
Index = tuple[tuple[str, int], ...]


class Part(Document):
    """What an event tells of a document that is there already: set over it. Where it is not, this is all that is known."""


class Gone(Document):
    """Only the `_id` of a document that is to go, without a grave."""


LIVING: Mapping[str, Any] = {"erased": {"$ne": True}}
"""Of a `find` without an instance: no graves."""


@dataclass(frozen=True, slots=True)
class Expiry:
    """An index by which MongoDB removes documents `after` their time in `field`; of `only` these where it is set."""

    field: str
    after: timedelta
    only: tuple[tuple[str, Any], ...] = ()


GRAVES = Expiry("at", TOMBSTONES, (("erased", True),))


@dataclass(frozen=True, slots=True)
class View:
    """One collection. `document` gives `_id`, which is these `parts` of the record's key (of a sweep's tombstone only).

    `one_of_a_key`: whether it is, or several documents come from one key. `retried`: a dead letter that is put back counts,
    which may be older than what came since.
    """

    name: str
    topic: Topic
    document: Callable[[Any], Document]
    indexes: tuple[Index, ...] = ()
    parts: tuple[int, ...] = (0, 1)
    one_of_a_key: bool = True
    retried: bool = True

    @property
    def group(self) -> str:
        """The consumer group of the stage `views` that reads it."""
        return f"views.{self.name}"

    def erased(self, key: bytes | None) -> str:
        """The `_id` that a tombstone under `key` erases: these `parts` of the key. Raises RejectRecord(field="key")."""
        words = (key or b"").decode(errors="replace").split(":")
        try:
            return ":".join(words[part] for part in self.parts)
        except IndexError:
            raise RejectRecord(f"the key names no document of {self.name}", field="key") from None


STAGES = "stages"


def _plain(event: Model) -> Document:
    # mode="json": MongoDB has no date without a time; ISO text sorts and compares as the date does
    return event.model_dump(mode="json", exclude={"instance", "version"})


def debtor(event: Debtor) -> Document:
    """`bills` and `contracts` become lists, so that a pipeline can unwind them."""
    # one dump of all: one for each bill costs twice as much
    plain = event.model_dump(mode="json", include={"client", "contracts", "bills"})
    return {
        "_id": event.key.decode(),
        "instance": event.instance,
        "code": event.code,
        "changed_at": event.changed_at,
        "client": plain["client"],
        "contracts": [{"id": code, **row} for code, row in plain["contracts"].items()],
        "bills": [{"id": code, **row} for code, row in plain["bills"].items()],
    }


def queue(event: QueueEntry) -> Document:
    """Beside the event, `verdict.oldest_due_on`: when the first open amount is due, overdue or not, counted or set aside.

    `verdict.ends` are times, as text of another precision compares wrongly.
    """
    plain = _plain(event)
    since = open_since(event.facts)
    plain["verdict"]["oldest_due_on"] = since and since.isoformat()
    plain["verdict"]["ends"] = dict(event.verdict.ends)
    return {
        **plain,
        "_id": event.key.decode(),
        "instance": event.instance,
        "decided_at": event.decided_at,
    }


def sweep(event: Sweep) -> Document:
    """The newest sweep of each phase: one document for the last completed, one for the last failed.

    A tombstone names the document, `instance:kind:phase`: what is removed does not come back when the topic is read again.
    """
    return {
        **_plain(event),
        "_id": f"{event.instance}:{event.kind}:{event.phase}",
        "instance": event.instance,
        "at": event.at,
        "as_of": event.as_of,
    }


def reference(event: ErpRow) -> Document:
    """The ERP's own tables (client types, cities) by `table` and `code`; names are mended as a client's own words are."""
    row = event.row and {column: text(value) for column, value in event.row.items()}
    return {
        "_id": f"{event.instance}:{event.client}:{escaped(event.id)}",
        "instance": event.instance,
        "table": event.client,
        "code": event.id,
        "row": row,
    }


def stage(event: Heartbeat) -> Document:
    """The newest heartbeat of each process; one that ends in order erases its own."""
    return {
        **event.model_dump(mode="json"),
        "_id": event.key.decode(),
        "at": event.at,
    }


def call(event: Call) -> Document:
    """One attempt, and of its evidence what is counted; `evidence` has all. A dry run has no outcome and is in no figure."""
    heard = event.heard
    shown = {"code", "attempt", "number", "answer", "ring_s", "talk_s", "outcome", "why", "dry_run"}
    return {
        **event.model_dump(mode="json", include=shown),
        "_id": f"{event.instance}:{event.code}:{event.attempt}",
        "instance": event.instance,
        "at": event.at,
        "answered_at": event.answered_at,
        "ended_at": event.ended_at,
        "witnesses": list(heard.witnesses),
        "amd_status": heard.amd_status,
        "amd_cause": heard.amd_cause,
        "hangup_cause": heard.hangup_cause,
    }


def evidence(event: Evidence) -> Document:
    """One piece of evidence as its witness gave it."""
    return {
        **event.model_dump(mode="json", include={"code", "attempt", "witness", "piece", "fields", "zone"}),
        "_id": f"{event.instance}:{event.code}:{event.attempt}:{event.digest}",
        "instance": event.instance,
        "at": event.seen_at,
    }


def bill(event: ErpRow) -> Document:
    """One bill since it was first seen, open or closed (`how` is then set).

    What it was worth (`cents`, open when it was last seen open) its closing row does not tell: that is a part. `closed_at`:
    when the ERP was asked and no longer showed it as due, so at most one sweep late; `closed_on`: the local day that the ERP
    itself tells, which not every ERP does.
    """
    table = table_of(event)
    names = {"_id": f"{event.instance}:{event.client}:{escaped(event.id)}", "instance": event.instance}
    names |= {"code": event.client, "bill": event.id}
    if not is_open(table, event):
        end, shown = ending(table, event), told(table, event)
        days = {"due_on": shown["due_on"].isoformat()} if "due_on" in shown else {}
        closed = {"closed_at": event.seen_at, "closed_on": end.on and end.on.isoformat(), "how": end.how, "how_raw": end.raw}
        return Part(**names, **shown | days, **closed)
    row = {name: table.words[name].value(event, event.row or {}) for name in ("due_on", "open_cents")}
    contract = table.words["contract"].value(event, event.row or {}) if "contract" in table.words else ""
    worth = {"contract": contract, "cents": row["open_cents"], "due_on": row["due_on"].isoformat()}
    return {**names, **worth, "closed_at": None, "closed_on": None, "how": None, "how_raw": ""}


CLOSED_BILLS = "closed_bills"
EVIDENCE = "evidence"
VIEWS = (
    View("debtors", DEBTORS, debtor, ((("instance", 1), ("bills.due_on", 1)),)),
    View("queue", QUEUE, queue, ((("instance", 1), ("verdict.oldest_due_on", 1)),)),
    View("sweeps", SWEEPS, sweep, ((("instance", 1), ("phase", 1)),), parts=(0, 1, 2), one_of_a_key=False),
    View("references", REFERENCES, reference, ((("instance", 1), ("table", 1)),), parts=(0, 1, 3)),
    View(STAGES, HEARTBEATS, stage),
    View("calls", CALLS, call, ((("instance", 1), ("at", 1)), (("instance", 1), ("code", 1), ("at", 1))), parts=(0, 1, 3)),
    View(EVIDENCE, HEARD, evidence, ((("instance", 1), ("attempt", 1)),), parts=(0, 1, 3, 4)),
    View(CLOSED_BILLS, BILLS, bill, ((("instance", 1), ("closed_at", 1)),), parts=(0, 1, 3), retried=False),
)
LASTING = frozenset({"calls", EVIDENCE, CLOSED_BILLS})
"""Views of what has come to an end, which no ERP and no PABX tells again: where Kafka has lost it, MongoDB alone has it."""
DEAD_LETTERS = "dead_letters"
"""Fed from `dead.v1` by the same sink; its documents hold foreign bytes and are therefore made from the record itself."""
UNSETTLED: Mapping[str, Any] = {"discarded": None, "retried.sent_at": None}
"""Of a `find` in `DEAD_LETTERS`: what nobody has discarded or retried (`schemas.letters`). All counts are of these."""
LETTERS = Expiry("at", DEAD.retention or timedelta(days=365))
BEATS = Expiry("at", HEARTBEATS.retention or timedelta(days=1))
SHOWN_CALLS = Expiry("at", CALLS_KEPT)
"""They expire with their topics."""
ENDED = Expiry("closed_at", timedelta(days=731))
"""Closed bills; the open ones have no such time, and stay."""
SNAPSHOTS = "snapshots"
"""Written by the stage of that name, under the lease of that name: `schemas.figures.snapshots`."""
LEASES = "leases"
"""What one process of all may do at a time. `writes` grows with whatever is written under one."""
EPOCHS = "view_epochs"
"""How far each partition of each view has been read: `sinks.views.epochs`. `until` is set while one is read anew."""
REPLAYS = "replays"
"""What `collector replay` makes: one document a replay, and how far each partition of its view was filled."""
INSTANCES = "instances"
