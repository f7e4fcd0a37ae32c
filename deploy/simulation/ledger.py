"""The ledger of a simulation: the real one of one process, which forgets what MongoDB's clock would; and a blind one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from deploy.simulation.timeline import Timeline
from schemas.attempts import Attempt
from sinks.originate.healing import is_left
from sinks.originate.memory import MemoryLedger
from sinks.originate.steps import Begin, LedgerStep, Move, Read, Replace

UNFINISHED = frozenset({"reserving", "reserved", "abandoned"})


@dataclass(slots=True)
class TimedLedger(MemoryLedger):
    """`unfinished`: attempts that somebody may have to take up, so that nobody looks through all of them."""

    time: Timeline = field(kw_only=True)
    unfinished: dict[str, None] = field(default_factory=dict)

    def at_once(self, step: LedgerStep) -> Any:  # noqa: ANN401 - what each step says of itself
        """See `MemoryLedger`; a subject's document is gone from the moment it expires."""
        match step:
            case Read(subjects=subjects):
                self._expire(subjects)
            case Replace(marks=marks):
                self._expire((marks.subject,))
            case _:
                pass
        done = MemoryLedger.at_once(self, step)
        match step:
            case Begin(attempt=attempt) if done:
                self.unfinished[attempt.attempt] = None
            case Move(attempt=name, to=to) if done and to not in UNFINISHED:
                self.unfinished.pop(name, None)
            case _:
                pass
        return done

    def left_at_once(self, now: datetime) -> Sequence[Attempt]:
        """See `MemoryLedger`."""
        return [one for name in self.unfinished if is_left(one := self.attempts[name], now)]

    def _expire(self, subjects: Sequence[str]) -> None:
        for subject in subjects:
            if (there := self.marks.get(subject)) and there.expires_at <= self.time.now:
                del self.marks[subject]


@dataclass(slots=True)
class BlindLedger(TimedLedger):
    """Nobody is told of marks, and every one is taken: as if nobody asked."""

    def at_once(self, step: LedgerStep) -> Any:  # noqa: ANN401 - what each step says of itself
        """See `MemoryLedger`."""
        match step:
            case Read():
                return {}
            case Replace():
                return True
            case _:
                return TimedLedger.at_once(self, step)
