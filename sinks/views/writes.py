"""What a batch of records writes: values, no I/O (`ARCHITECTURE.md`, "Views")."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from pymongo import DeleteOne, InsertOne, ReplaceOne

from schemas.codec import decode
from schemas.dead import DeadLetter, Headers, Why, why_of
from schemas.errors import RejectRecord
from schemas.views import Document, View

Write = InsertOne[Document] | ReplaceOne[Document] | DeleteOne
DUPLICATE_KEY = 11000


class Record(Protocol):
    """One Kafka record, as aiokafka gives it; `timestamp` in milliseconds since 1970."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Headers


@dataclass(frozen=True, slots=True)
class Batch:
    """The newest document of each `_id` (None erases it), and the letters of what could not be read."""

    newest: Mapping[str, Document | None]
    letters: list[DeadLetter]

    @property
    def writes(self) -> list[Write]:
        """At most one an `_id`, right whatever is stored."""
        return [
            DeleteOne({"_id": identity}) if document is None else put(document) for identity, document in self.newest.items()
        ]

    def knowing(self, held: Mapping[str, int]) -> list[Write]:
        """The same for less. `held`: the versions stored a moment ago, by `_id`, or any that is lower.

        A new document is inserted, which costs MongoDB a third of an upsert; one that is there already is left alone. An
        insert that meets a document after all is a duplicate-key error: then `writes` are due.
        """
        found: list[Write] = []
        for identity, document in self.newest.items():
            if document is None:
                found.append(DeleteOne({"_id": identity}))
            elif identity not in held:
                found.append(InsertOne(document))
            elif held[identity] < document["version"]:
                found.append(put(document))
        return found


def put(document: Document) -> ReplaceOne[Document]:
    """Replaces the stored document only if that one is of a lower version.

    Where it is not, the filter misses and the upsert hits the `_id` that is there: a duplicate-key error that means "you
    come late" and that the caller drops. A plain replace is about as fast as MongoDB gets; a pipeline with `$cond` is not.
    """
    return ReplaceOne({"_id": document["_id"], "version": {"$lt": document["version"]}}, document, upsert=True)


def batch(view: View, records: Iterable[Record]) -> Batch:
    """A record without a value erases its document."""
    newest: dict[str, Document | None] = {}
    letters = []
    for record in records:
        try:
            identity, document = _document(view, record)
        except RejectRecord as exc:
            place = f"{record.topic}[{record.partition}]@{record.offset}"
            why = Why(stage="views", place=place, field=exc.field, reason=str(exc))
            letters.append(DeadLetter(record.key, record.value, why))
            continue
        before = newest.get(identity)
        if document is None or before is None or document["version"] >= before["version"]:
            newest[identity] = document
    return Batch(newest, letters)


def _document(view: View, record: Record) -> tuple[str, Document | None]:
    model = view.topic.model
    if model is None:
        raise TypeError(f"{view.name} has no model: dead letters have their own function")
    if record.value is None:
        return view.erased(record.key), None
    document = view.document(decode(model, record.value))
    return str(document["_id"]), document


def dead_letter(record: Record) -> Document:
    """One dead letter with its bytes. Its `_id` outlives a topic that is made anew."""
    place = f"{record.topic}[{record.partition}]@{record.offset}"
    return {
        "_id": f"{place}:{record.timestamp}",
        "version": 0,
        **why_of(record.headers, place).model_dump(),
        "key": record.key,
        "value": record.value,
        "at": datetime.fromtimestamp(record.timestamp / 1000, UTC),
    }


def only_late(errors: Iterable[Mapping[str, Any]]) -> bool:
    """Whether every error of a bulk write says that a newer document was there already."""
    return all(error.get("code") == DUPLICATE_KEY and "_id" in error.get("keyPattern", {}) for error in errors)
