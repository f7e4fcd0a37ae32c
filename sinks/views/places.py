"""Where a document's records are: a value, no I/O."""

from schemas.keys import partition_of
from schemas.views import View


def partition(view: View, name: str) -> int:
    """By the document's `_id` or by its record's key: both begin with what is hashed, the first two parts."""
    return partition_of(":".join(name.split(":", 2)[:2]).encode(), view.topic.partitions)
