"""`collector trace`: the way of one row, or of one debtor, as topics and views show it just now. Pure; no person in it.

A record tells when it was written, so that the rows in their order tell how long each step took.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from ulid import ULID

from deploy.erasing.whose import owner_of
from deploy.trace_sweeps import Brought
from deploy.whose_letter import whose
from schemas.codec import decode
from schemas.debtor import Bill, Debtor
from schemas.errors import RejectRecord, StopWorker
from schemas.key_parts import escaped, unescaped
from schemas.keys import ROW_PARTS, debtor_key, row_key
from schemas.queue import QueueEntry
from schemas.records import Timed
from schemas.rows import ErpRow
from schemas.topics import BILLS, DEBTORS, QUEUE, ROW_TOPICS, Topic
from schemas.views import CLOSED_BILLS
from sinks.views.epochs import GENERATION

Row = dict[str, object]
DEBTOR_PARTS = 2
OF_DEBTOR = tuple(topic for kind, topic in ROW_TOPICS.items() if kind != "reference")
VIEWED = {"debtors": DEBTORS, "queue": QUEUE, CLOSED_BILLS: BILLS}
"""A view's document is made of a record of this topic; its version tells the offset."""
NEWEST = 20
"""Records of one key in one topic; of older ones only how many there are."""


class Key(NamedTuple):
    """As it is in the topics. `kind` and `id` are "" for all of a debtor."""

    instance: str
    client: str
    kind: str = ""
    id: str = ""

    @property
    def debtor(self) -> bytes:
        """The key of its states."""
        return debtor_key(self.instance, self.client)

    @property
    def topics(self) -> tuple[Topic, ...]:
        """In which records about it are, rows first."""
        rows = tuple(topic for kind, topic in ROW_TOPICS.items() if kind == self.kind) or OF_DEBTOR
        return (*rows, DEBTORS, QUEUE)

    @property
    def document(self) -> str:
        """`_id` of its bill in `closed_bills`."""
        return f"{self.instance}:{self.client}:{self.id}"

    def has(self, key: bytes | None) -> bool:
        """Whether a record under `key` is about it."""
        whole = ":".join(part for part in self if part).encode()
        return key in {self.debtor, whole} or (not self.kind and (key or b"").startswith(whole + b":"))


def parsed(text: str) -> Key:
    """Raises StopWorker where it is none."""
    parts = text.split(":", ROW_PARTS - 1)
    if len(parts) not in {DEBTOR_PARTS, ROW_PARTS} or not all(parts):
        raise StopWorker(f"{text} is no key: give INSTANCE:CLIENT, or INSTANCE:CLIENT:KIND:ID such as vale:1042:bill:77")
    key = Key(*parts)
    if key.kind and ROW_TOPICS.get(key.kind) not in OF_DEBTOR:
        raise StopWorker(f"{key.kind} is no kind of row: client, contract or bill")
    return key


def told(topic: Topic, records: Iterable[Timed], key: Key, brought: Brought) -> Iterator[Row]:
    """`records`: of one topic, those of `key` in their order; `brought` knows them."""
    found = list(records)
    if len(found) > NEWEST:
        yield _row(None, topic.name, f"{len(found) - NEWEST} older records", "")
    for record in found[-NEWEST:]:
        place = f"{record.topic}[{record.partition}]@{record.offset}"
        at = datetime.fromtimestamp(record.timestamp / 1_000, UTC)
        try:
            what, detail = _read(topic, record, key)
            if topic in {DEBTORS, QUEUE}:
                detail += newest_row(brought.sweep(topic, record.offset))
        except RejectRecord as exc:
            what, detail = "cannot be read", str(exc)
        yield _row(at, place, what, detail)


def _read(topic: Topic, record: Timed, key: Key) -> tuple[str, str]:
    if record.value is None:
        return "erased", "a tombstone"
    if topic == DEBTORS:
        return "state", _of_debtor(decode(Debtor, record.value), key)
    if topic == QUEUE:
        return "verdict", _of_entry(decode(QueueEntry, record.value))
    row = decode(ErpRow, record.value)
    became = "lost" if row.lost else "gone" if row.row is None else "as the ERP shows it"
    return f"{row.kind} {row.id}", f"{became}; sweep {row.sweep}{_began(row.sweep)}"


def newest_row(sweep: str) -> str:
    """What is said of a state in which the newest row that is traced is of this sweep; "" for none."""
    return sweep and f"; newest row of sweep {sweep}{_began(sweep)}"


def _began(sweep: str) -> str:
    try:
        return f", begun {ULID.from_str(sweep).datetime:%Y-%m-%d %H:%M:%S}Z"
    except ValueError:
        return ""


def _of_debtor(state: Debtor, key: Key) -> str:
    counts = f"version {state.version}, {len(state.contracts)} contracts, {len(state.bills)} open bills"
    if key.kind == "bill":
        return f"{counts}; {_of_bill(state.bills.get(unescaped(key.id)))}"
    return counts


def _of_bill(bill: Bill | None) -> str:
    return (
        "this one is not among them"
        if bill is None
        else f"this one {bill.status}, due {bill.due_on}, {bill.open_cents} cents"
    )


def _of_entry(entry: QueueEntry) -> str:
    holds = ", ".join(entry.verdict.holds) or "may be called, where hours and limits allow it"
    return f"made of debtor version {entry.debtor_version}: {holds}"


def shown(view: str, document: Mapping[str, Any] | None, brought: Brought) -> Row:
    """What a view has of it, and the sweep of the newest row in that."""
    if document is None:
        return _row(None, view, "not there", "")
    at = next((document[name] for name in ("changed_at", "decided_at", "closed_at", "at") if document.get(name)), None)
    if document.get("erased"):
        return _row(at, view, "erased", "a grave")
    closed = f", {document['how']}" if document.get("how") else ""
    version = document.get("version")
    sweep = brought.sweep(VIEWED[view], version % GENERATION) if isinstance(version, int) else ""
    return _row(at, view, "shown", f"version {version}{closed}{newest_row(sweep)}")


def is_about(key: Key, document: Mapping[str, Any]) -> bool:
    """Whether a dead letter is. A poller's has no key: then the row in it tells whose it is, and its place which row.

    A row that names no client, as may be why it is a letter, is found by its own key alone.
    """
    if document["key"] is not None:
        return key.has(bytes(document["key"]))
    about, owner = whose(None, str(document["place"])), owner_of(document)
    if owner is None:
        return bool(key.kind) and (about.instance, about.kind, escaped(about.id)) == (key.instance, key.kind, key.id)
    return key.has(row_key(*owner, about.kind, about.id))


def letter(document: Mapping[str, Any]) -> Row:
    """A dead letter, without what it holds and without the words of its reason."""
    state = (
        "discarded"
        if document.get("discarded")
        else "put back"
        if (document.get("retried") or {}).get("sent_at")
        else "waits"
    )
    field = str(document["field"]).partition(".")[0]  # below it may be a key out of somebody's row
    return _row(document["at"], str(document["place"]), "dead letter", f"{document['stage']}: {field}; {state}")


def _row(at: object, where: str, what: str, detail: str) -> Row:
    return {"at": at, "where": where, "what": what, "detail": detail}


def in_order(rows: Iterable[Row]) -> list[Row]:
    """By their times; what has none last, as it came."""
    never = datetime.max.replace(tzinfo=UTC)
    return sorted(rows, key=lambda row: at if isinstance(at := row["at"], datetime) else never)
