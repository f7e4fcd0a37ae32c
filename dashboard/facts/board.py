"""What one page shows of the shared Snapshot: one instance or all of them together (pure)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from dashboard.facts.asked import EVERYBODY
from dashboard.facts.snapshot import Debtor, InstanceFigures, Snapshot
from schemas.figures.debts import SUBJECTS, Debt, together
from schemas.figures.queue import Waiting
from schemas.figures.standing import Standing
from schemas.reverse_map import Subject

HEAD = 20
"""Debtors shown of the queue."""
DEFAULT_ZONE = "America/Sao_Paulo"
"""The clock of a page that shows instances of several zones, or none."""


@dataclass(frozen=True, slots=True)
class Board:
    """The figures of `instances` added up. `zone`: whose clock the stamp shows.

    `unknown`: the name that was asked for and that nobody has; the board is empty then, and so is `selected`. Figures are of
    the instances that are `counted`: of the others too little was read for any number.
    """

    selected: str
    instances: tuple[InstanceFigures, ...]
    standing: Standing
    waiting: Waiting
    debts: Mapping[Subject, tuple[Debt, ...]]
    head: tuple[Debtor, ...]
    zone: str
    unknown: str = ""

    @property
    def min_days(self) -> tuple[int, ...]:
        """Every `min_days_overdue` in force, ascending; one unless instances differ."""
        return tuple(sorted({one.min_days_overdue for one in self.instances}))

    @property
    def counted(self) -> tuple[InstanceFigures, ...]:
        """Those whose figures are added up."""
        return tuple(one for one in self.instances if one.countable)

    @property
    def partial(self) -> tuple[InstanceFigures, ...]:
        """Those of which not every kind was read whole once."""
        return tuple(one for one in self.instances if one.complete[0] < one.complete[1])

    @property
    def complete(self) -> tuple[int, int]:
        """Kinds read whole once and shown, of all kinds of all instances."""
        return sum(one.complete[0] for one in self.instances), sum(one.complete[1] for one in self.instances)

    @property
    def numbers(self) -> bool:
        """Some instance's figures are numbers: until then there is none to show, not even zero."""
        return bool(self.counted)

    @property
    def closed(self) -> tuple[InstanceFigures, ...]:
        """Where nobody may be called just now."""
        return tuple(one for one in self.instances if one.gate.closed)


def common_zone(zones: Iterable[str]) -> str:
    """The one zone of all; DEFAULT_ZONE of several, or of none."""
    found = set(zones)
    return found.pop() if len(found) == 1 else DEFAULT_ZONE


def choose(snapshot: Snapshot, selected: str) -> Board:
    """The board of the instance `selected`, of all for EVERYBODY; an empty one where there is no such instance."""
    chosen = tuple(one for one in snapshot.instances if selected in (EVERYBODY, one.name))
    counted = tuple(one for one in chosen if one.countable)
    queue = sorted((debtor for one in counted for debtor in one.head), key=order)
    unknown = "" if selected == EVERYBODY or chosen else selected
    return Board(
        EVERYBODY if unknown else selected,
        chosen,
        sum((one.standing for one in counted), Standing()),
        sum((one.waiting for one in counted), Waiting()),
        {subject: together(debt for one in counted for debt in one.debts[subject]) for subject in SUBJECTS},
        tuple(queue[:HEAD]),
        common_zone(one.zone for one in chosen),
        unknown,
    )


class NoSuchInstance(LookupError):
    """Whoever names an instance that does not exist gets nothing, and least of all everybody's."""


def order(debtor: Debtor) -> tuple[int, date, str]:
    """The queue's order, over several instances too."""
    return (-debtor.score, debtor.due_on, f"{debtor.instance}:{debtor.code}")
