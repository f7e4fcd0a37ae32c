"""Time that passes at once: what falls due next happens next, and nobody waits."""

from collections.abc import Callable
from datetime import datetime, timedelta
from heapq import heappop, heappush

What = Callable[[], None]


class Timeline:
    """`now`: true time, aware. Of two things that fall due at once the one that was planned first comes first."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.happened = 0
        self._due: list[tuple[datetime, int, What]] = []
        self._planned = 0

    def at(self, when: datetime, what: What) -> None:
        """Let it happen then; what lies in the past, now."""
        self._planned += 1
        heappush(self._due, (max(when, self.now), self._planned, what))

    def after(self, seconds: float, what: What) -> None:
        """Let it happen so much later."""
        self.at(self.now + timedelta(seconds=seconds), what)

    def run(self, until: datetime) -> None:
        """All that falls due before `until`."""
        while self._due and self._due[0][0] < until:
            self.now, _, what = heappop(self._due)
            self.happened += 1
            what()
        self.now = until


class Wakeful:
    """One thing that is to happen at the earliest of all the times for which it was asked."""

    def __init__(self, time: Timeline, what: What) -> None:
        self._time = time
        self._what = what
        self._at: datetime | None = None

    def by(self, when: datetime) -> None:
        """Not later than this."""
        when = max(when, self._time.now)
        if self._at is None or when < self._at:
            self._at = when
            self._time.at(when, lambda: self._come(when))

    def within(self, seconds: float) -> None:
        """Not later than so many seconds from now."""
        self.by(self._time.now + timedelta(seconds=seconds))

    def _come(self, when: datetime) -> None:
        if self._at == when:
            self._at = None
            self._what()
