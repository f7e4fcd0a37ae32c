"""What one page shows of the shared Snapshot: one instance or all of them together (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from dashboard.facts.asked import EVERYBODY
from dashboard.facts.freshness import Level, worst
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
    """The figures of `instances` added up. `zone`: whose clock the stamp shows."""

    selected: str
    instances: tuple[InstanceFigures, ...]
    standing: Standing
    waiting: Waiting
    debts: Mapping[Subject, tuple[Debt, ...]]
    head: tuple[Debtor, ...]
    zone: str
    freshness: Level

    @property
    def min_days(self) -> tuple[int, ...]:
        """Every `min_days_overdue` in force, ascending; one unless instances differ."""
        return tuple(sorted({one.min_days_overdue for one in self.instances}))

    @property
    def closed(self) -> tuple[InstanceFigures, ...]:
        """Where nobody may be called just now."""
        return tuple(one for one in self.instances if one.gate.closed)


def choose(snapshot: Snapshot, selected: str) -> Board:
    """The board of the instance `selected`; of all of them where there is no such instance."""
    known = {one.name for one in snapshot.instances}
    wanted = selected if selected in known else EVERYBODY
    chosen = tuple(one for one in snapshot.instances if wanted in (EVERYBODY, one.name))
    zones = {one.zone for one in chosen}
    queue = sorted((debtor for one in chosen for debtor in one.head), key=order)
    return Board(
        wanted,
        chosen,
        sum((one.standing for one in chosen), Standing()),
        sum((one.waiting for one in chosen), Waiting()),
        {subject: together(debt for one in chosen for debt in one.debts[subject]) for subject in SUBJECTS},
        tuple(queue[:HEAD]),
        zones.pop() if len(zones) == 1 else DEFAULT_ZONE,
        worst(source for one in chosen for source in one.sources),
    )


def order(debtor: Debtor) -> tuple[int, date, str]:
    """The queue's order, over several instances too."""
    return (-debtor.score, debtor.due_on, f"{debtor.instance}:{debtor.code}")
