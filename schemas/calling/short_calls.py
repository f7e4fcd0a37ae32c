"""Too many short calls a day may block a number (`schemas/ASTERISK.md`, "Short calls"): the pace follows. Pure."""

from typing import Literal, NamedTuple

WARNED_AT = 0.7
SLOWED_AT = 0.8
ENOUGH = 100
"""Calls of a day before their share says anything."""
SLOWED = 0.5

Pressure = Literal["", "warned", "slowed"]


class Counted(NamedTuple):
    """Calls of one local day whose length is known, and the short ones of them (`schemas.figures.calls`)."""

    calls: int = 0
    short: int = 0


def pressure(counted: Counted) -> Pressure:
    """What the day so far asks for."""
    if counted.calls < ENOUGH:
        return ""
    share = counted.short / counted.calls
    return "slowed" if share >= SLOWED_AT else "warned" if share >= WARNED_AT else ""


def share_of_pace(found: Pressure) -> float:
    """Of the calls a second that the PABX may be asked for."""
    return SLOWED if found == "slowed" else 1.0
