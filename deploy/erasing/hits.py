"""Where a person is found after all, record by record and document by document. Pure."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from deploy.erasing.staying import KEPT, until
from deploy.erasing.whose import debtor_of, owner_of
from deploy.living import OF_NOBODY
from schemas.dead import why_of
from schemas.records import Timed
from schemas.topics import DEAD, Topic

OF_TABLES = "references"
"""Its `code` is that of a city or a client type, and a replay's too."""
GRAVE = "30 days: a name without content, so that no late writer brings it back"


@dataclass(slots=True)
class InTopic:
    """`living`: keys whose last record is theirs; `records`: all that still have content; `newest`: the last of them all."""

    living: set[tuple[int, bytes]] = field(default_factory=set)
    records: int = 0
    newest: int = 0


class Hits:
    """`signs`: bytes that tell of the person; `is_theirs`: of a client's instance and code; `topics`: which are read."""

    def __init__(self, signs: Iterable[bytes], is_theirs: Callable[[str, str], bool], topics: Iterable[Topic]) -> None:
        self._topics = {topic.name: topic for topic in topics}
        self._signs = tuple(signs)
        self._is_theirs = is_theirs
        self.topics: dict[str, InTopic] = {}
        self.collections: dict[tuple[str, str], int] = {}

    def note(self, record: Timed) -> None:
        """The records of each partition in their order."""
        place = (record.partition, record.key or b"")
        seen = self.topics.get(record.topic)
        if not self._is_hit(record):
            if seen:
                seen.living.discard(place)
            return
        seen = seen or self.topics.setdefault(record.topic, InTopic())
        seen.newest = max(seen.newest, record.timestamp)
        if record.value is None:
            seen.living.discard(place)
            return
        seen.records += 1
        if self._topics[record.topic].replay is not None:
            seen.living.add(place)

    def look(self, collection: str, raw: bytes, document: Mapping[str, Any], mentions: re.Pattern[bytes]) -> None:
        """One document. `raw`: as BSON."""
        debtor = debtor_of(str(document.get("_id", "")).encode())
        named = not collection.startswith(OF_TABLES) and (
            self._is_theirs(str(document.get("instance")), str(document.get("code")))
            or (debtor is not None and self._is_theirs(*debtor))  # a grave has nothing else
        )
        if named or mentions.search(raw) or any(sign in raw for sign in self._signs):
            why = GRAVE if document.get("erased") is True and "instance" not in document else KEPT.get(collection, "")
            self.collections[collection, why] = self.collections.get((collection, why), 0) + 1

    def rows(self) -> list[dict[str, object]]:
        """For people. `alive`: what should not be there."""
        found: list[dict[str, object]] = []
        for name, seen in sorted(self.topics.items()):
            if seen.records:
                ends = until(self._topics[name], datetime.fromtimestamp(seen.newest / 1000, UTC))
                found.append(_row(f"topic {name}", len(seen.living), seen.records, f"{ends:%Y-%m-%d} at the latest"))
        for (name, why), count in sorted(self.collections.items()):
            found.append(_row(f"collection {name}", 0 if why else count, count, why))
        return found

    def _is_hit(self, record: Timed) -> bool:
        if record.topic.startswith(DEAD.name):
            place = why_of(list(record.headers), "").place
            owner = owner_of({"key": record.key, "value": record.value, "place": place})
        else:
            owner = None if record.topic in OF_NOBODY else debtor_of(record.key)
        if owner is not None and self._is_theirs(*owner):
            return True
        told = b"\0".join([record.key or b"", record.value or b"", *(value or b"" for _, value in record.headers)])
        return any(sign in told for sign in self._signs)


def _row(where: str, alive: int, bytes_left: int, when: str) -> dict[str, object]:
    return {"where": where, "alive": alive, "still there": bytes_left, "until": when or "erase again: it should be gone"}
