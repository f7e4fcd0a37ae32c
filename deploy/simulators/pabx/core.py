"""The PABX itself: channels, times, outcomes. No socket, no file and no clock: `now` is an argument, and must not go back.

`originate`, `hang_up` and `restart` change it; `advance(now)` carries out what falls due and gives back everything that
happened since the last time, in order: events for ARI's websocket, call records, lines of the log.
"""

import heapq
import math
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final, NamedTuple
from uuid import UUID

from deploy.simulators.pabx import log
from deploy.simulators.pabx.callees import Network, by_last_digit
from deploy.simulators.pabx.channels import ACCOUNT, NOBODY, Live, shown, texts
from deploy.simulators.pabx.moments import Goal, Moment, Placed, cut, life
from deploy.simulators.pabx.numbers import Dialled, dialled, e164
from deploy.simulators.pabx.records import Record

RING_SECONDS: Final = 30
FOR_EVER: Final = -1
LONGEST_ID: Final = 149
COLLECTION: Final = Goal("collection", "s")
TRUNKS: Final = frozenset({"PJSIP/trunk"})


class Refused(NamedTuple):
    """An HTTP status and what is said with it."""

    status: int
    message: str


class Event(NamedTuple):
    """One of ARI's, without the names of application and Asterisk. `app`: whose channel it is, "" for nobody's."""

    body: dict[str, Any]
    app: str = ""


Happening = Event | Record | log.Line


class Core:
    """`speed` shortens every time of a call; `area` completes local numbers in the log; `offset`: how wrong its clock is.

    `unanswered`: whether a failed call leaves a record (Asterisk's own default is no); `lost`: the share of records that are
    not kept. `apps`: who listens, by name.
    """

    def __init__(
        self,
        seed: int = 1,
        network: Network = by_last_digit,
        *,
        speed: float = 1.0,
        area: str = "",
        trunks: Iterable[str] = TRUNKS,
        offset: timedelta = timedelta(0),
    ) -> None:
        self.trunks = frozenset(trunks)
        self.offset = offset
        self.unanswered = True
        self.lost = 0.0
        self.apps: set[str] = set()
        self._network = network
        self._speed = speed
        self._area = area
        self._random = Random(f"{seed}:pabx")
        self._live: dict[str, Live] = {}
        self._due: list[tuple[datetime, int, Live, Moment]] = []
        self._turns = 0
        self._channels = 0
        self._happened: list[Happening] = []

    def originate(
        self,
        channel_id: str,
        endpoint: str,
        timeout: float,
        now: datetime,
        *,
        goal: Goal = COLLECTION,
        caller: Mapping[str, str] = NOBODY,
        variables: Mapping[str, str] | None = None,
    ) -> Mapping[str, Any] | Refused:
        """The new channel, as ARI shows it. `channel_id` "": one is made.

        `timeout`: seconds; 0 and most that are below it are 30, -1 is for ever.
        """
        self._carry_out(now)  # an id is free again from the moment its call has ended
        to = self._to(channel_id, endpoint, goal)
        if isinstance(to, Refused):
            return to
        ring = timeout if timeout > 0 else math.inf if timeout == FOR_EVER else RING_SECONDS
        placed = Placed(to.dialstring, goal, ring, caller, variables or {})
        live = self._made(channel_id, to, placed, now)
        live.moments = life(self._network(to.digits), placed, self.apps.__contains__)
        self._live[live.id] = live
        self._happened.append(log.rang(live.id, live.number, to.digits, now))
        self._schedule(live, now)
        self._carry_out(now)
        return dict(live.shown)

    def channels(self, now: datetime) -> list[Mapping[str, Any]]:
        """Those that live, oldest first."""
        self._carry_out(now)
        return [dict(live.shown) for live in self._live.values()]

    def hang_up(self, channel_id: str, now: datetime) -> bool:
        """Whether there was such a channel."""
        self._carry_out(now)
        live = self._live.get(channel_id)
        if live is None:
            return False
        live.moments = cut(live.shown["state"], live.dialled.dialstring)
        self._due = [due for due in self._due if due[2] is not live]
        heapq.heapify(self._due)
        self._schedule(live, now)
        self._carry_out(now)
        return True

    def restart(self, now: datetime) -> None:
        """As after a kill: no call survives, none leaves a record, and the counters begin again."""
        self._carry_out(now)
        for live in self._live.values():
            self._happened.append(log.ended(live.logged(), now, "lost", None, recorded=False))
        self._live, self._due, self._channels = {}, [], 0
        self._happened.append(log.restarted(now))

    @property
    def next_at(self) -> datetime | None:
        """When something falls due by itself; None while nothing does."""
        return self._due[0][0] if self._due else None

    def advance(self, now: datetime) -> list[Happening]:
        """What has happened until `now` and was not told yet."""
        self._carry_out(now)
        told, self._happened = self._happened, []
        return told

    def stamp(self, at: datetime) -> str:
        """As ARI writes an instant, by the PABX's own clock."""
        return (at + self.offset).isoformat(timespec="milliseconds").replace("+00:00", "+0000")

    def _to(self, channel_id: str, endpoint: str, goal: Goal) -> Dialled | Refused:
        if not endpoint:
            return Refused(400, "Endpoint must be specified")
        if not goal.app and not goal.extension:
            return Refused(400, "Application or extension must be specified")
        if "/" not in endpoint:
            return Refused(400, "Invalid endpoint specified")
        if len(channel_id) > LONGEST_ID:
            return Refused(400, f"Uniqueid length exceeds maximum of {LONGEST_ID}")
        if channel_id in self._live:
            return Refused(409, "Channel with given unique ID already exists")
        to = dialled(endpoint)
        return to if to and to.trunk in self.trunks else Refused(500, "Allocation failed")

    def _made(self, channel_id: str, to: Dialled, placed: Placed, now: datetime) -> Live:
        sequence, self._channels = self._channels, self._channels + 1
        protocol = str(UUID(int=self._random.getrandbits(128), version=4))
        name = channel_id or f"{now.timestamp():.0f}.{sequence}"
        channel = shown(name, f"{to.trunk}-{sequence:08x}", placed.variables.get(ACCOUNT, ""), protocol, self.stamp(now))
        said = texts(channel, placed.caller, placed.variables)
        return Live(channel, said, to, e164(to.digits, self._area), placed.goal, sequence, now)

    def _schedule(self, live: Live, since: datetime) -> None:
        moment = next(live.moments, None)
        if moment is not None and moment.after != math.inf:
            self._turns += 1
            at = since + timedelta(seconds=moment.after / self._speed)
            heapq.heappush(self._due, (at, self._turns, live, moment))

    def _carry_out(self, now: datetime) -> None:
        while self._due and self._due[0][0] <= now:
            at, _, live, moment = heapq.heappop(self._due)
            live.change(moment, at)
            said = live.said(moment.event, moment.said, self.stamp(at))
            self._happened.append(Event(said, next(iter(live.apps), "")))
            if moment.outcome:
                self._end(live, moment, at)
            else:
                self._schedule(live, at)

    def _end(self, live: Live, moment: Moment, at: datetime) -> None:
        del self._live[live.id]
        assert moment.outcome  # noqa: S101  # it is what ends a call
        recorded = (self.unanswered or live.answer is not None) and self._random.random() >= self.lost
        if recorded:
            self._happened.append(live.record(at, self.offset))
        self._happened.append(log.ended(live.logged(), at, moment.outcome, moment.said["cause"], recorded=recorded))
