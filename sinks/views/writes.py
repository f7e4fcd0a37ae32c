"""What a batch of records writes: values, no I/O."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo import DeleteOne, InsertOne, ReplaceOne, UpdateOne

from schemas.codec import decode
from schemas.dead import RETRY, DeadLetter, Why
from schemas.errors import RejectRecord
from schemas.records import Timed
from schemas.views import Document, Gone, Part, View
from sinks.views.places import partition

Write = ReplaceOne[Document] | InsertOne[Document] | UpdateOne | DeleteOne
DUPLICATE_KEY = 11000


Version = Callable[[Timed], int]


@dataclass(frozen=True, slots=True)
class Batch:
    """The newest document of each `_id`, or what was told of it (a `Part`); the letters of what could not be read."""

    newest: dict[str, Document]
    letters: list[DeadLetter]

    def take(self, later: "Batch") -> None:
        """Add what later records of the same partitions make."""
        for identity, document in later.newest.items():
            self.newest[identity] = onto(self.newest.get(identity), document)
        self.letters.extend(later.letters)

    def writes(self, held: Collection[str] | None = None) -> list[Write]:
        """At most one an `_id`. Nobody older can write: the transaction that they are part of has made sure of that.

        A condition on the version would cost as much again: only a filter of `_id` alone skips MongoDB's planner.
        `held`: those that are stored, where that is known; the others are inserted, for two thirds of the price.
        """
        return [_write(identity, document, held) for identity, document in self.newest.items()]


def onto(earlier: Document | None, later: Document) -> Document:
    """Both as one. A part of what was erased is all that is known of it."""
    if earlier is None or not isinstance(later, Part):
        return later
    if earlier.get("erased"):
        return dict(later)
    return Part({**earlier, **later}) if isinstance(earlier, Part) else {**earlier, **later}


def _write(identity: str, document: Document, held: Collection[str] | None) -> Write:
    if isinstance(document, Part):
        # over a grave too, which is none then
        gone = {name: "" for name in ("erased", "at") if name not in document}
        return UpdateOne({"_id": identity}, {"$set": document, "$unset": gone}, upsert=True)
    if isinstance(document, Gone):
        return DeleteOne({"_id": identity})
    if held is None or identity in held:
        return ReplaceOne({"_id": identity}, document, upsert=True)
    return InsertOne(document)


def batch(view: View, records: Iterable[Timed], version: Version, now: datetime) -> Batch:
    """`records` in the order of each partition. One without a value leaves a grave; `now` is when, and need not be exact."""
    newest: dict[str, Document] = {}
    letters = []
    for record in records:
        if not view.retried and RETRY in dict(record.headers):
            continue
        try:
            identity, document = _document(view, record, now)
        except RejectRecord as exc:
            place = f"{record.topic}[{record.partition}]@{record.offset}"
            why = Why(stage="views", place=place, field=exc.field, reason=str(exc))
            letters.append(DeadLetter(record.key, record.value, why))
        else:
            document["version"] = version(record)
            newest[identity] = onto(newest.get(identity), document)
    return Batch(newest, letters)


def _document(view: View, record: Timed, now: datetime) -> tuple[str, Document]:
    model = view.topic.model
    if model is None:
        raise TypeError(f"{view.name} has no model: dead letters have their own function")
    if record.value is None:
        identity = view.erased(record.key)
        _of_this_partition(view, record)
        return identity, {"_id": identity, "erased": True, "at": now}
    document = view.document(decode(model, record.value))
    identity = str(document["_id"])
    if view.one_of_a_key and view.erased(record.key) != identity:
        raise RejectRecord("the key names another document than the value", field="key")
    _of_this_partition(view, record)
    return identity, document


def _of_this_partition(view: View, record: Timed) -> None:
    own = partition(view, (record.key or b"").decode(errors="replace"))
    if own != record.partition:
        raise RejectRecord(f"a record of partition {own} in partition {record.partition}", field="key")


def refused(errors: Iterable[Mapping[str, Any]]) -> str:
    """The `_id` and code of the first error of a bulk write; never its text, which may show the document."""
    for error in errors:
        return f"{error.get('op', {}).get('q', {}).get('_id', 'a document')} (code {error.get('code')})"
    return "a document"
