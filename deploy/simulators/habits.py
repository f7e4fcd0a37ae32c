"""What ERPs do without failing, each habit by its name: a simulator is started with those of its own ERP.

One more: its name and ERPs here, and where that ERP's simulator looks for it.
"""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from deploy.simulators.respelling import ACCENTS

ALL: Final = "all"
NO_HABITS: Final = frozenset[str]()


class Habit(NamedTuple):
    """`erps`: who has it, as a demonstration names them. `fatal`: no sweep may complete with it: `all` leaves it out."""

    says: str
    erps: frozenset[str]
    fatal: bool = False


ALTAREDE: Final = ("altarede-export", "altarede-webhooks")
OVER_HTTP: Final = frozenset({"ixc", "rbx", "altarede-webhooks"})
HABITS: Final[Mapping[str, Habit]] = {
    "missing-column": Habit("columns that only decorate are in no row", frozenset({"ixc", "rbx"})),
    "missing-debt-column": Habit("a column on which debts depend is in no row", frozenset({"ixc", "rbx"}), fatal=True),
    "null-debt-column": Habit("a column on which debts depend is null in every row", frozenset({"ixc", "rbx"}), fatal=True),
    "page-totals": Habit("a list's total counts no more than its own page", frozenset({"ixc"})),
    "no-ranges": Habit("nothing is found by a filter with >", frozenset({"rbx"}), fatal=True),
    "other-in": Habit("IN compares with P and P2 and knows no list with commas", frozenset({"ixc"})),
    "blank-marks": Habit("each third list of blocked or slowed contracts is empty", frozenset({"rbx"})),
    "no-code-filter": Habit("error 165 for a filter by a row's own code", frozenset({"rbx"})),
    "late-codes": Habit("bills have codes above three million", frozenset({"ixc", "rbx"})),
    **{name: Habit(f"accents of some tables: {name}", OVER_HTTP) for name in ACCENTS},
    "raw-tab": Habit("some blanks within texts are raw tabs", OVER_HTTP),
    "byte-order-mark": Habit("answers begin with a byte order mark", OVER_HTTP),
    "other-dates": Habit("days come as Brazilians, Node and databases write them", frozenset({"ixc", *ALTAREDE})),
    "other-nothings": Habit("a zero date comes as a word, signs or a calendar's first day", frozenset({"ixc", *ALTAREDE})),
    "floats": Habit("some amounts have the tail of a binary fraction", frozenset({"ixc", "rbx", *ALTAREDE})),
    "blank-none": Habit("webhooks that found nothing answer a blank, each its own", frozenset({"altarede-webhooks"})),
    "other-columns": Habit("webhooks name columns with their table and a dot", frozenset({"altarede-webhooks"})),
    "sheets": Habit("an export has several worksheets", frozenset({"altarede-export"})),
    "one-line": Habit("exports of booklets and plans are CSV in one line", frozenset({"altarede-export"})),
}
LATE: Final = 3_000_000


def named(text: str) -> frozenset[str]:
    """`a,b` or `all`. Raises ValueError for an unknown one."""
    if text == ALL:
        return frozenset(name for name, habit in HABITS.items() if not habit.fatal)
    names = frozenset(name for name in text.split(",") if name)
    if unknown := sorted(names - HABITS.keys()):
        raise ValueError(f"{unknown[0]} is none of {ALL}, {', '.join(HABITS)}")
    return names


def of_erp(erp: str, names: Iterable[str]) -> tuple[str, ...]:
    """Those that this ERP can have."""
    return tuple(sorted(name for name in names if erp in HABITS[name].erps))
