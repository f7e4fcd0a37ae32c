"""What one PABX may be asked for, and when: its queue, pace, channels and breakers as one. `now` is an argument. Pure.

`line` does what it says with tasks and a real PABX; the simulation of months does the same with events.
"""

from collections.abc import Collection
from datetime import datetime

from schemas.calls import CallRequest
from sinks.originate.answers import Answered
from sinks.originate.breaker import Breaker
from sinks.originate.pace import Caps, Channels, Pace
from sinks.originate.steps import Fate
from sinks.originate.waiting import Waiting

NEVER_RANG: frozenset[Fate] = frozenset({"dropped", "handled", "refused"})
"""The next may begin at once: the pace is of calls."""


class Lane:
    """`waiting`: requests that have not begun."""

    def __init__(self) -> None:
        self.waiting = Waiting()
        self._pace = Pace()
        self._channels = Channels()
        self._breaker = Breaker()
        self._routes: dict[str, Breaker] = {}  # of instances whose trunk fails: a PABX that is there serves the others

    @property
    def is_listed(self) -> bool:
        """Whether the PABX has told once which channels live."""
        return self._channels.listed

    @property
    def is_busy(self) -> bool:
        """Whether a call of ours may be going on."""
        return bool(self._channels.since)

    @property
    def failures(self) -> int:
        """Of the PABX, since the last call that rang."""
        return self._breaker.failures

    def probes_at(self) -> datetime | None:
        """When to ask whether the PABX is there again; None where there is no need."""
        return self._breaker.probes_at()

    def has_room(self, caps: Caps, *, rings: bool = True) -> bool:
        """`rings`: False where nothing is asked of a PABX that may not even be there."""
        if len(self._channels.since) >= caps.channels:
            return False
        if not rings:
            return True
        awaited = sum(at is None for at in self._channels.since.values())
        return self._channels.listed and self._breaker.may_call(awaited)

    def wait(self, caps: Caps, now: datetime) -> float:
        """Seconds until the pace lets one begin."""
        return self._pace.wait(caps, now)

    def begin(self, caps: Caps, now: datetime) -> tuple[CallRequest, Pace] | None:
        """The best request, begun, and the pace that it has set: `ended` wants it. None where none may begin."""
        request = self.waiting.next(now, self._resting(now))
        if request is None:
            return None
        self._pace = self._pace.begun(caps, now)
        self._channels = self._channels.begun(request.attempt)
        return request, self._pace

    def _resting(self, now: datetime) -> Collection[str]:
        """Instances whose route failed a while ago; after that one call tries it, as nothing else would tell."""
        return {name for name, route in self._routes.items() if (until := route.probes_at()) is not None and now < until}

    def asked(self, attempt: str, instance: str, found: Answered, began_at: datetime, now: datetime) -> Breaker | None:
        """The PABX was asked to ring. The breaker that counts a failure, of the route or of the PABX, if one does."""
        gone = found.answer == "refused"
        self._channels = self._channels.gone(attempt) if gone else self._channels.answered(attempt, now)
        if found.answer == "ringing":
            self._breaker = self._breaker.rang()
            self._routes.pop(instance, None)
        elif found.of_route:
            self._routes[instance] = self._routes.get(instance, Breaker()).failed(began_at, now)
            return self._routes[instance]
        elif not found.holds:
            self._breaker = self._breaker.failed(began_at, now)
            return self._breaker
        return None

    def unheard(self, attempt: str, now: datetime) -> None:
        """It was asked, and whoever asked is broken off: it may ring."""
        self._channels = self._channels.answered(attempt, now)

    def ended(self, attempt: str, fate: Fate, pace: Pace, now: datetime) -> None:
        """All is done that this process does about a request. `pace`: that it had set."""
        if self._channels.since.get(attempt, now) is None:  # it was never asked for
            self._channels = self._channels.gone(attempt)
        if fate in NEVER_RANG and self._pace is pace:
            self._pace = Pace()

    def told(self, found: Collection[str] | None, asked_at: datetime, now: datetime) -> None:
        """Which of our channels live, as the PABX said; None where it did not."""
        if found is not None:
            self._channels = self._channels.told(found, asked_at)
        elif not self._channels.listed:
            self._breaker = self._breaker.failed(asked_at, now)

    def probed(self, began_at: datetime, now: datetime, *, there: bool) -> None:
        """Whether the PABX answered a harmless question."""
        self._breaker = self._breaker.answered() if there else self._breaker.failed(began_at, now)
