"""One simulated PABX: the simulator's own core and faults, what stands before it, and what a client of it hears.

A PABX that stands still may ring after its client has gone; not where that would be after the hours, as nobody could help
it: whoever asks is bound to 5 s before their end.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

import orjson

from deploy.simulation.timeline import Timeline, Wakeful
from deploy.simulators.pabx.answers import NOT_FOUND
from deploy.simulators.pabx.callees import BY_DIGIT, UNALLOCATED, Callee
from deploy.simulators.pabx.core import Core, Happening, Refused
from deploy.simulators.pabx.faults import PROXY_ERROR, Fault, FaultKind, strike
from deploy.simulators.pabx.log import Line
from deploy.simulators.pabx.moments import Goal
from schemas.said import Said

CLIENT_WAITS_S: Final = 10.0
SENT_S: Final = 0.02
CLOSING_MINUTE, STILL_S = 59, 2.0
JSON, HTML = "application/json", "text/html"
CUT = Said(0, failure="ReadError")
PROXY = Said(502, HTML, PROXY_ERROR)
TIMED_OUT = Said(0, failure="ReadTimeout")
NOBODY_THERE = Said(0, failure="ConnectError", sent=False)
SHARES: Mapping[FaultKind, float] = {
    "late": 0.01, "hang": 0.01, "cut": 0.01, "drop": 0.005, "bad_gateway": 0.01, "no_gateway": 0.005,
}  # fmt: skip
"""Of all calls, each; most come in bad hours."""
BAD_HOUR = 12
"""So many times as often in one hour of twelve."""


@dataclass(frozen=True, slots=True)
class Listeners:
    """`happened`: what the core tells, as it happens; `struck`: a fault's name."""

    happened: Callable[[str, Happening], None]
    struck: Callable[[str], None]


class Exchange:
    """`down`, `missing`, `booting`, `forbidding`: until when."""

    def __init__(self, address: str, seed: int, time: Timeline, tell: Listeners) -> None:
        self.address = address
        self._random = Random(f"{seed}:{address}")
        self._time = time
        self._tell = tell
        self.core = Core(self._random.randrange(10**6), self._callee)
        self._asked: dict[str, datetime] = {}
        self.down = self.missing = self.booting = self.forbidding = time.now
        self._wake = Wakeful(time, self.settle)

    def ring(self, fields: Mapping[str, Any], heard: Callable[[Said], None]) -> None:
        """One POST; `heard` is told what its client hears."""
        fault = self._fault()
        if fault:
            self._tell.struck(fault.kind)
        self._time.after(SENT_S * (1 + self._random.random()), lambda: self._arrived(fields, fault, heard))

    def _arrived(self, fields: Mapping[str, Any], fault: Fault | None, heard: Callable[[Said], None]) -> None:
        match fault:
            case Fault(kind="drop"):
                heard(CUT)
            case Fault(kind="no_gateway"):
                heard(PROXY)
            case Fault(kind="hang", seconds=seconds) if self._closed() is None:
                if seconds >= CLIENT_WAITS_S:
                    self._time.after(CLIENT_WAITS_S, lambda: heard(TIMED_OUT))
                    self._time.after(seconds, lambda: _ignored(self._placed(fields)))
                else:
                    self._time.after(seconds, lambda: heard(self._placed(fields)))
                self._asked[fields["channelId"]] = self._time.now
            case _:
                self._answer(self._placed(fields), fault, heard)

    def _answer(self, said: Said, fault: Fault | None, heard: Callable[[Said], None]) -> None:
        """`said` by Asterisk; what its client hears of it is another thing."""
        match fault:
            case Fault(kind="cut"):
                heard(CUT)
            case Fault(kind="bad_gateway"):
                heard(PROXY)
            case Fault(kind="late", seconds=seconds) if seconds >= CLIENT_WAITS_S:
                self._time.after(CLIENT_WAITS_S, lambda: heard(TIMED_OUT))
            case Fault(kind="late", seconds=seconds):
                self._time.after(seconds, lambda: heard(said))
            case _:
                self._time.after(SENT_S, lambda: heard(said))

    def living(self, attempt: str) -> Said:
        """The question after one channel."""
        if (closed := self._closed()) is not None:
            return closed
        found = next((one for one in self.core.channels(self._time.now) if one["id"] == attempt), None)
        self.settle()
        return _json(404, {"message": "Channel not found"}) if found is None else _json(200, found)

    def channels(self) -> Said:
        """All that live."""
        if (closed := self._closed()) is not None:
            return closed
        found = self.core.channels(self._time.now)
        self.settle()
        return _json(200, found)

    def restart(self, down: float, missing: float, booting: float) -> None:
        """Every call is lost; seconds without a listener, then without ARI, then of booting."""
        self._tell.struck("restart")
        self.core.restart(self._time.now)
        self.down = self._time.now + timedelta(seconds=down)
        self.missing = self.down + timedelta(seconds=missing)
        self.booting = self.missing + timedelta(seconds=booting)
        self.settle()

    def settle(self) -> None:
        """Tell what happened until now."""
        now = self._time.now
        for happened in self.core.advance(now):
            self._tell.happened(self.address, self._dated(happened))
        if (due := self.core.next_at) is not None:
            self._wake.by(due)

    def _dated(self, happened: Happening) -> Happening:
        """A call that it was asked for while it stood still says when that was."""
        if isinstance(happened, Line) and happened.body["what"] == "rang":
            asked = self._asked.pop(happened.body["id"], None)
            return Line({**happened.body, "asked": asked.isoformat()}) if asked else happened
        return happened

    def _closed(self) -> Said | None:
        now = self._time.now
        if now < self.down:
            return NOBODY_THERE
        if now < self.missing:
            return Said(404, HTML, NOT_FOUND.encode())
        return _json(503, {"message": "Asterisk not booted"}) if now < self.booting else None

    def _placed(self, fields: Mapping[str, Any]) -> Said:
        if (closed := self._closed()) is not None:
            return closed
        if self._time.now < self.forbidding:
            return _json(403, {"message": "Write access denied"})
        goal = Goal(fields["context"], fields["extension"])
        done = self.core.originate(fields["channelId"], fields["endpoint"], fields["timeout"], self._time.now, goal=goal)
        self.settle()
        if isinstance(done, Refused):
            return _json(done.status, {"message": done.message})
        return _json(200, done)

    def _fault(self) -> Fault | None:
        often = BAD_HOUR if int(self._time.now.timestamp()) // 3600 % BAD_HOUR == 0 else 1.0
        orders = [Fault(kind=kind, share=share * often, seconds=self._seconds(kind)) for kind, share in SHARES.items()]
        found, _ = strike(orders, "POST", self._random)
        return found

    def _seconds(self, kind: FaultKind) -> float:
        if kind == "late":
            return self._random.uniform(0.5, 14)
        longest = STILL_S if self._time.now.minute == CLOSING_MINUTE else 55.0
        return self._random.uniform(0.5, longest)

    def _callee(self, digits: str) -> Callee:
        """A number that ends in 6 is nobody's; every other is what chance says, each time anew."""
        return UNALLOCATED if digits.endswith("6") else BY_DIGIT[self._random.choice("011234578999")]


def _ignored(_: Said) -> None:
    """Nobody hears it any more."""


def _json(status: int, body: Mapping[str, Any] | Iterable[Mapping[str, Any]]) -> Said:
    return Said(status, JSON, orjson.dumps(body))
