"""Dead letters as documents: a letter that is told twice, by a stage that died before it committed, is stored once."""

from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import blake2b

from schemas.dead import gone_of, why_of
from schemas.records import Timed
from schemas.views import Document, Gone, Part
from sinks.views.writes import Batch, Version

DIGEST_BYTES = 16


def dead_letters(records: Iterable[Timed], version: Version, _now: datetime) -> Batch:
    """Every record of the dead-letter topic can be stored: nothing comes back from here."""
    newest: dict[str, Document] = {}
    for record in records:
        if gone := gone_of(record.headers):
            newest[gone] = Gone({"_id": gone})
        else:
            # a part: told again, it leaves alone what somebody has said of it since
            document = Part({**dead_letter(record), "version": version(record)})
            newest[document["_id"]] = document
    return Batch(newest, [])


def dead_letter(record: Timed) -> Document:
    """One letter with its bytes. Its `_id` says where it comes from, who could not read it and what it holds."""
    why = why_of(record.headers, f"{record.topic}[{record.partition}]@{record.offset}")
    digest = blake2b(digest_size=DIGEST_BYTES)
    for part in (why.field.encode(), record.key or b"", record.value or b""):
        digest.update(len(part).to_bytes(8, "big") + part)
    return {
        "_id": f"{why.place}:{why.stage}:{digest.hexdigest()}",
        **why.model_dump(),
        "key": record.key,
        "value": record.value,
        "at": datetime.fromtimestamp(record.timestamp / 1000, UTC),
    }
