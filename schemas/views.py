"""Every MongoDB view: its topic, the document an event becomes, its indexes (`ARCHITECTURE.md`, "Views")."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from schemas.calling.place import owed_since
from schemas.debtor import Debtor
from schemas.errors import RejectRecord
from schemas.model import Model
from schemas.queue import QueueEntry
from schemas.rows import ErpRow
from schemas.stages import Heartbeat
from schemas.sweeps import Sweep
from schemas.topics import DEBTORS, HEARTBEATS, QUEUE, REFERENCES, SWEEPS, Topic

Document = dict[str, Any]
Index = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class View:
    """One collection. `document` gives `_id` and `version`: a document replaces only one of a lower version.

    `parts`: which parts of the record's key make the `_id`.
    """

    name: str
    topic: Topic
    document: Callable[[Any], Document]
    indexes: tuple[Index, ...] = ()
    parts: tuple[int, ...] = (0, 1)

    def erased(self, key: bytes | None) -> str:
        """The `_id` that a tombstone under `key` erases: these `parts` of the key. Raises RejectRecord(field="key")."""
        words = (key or b"").decode(errors="replace").split(":")
        try:
            return ":".join(words[part] for part in self.parts)
        except IndexError:
            raise RejectRecord(f"a tombstone for {self.name} whose key names no document", field="key") from None


STAGES = "stages"


def _plain(event: Model) -> Document:
    # mode="json": MongoDB has no date without a time; ISO text sorts and compares as the date does
    return event.model_dump(mode="json", exclude={"instance", "version"})


def debtor(event: Debtor) -> Document:
    """`bills` and `contracts` become lists, so that a pipeline can unwind them."""
    return {
        "_id": event.key.decode(),
        "version": event.version,
        "instance": event.instance,
        "code": event.code,
        "changed_at": event.changed_at,
        "client": event.client and event.client.model_dump(mode="json"),
        "contracts": [{"id": code, **_plain(row)} for code, row in event.contracts.items()],
        "bills": [{"id": code, **_plain(row)} for code, row in event.bills.items()],
    }


def queue(event: QueueEntry) -> Document:
    """Beside the event, `verdict.oldest_due_on`: when the first open amount is due, overdue or not."""
    plain = _plain(event)
    since = owed_since(event.facts)
    plain["verdict"]["oldest_due_on"] = since and since.isoformat()
    return {
        **plain,
        "_id": event.key.decode(),
        "version": event.version,
        "instance": event.instance,
        "decided_at": event.decided_at,
    }


def sweep(event: Sweep) -> Document:
    """The newest sweep of each phase: one document for the last completed, one for the last failed."""
    return {
        **_plain(event),
        "_id": f"{event.instance}:{event.kind}:{event.phase}",
        "version": round(event.at.timestamp() * 1000),
        "instance": event.instance,
        "at": event.at,
    }


def reference(event: ErpRow) -> Document:
    """The ERP's own tables (client types, cities) by `table` and `code`."""
    return {
        "_id": f"{event.instance}:{event.client}:{event.id}",
        "version": round(event.seen_at.timestamp() * 1000),
        "instance": event.instance,
        "table": event.client,
        "code": event.id,
        "row": event.row,
    }


def stage(event: Heartbeat) -> Document:
    """The newest heartbeat of each process; one that ends in order erases its own."""
    return {
        **event.model_dump(mode="json"),
        "_id": event.key.decode(),
        "version": round(event.at.timestamp() * 1000),
        "at": event.at,
    }


VIEWS = (
    View("debtors", DEBTORS, debtor, ((("instance", 1), ("bills.due_on", 1)),)),
    View("queue", QUEUE, queue, ((("instance", 1), ("verdict.oldest_due_on", 1)),)),
    View("sweeps", SWEEPS, sweep, ((("instance", 1), ("phase", 1)),)),
    View("references", REFERENCES, reference, ((("instance", 1), ("table", 1)),), parts=(0, 1, 3)),
    View(STAGES, HEARTBEATS, stage),
)
DEAD_LETTERS = "dead_letters"
"""Fed from `dead.v1` by the same sink; its documents hold foreign bytes and are therefore made from the record itself."""
INSTANCES = "instances"
