"""Did a program get it right? Every debtor's state against a plain fold of all of its raw rows. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import blake2b

import orjson

from processors.hydrate.stage import fold, key_of
from schemas.records import Record

States = dict[bytes, bytes]
"""A fingerprint of each debtor's state by the debtor's key."""
PASSING = ("version", "changed_at")


def expected(records: Iterable[Record], now: datetime) -> States:
    """What everybody must arrive at."""
    by_key: defaultdict[bytes, list[Record]] = defaultdict(list)
    for record in records:
        by_key[key_of(record)].append(record)
    states = {key: fold(key, None, found, now).state for key, found in by_key.items()}
    return {key: fingerprint(state) for key, state in states.items() if state is not None}


def arrived(output: Iterable[Record]) -> States:
    """The newest state of each key in an output topic, in order of its partitions."""
    newest = {record.key: record.value for record in output if record.key is not None}
    return {key: fingerprint(state) for key, state in newest.items() if state is not None}


def fingerprint(state: bytes) -> bytes:
    """Equal for states that differ in nothing but their version, the time of change and the order of their rows.

    The time too: which topic was read first decides whether a debtor was empty, and so forgotten, in between.
    """
    plain = orjson.loads(state)
    for name in PASSING:
        plain.pop(name, None)
    return blake2b(orjson.dumps(plain, option=orjson.OPT_SORT_KEYS), digest_size=16).digest()


def wrong(found: Mapping[bytes, bytes], wanted: Mapping[bytes, bytes]) -> str:
    """One sentence, "" where they are equal."""
    if found == wanted:
        return ""
    missing, foreign = len(wanted.keys() - found.keys()), len(found.keys() - wanted.keys())
    other = sum(found[key] != wanted[key] for key in found.keys() & wanted.keys())
    return f"wrong: of {len(wanted)} states {missing} are missing, {other} differ, {foreign} are nobody's"
