"""Seeded chance and the two texts that everything generated is made of."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from hashlib import blake2b
from random import Random
from typing import TypeVar

T = TypeVar("T")


def happens(rng: Random, share: float) -> bool:
    """True in `share` (0 to 1) of the cases."""
    return rng.random() < share


def pick(rng: Random, shares: Mapping[T, float]) -> T:
    """A key by its share; the shares sum to 1, and what is missing to 1 goes to the last."""
    roll = rng.random()
    for value, share in shares.items():
        roll -= share
        if roll < 0:
            return value
    *_, last = shares
    return last


@lru_cache(maxsize=20_000)
def day(today: date, offset: int) -> str:
    """ISO date `offset` days after `today`; the text is shared by all rows, which saves much memory."""
    return (today + timedelta(days=offset)).isoformat()


@lru_cache(maxsize=20_000)
def money(cents: int) -> str:
    """`2600` → `"26.00"`."""
    return f"{cents // 100}.{cents % 100:02d}"


def lot(*parts: str) -> float:
    """A share (0 up to 1) drawn from the texts alone, so that the same row always looks the same."""
    return int.from_bytes(blake2b(":".join(parts).encode(), digest_size=4).digest()) / 2**32
