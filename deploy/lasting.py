"""Calls and bills that have ended, which MongoDB alone may have: Kafka's data was lost, or both and a backup came back.

A stage empties what a tombstone names. So they count as what they once were, records of the keys by which they are erased.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from deploy.living import Notes
from schemas.keys import partition_of
from schemas.runtime.mongo import Database
from schemas.topics import BILLS, EVIDENCE, PLACED, Topic
from schemas.views import CLOSED_BILLS
from schemas.views import EVIDENCE as HEARD

ERASED_IN: Mapping[str, tuple[Topic, str]] = {
    CLOSED_BILLS: (BILLS, "bill"),
    "calls": (PLACED, "call"),
    HEARD: (EVIDENCE, "cdr"),
}
"""By view the topic of the tombstones, and the word of its keys that an `_id` leaves out."""


@dataclass(slots=True)
class Outlived:
    """A record as it must have been; its value is nobody's business."""

    topic: str
    partition: int
    key: bytes | None
    value: bytes | None = b""


def outlived(view: str, name: str) -> Outlived:
    """Of a document by its `_id`, `instance:client:…`."""
    topic, word = ERASED_IN[view]
    instance, client, rest = name.split(":", 2)
    home = f"{instance}:{client}"
    return Outlived(topic.name, partition_of(home.encode(), topic.partitions), f"{home}:{word}:{rest}".encode())


async def note_outlived(store: Database, of: Mapping[str, Any], to: Notes) -> None:
    """All documents of a `find`, without graves; before the topics are read, which tell of tombstones that came since."""
    for view in ERASED_IN:
        async for one in store[view].find(of, {"_id": 1}):
            to.note(outlived(view, str(one["_id"])))
