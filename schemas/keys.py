"""Keys and partitions: everything about one debtor shares a partition (`ARCHITECTURE.md`, "Raw topics are the memory")."""

from functools import lru_cache

from aiokafka.partitioner import murmur2  # a pure function: Kafka's own hash

from schemas.errors import RejectRecord
from schemas.key_parts import escaped

SIGN_BIT = 0x7FFFFFFF
ROW_PARTS = 4


def debtor_key(instance: str, client: str) -> bytes:
    """`instance:client`. `client`: as it is in every event, escaped once by whoever reads the ERP."""
    return f"{instance}:{client}".encode()


def row_key(instance: str, client: str, kind: str, code: str) -> bytes:
    """`instance:client:kind:id`; the debtor's key is its first half. `code`: as the ERP has it."""
    return f"{instance}:{client}:{kind}:{escaped(code)}".encode()


def debtor_of_row(key: bytes | None) -> bytes:
    """The debtor's key within a row's key. Raises RejectRecord(field="key")."""
    parts = (key or b"").split(b":", ROW_PARTS - 1)
    if len(parts) != ROW_PARTS or not all(parts):
        raise RejectRecord("the key is not instance:client:kind:id", field="key")
    return parts[0] + b":" + parts[1]


@lru_cache(maxsize=200_000)
def partition_of(key: bytes, partitions: int) -> int:
    """Kafka's default partition of `key`, in [0, partitions)."""
    return int(murmur2(key) & SIGN_BIT) % partitions
