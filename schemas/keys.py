"""Keys and partitions: everything about one debtor shares a partition (`ARCHITECTURE.md`, "Raw topics are the memory").

A ":" within a part (a MAC address as a login) is written `%3A`, and "%" as `%25` only where `3A` or `25` follows: so every
text has one spelling and every spelling one text, and a part without ":" is spelled as it always was.
"""

import re
from functools import lru_cache

from aiokafka.partitioner import murmur2  # a pure function: Kafka's own hash

from schemas.errors import RejectRecord

TO_ESCAPE, TO_READ = re.compile(r":|%(?=3A|25)"), re.compile(r"%3A|%25")
SPELLED = {":": "%3A", "%": "%25"}
READ = {spelled: sign for sign, spelled in SPELLED.items()}
SIGN_BIT = 0x7FFFFFFF
ROW_PARTS = 4


def escaped(part: str) -> str:
    """`part` without ":"; `unescaped` gives it back."""
    return TO_ESCAPE.sub(lambda found: SPELLED[found[0]], part) if ":" in part or "%" in part else part


def unescaped(part: str) -> str:
    """What was escaped."""
    return TO_READ.sub(lambda found: READ[found[0]], part) if "%" in part else part


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
