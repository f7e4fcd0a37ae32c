"""Cells of a row as other programs write them: the same dates and amounts, and nothing by its many names. Pure.

Which spelling a cell has is drawn from its row alone, so that the same row always looks the same.
"""

import re
from collections.abc import Mapping
from typing import Final, TypeVar
from zlib import crc32

V = TypeVar("V", bound=object)

DAY: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
DAYS: Final = ("{0}-{1}-{2}", "{2}/{1}/{0}", "{2}.{1}.{0}", "{0}-{1}-{2} 00:00:00", "{0}-{1}-{2}T03:00:00.000Z")
"""The last is midnight at home, where the provider of every simulator is, as Node writes it."""
ZERO_DAY: Final = "0000-00-00"
NOTHINGS: Final = (ZERO_DAY, "", "NULL", "  /  /    ", "00/00/0000", "1899-12-30", "1970-01-01T00:00:00.000Z", "--")
AMOUNT: Final = re.compile(r"[0-9]+\.[0-9]{2}")
DIGITS: Final = 16
"""More than a binary fraction keeps."""
HABITS: Final = frozenset({"other-dates", "other-nothings", "floats"})


def spelt(row: Mapping[str, V], habits: frozenset[str]) -> dict[str, V | str]:
    """The row with its days, amounts and zero days spelt otherwise; texts alone are looked at."""
    if not habits & HABITS:
        return {**row}
    salt = crc32(":".join(map(str, row.values())).encode())
    return {name: _cell(name, value, salt, habits) if isinstance(value, str) else value for name, value in row.items()}


def _cell(column: str, value: str, salt: int, habits: frozenset[str]) -> str:
    lot = crc32(column.encode(), salt)
    if value == ZERO_DAY:
        return NOTHINGS[lot % len(NOTHINGS)] if "other-nothings" in habits else value
    if "other-dates" in habits and (found := DAY.fullmatch(value)):
        return DAYS[lot % len(DAYS)].format(*found.groups())
    if "floats" in habits and AMOUNT.fullmatch(value) and lot % 2:
        return value + "1".rjust(DIGITS + 2 - len(value), "0")
    return value
