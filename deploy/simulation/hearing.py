"""What becomes known of calls: told by the PABX's own log, sooner or later, once or twice, or never."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final, get_args

from deploy.simulation.timeline import Timeline
from schemas.attempts import Outcome, made_at
from schemas.calls import Call, CallPlaced
from schemas.model import next_version

SILENCE: Final = timedelta(minutes=15)
LATE_S: Final = (60.0, 180.0)
VERY_LATE_S: Final = (1_200.0, 7_200.0)
HEARD, HEARD_LATE, HEARD_VERY_LATE = 0.9, 0.96, 0.98
"""Of ends: heard at once; by a call record; by one that came when the call was taken for lost. The rest never is."""
OUTCOMES = frozenset(get_args(Outcome))
WORTH = {"": 0, "refused": 1, "unclear": 2, "ringing": 3}


class Hearing:
    """`told`: a call's next state."""

    def __init__(self, seed: int, time: Timeline, told: Callable[[Call], None]) -> None:
        self._random = Random(f"{seed}:hearing")
        self._time = time
        self._told = told
        self._calls: dict[str, Call] = {}
        self._whose: dict[str, tuple[str, str]] = {}

    def begun(self, attempt: str, instance: str, code: str) -> None:
        """Somebody reserved it: whatever is heard of it belongs to this debtor."""
        self._whose[attempt] = instance, code

    def placed(self, said: CallPlaced) -> None:
        """What an originator published; later, and of two the one that counts more."""
        self.begun(said.attempt, said.instance, said.code)
        self._after((0.05, 1.5), lambda: self._placed(said))
        if said.answer != "refused":
            silence = SILENCE.total_seconds() + said.ring_seconds
            self._time.after(silence, lambda: self._silence(said.attempt))

    def ended(self, said: dict[str, Any]) -> None:
        """A line of the PABX's log. Of a call that its restart has cut off nobody ever hears."""
        if said["outcome"] == "lost":
            return
        chance = self._random.random()
        if chance < HEARD:
            self._after((0.1, 4.0), lambda: self._ended(said))
        elif chance < HEARD_LATE:
            self._after(LATE_S, lambda: self._ended(said))
        elif chance < HEARD_VERY_LATE:
            self._after(VERY_LATE_S, lambda: self._ended(said))
        if self._random.random() < 0.02:  # noqa: PLR2004 - twice, as two witnesses may
            self._after(LATE_S, lambda: self._ended(said))

    def _after(self, span: tuple[float, float], what: Callable[[], None]) -> None:
        self._time.after(self._random.uniform(*span), what)

    def _placed(self, said: CallPlaced) -> None:
        call = self._calls.get(said.attempt)
        if call is None and said.answer == "refused":
            return
        call = call or self._new(said.attempt)
        if call.placed and WORTH[said.answer] <= WORTH[call.answer or ""]:
            return
        told = said.model_dump(include={"answer", "person", "number", "pabx", "at", "ring_seconds", "dry_run"})
        self._change(call, **told, placed=True)

    def _ended(self, said: dict[str, Any]) -> None:
        outcome = said["outcome"] if said["outcome"] in OUTCOMES else "failed"
        call = self._calls.get(said["id"]) or self._new(said["id"])
        self._change(call, outcome=outcome, ended_at=datetime.fromisoformat(said["end"]), why="the PABX's own log")

    def _silence(self, attempt: str) -> None:
        call = self._calls.get(attempt)
        if call is not None and call.outcome is None:
            self._change(call, outcome="lost", why="nothing was heard of its end")

    def _new(self, attempt: str) -> Call:
        instance, code = self._whose[attempt]
        return Call(instance=instance, code=code, attempt=attempt, version=0, at=made_at(attempt))

    def _change(self, call: Call, **fields: Any) -> None:  # noqa: ANN401 - of a call
        changed = call.model_copy(update=fields)
        if changed != call:
            changed = changed.model_copy(update={"version": next_version(call.version, self._time.now)})
            self._calls[call.attempt] = changed
            self._told(changed)
