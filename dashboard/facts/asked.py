"""What a page asks the database for: its own facts, narrowed by what its reader chose (pure).

The process reads each pair of page and filters that somebody has open once a refresh, whoever looks; what nobody has open
is not read (`dashboard.facts.open_pages`).
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from dashboard.facts.failures import Failure
from schemas.figures.history import Group
from schemas.figures.scope import AGES

EVERYBODY = ""
"""The selection that means all instances."""
Drawing = Literal["lines", "columns", "areas"]
Period = Literal["7", "30", "90", "365"]
"""Days until today."""
GROUPS: tuple[Group, ...] = get_args(Group)
DRAWINGS: tuple[Drawing, ...] = get_args(Drawing)
PERIODS: tuple[Period, ...] = get_args(Period)


@dataclass(frozen=True, slots=True)
class Filters:
    """What the reader chose; an empty text or None means everything.

    `since` and `until`: local days, both included. `band`: one of `BANDS`. `branch`: the ERP's own code. `bairro` and
    `client_type`: as people read them. `figure`: one of `schemas.figures.names.FIGURES`; `kind`: how it is drawn.
    """

    instance: str = EVERYBODY
    since: date | None = None
    until: date | None = None
    due_on: date | None = None
    bairro: str = ""
    client_type: str = ""
    branch: str = ""
    band: str = ""
    figure: str = ""
    group: Group | Literal[""] = ""
    kind: Drawing | Literal[""] = ""
    period: Period | Literal[""] = ""


def band(since: int, until: int | None) -> str:
    """The name of a range of days late in an address, such as `8-15` or `91-`."""
    return f"{since}-{'' if until is None else until}"


BEYOND_SHORT = (8, None)
"""The long term as a whole."""
BANDS: dict[str, tuple[int, int | None]] = {band(*ages): ages for ages in (*AGES, BEYOND_SHORT)}


@dataclass(frozen=True, slots=True)
class Asked:
    """The facts of the page at `path` under `filters`."""

    path: str
    filters: Filters


@dataclass(frozen=True, slots=True)
class Unread:
    """A page's facts that could not be read, and why."""

    why: Failure
