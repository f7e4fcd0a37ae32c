"""Whose keys are judged, and what was found. Pure."""

from collections import Counter
from dataclasses import dataclass, field

from deploy.verify.difference import Difference
from schemas.keys import partition_of
from schemas.topics import KEYED_PARTITIONS


@dataclass(slots=True)
class Verified:
    """`compared`: how many of each kind. `behind`: records, by reader, that it had not reached yet and that were left out.

    `moving`: what was written anew whenever we looked; nothing is said about it.
    """

    differences: list[Difference] = field(default_factory=list)
    compared: Counter[str] = field(default_factory=Counter)
    behind: Counter[str] = field(default_factory=Counter)
    moving: int = 0


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose keys are judged: of one instance ("": of all), or these alone."""

    instance: str
    keys: frozenset[str] | None = None

    def wants(self, key: bytes) -> bool:
        """Whether this key is judged."""
        if self.keys is not None:
            return key.decode(errors="replace") in self.keys
        return not self.instance or key.startswith(f"{self.instance}:".encode())

    def touches(self, number: int) -> bool:
        """Whether a partition of debtors holds any of them."""
        return self.keys is None or any(partition_of(key.encode(), KEYED_PARTITIONS) == number for key in self.keys)
