"""Documents as MongoDB gives them back, and fingerprints of them, so that a whole view need not be held. Pure."""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import bson
import orjson
from bson.codec_options import CodecOptions

from schemas.codec import decode
from schemas.views import Document, View

AWARE: CodecOptions[Document] = CodecOptions(tz_aware=True)


def document_of(view: View, value: bytes | None) -> Document | None:
    """What a record's value becomes, with the database's own precision; None for a tombstone. Raises RejectRecord."""
    if value is None or view.topic.model is None:
        return None
    return bson.decode(bson.encode(view.document(decode(view.topic.model, value))), AWARE)


def print_of(document: Mapping[str, Any]) -> bytes:
    """Equal for documents that differ in nothing but their version and the order of their fields."""
    rest = {name: value for name, value in document.items() if name != "version"}
    return blake2b(orjson.dumps(rest, default=str, option=orjson.OPT_SORT_KEYS), digest_size=16).digest()


def identities(view: View, key: bytes | None, value: bytes | None) -> list[bytes]:
    """The `_id` that a record is for. Raises RejectRecord.

    The key of a tombstone tells, and any key of a compacted topic; elsewhere one key has several documents, and the record
    must be read.
    """
    if value is None or view.topic.retention is None:
        return [view.erased(key).encode()]
    document = document_of(view, value)
    return [str(document["_id"]).encode()] if document else []
