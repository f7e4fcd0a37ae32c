"""The ledger of one process: for simulations and tests. It forgets nothing and expires nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from schemas.attempts import Attempt, Marks
from sinks.originate.healing import is_left
from sinks.originate.steps import Begin, Find, LedgerStep, Move, Read, Replace


@dataclass(slots=True)
class MemoryLedger:
    """`attempts` by id, `marks` by subject."""

    attempts: dict[str, Attempt] = field(default_factory=dict)
    marks: dict[str, Marks] = field(default_factory=dict)

    async def do(self, step: LedgerStep) -> Any:  # noqa: ANN401 - what each step says of itself
        """See `Ledger`."""
        return self.at_once(step)

    async def left(self, now: datetime) -> Sequence[Attempt]:
        """See `Ledger`."""
        return self.left_at_once(now)

    def at_once(self, step: LedgerStep) -> Any:  # noqa: ANN401 - what each step says of itself
        """The same without an event loop."""
        match step:
            case Begin(attempt=attempt):
                return self.attempts.setdefault(attempt.attempt, attempt) is attempt
            case Read(subjects=subjects):
                return {subject: self.marks[subject] for subject in subjects if subject in self.marks}
            case Replace(seen=seen, marks=marks):
                there = self.marks.get(marks.subject)
                if (there.n if there else 0) != seen:
                    return False
                self.marks[marks.subject] = marks
                return True
            case Move():
                return self._move(step)
            case Find(attempt=identity):
                return self.attempts.get(identity)

    def left_at_once(self, now: datetime) -> Sequence[Attempt]:
        """The same without an event loop."""
        found = [attempt for attempt in self.attempts.values() if is_left(attempt, now)]
        return sorted(found, key=lambda attempt: (attempt.changed_at, attempt.attempt))

    def _move(self, step: Move) -> bool:
        there = self.attempts.get(step.attempt)
        if there is None or there.state not in step.states:
            return False
        self.attempts[step.attempt] = there.model_copy(update=changes(step))
        return True


def changes(step: Move) -> dict[str, Any]:
    """The fields of an attempt that a move sets."""
    given = {"at": step.at, "outcome": step.outcome, "reason": step.reason}
    return {
        "state": step.to,
        "changed_at": step.changed_at,
        **{name: value for name, value in given.items() if value is not None},
    }
