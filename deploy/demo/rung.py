"""What the PABX placed, by its own log, against what the ledger says of each attempt. Pure."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from schemas.attempts import AttemptState

UNTOLD = frozenset({"lost", ""})
"""The PABX was killed during the call, or restarted: it keeps no record of it."""
WITHOUT_CAUSE: Mapping[str, frozenset[str]] = {
    "invalid_number": frozenset({"congestion", "no_answer", "failed"}),
    "congestion": frozenset({"no_answer", "failed"}),
    "dropped": frozenset({"machine_presumed", "not_sure", "machine"}),
}
"""What the call record alone makes of an outcome: while nobody listened, the cause of a hang-up is lost."""
NOT_RUNG: frozenset[AttemptState] = frozenset({"reserving", "refused", "abandoned"})
LONGEST = timedelta(minutes=1)
"""No telephone of the simulated network keeps a call so long."""
OPEN: tuple[AttemptState, ...] = ("reserving", "reserved", "ringing")


class Rung(NamedTuple):
    """One call that was placed. `outcome`: the PABX's own, "" while it has none. `recorded`: whether it kept a record."""

    attempt: str
    number: str
    at: datetime
    outcome: str = ""
    recorded: bool = False

    @property
    def is_told(self) -> bool:
        """Whether anybody can still learn what became of it."""
        return self.recorded and self.outcome not in UNTOLD

    def goes_on(self, now: datetime) -> bool:
        """Whether it may still be ringing, or be talked."""
        return not self.outcome and now - self.at < LONGEST


def rung(lines: Iterable[str]) -> dict[str, Rung]:
    """By attempt, of the lines of the PABX's log."""
    found: dict[str, Rung] = {}
    for line in lines:
        said = json.loads(line)
        if said["what"] == "rang":
            found[said["id"]] = Rung(said["id"], said["number"], datetime.fromisoformat(said["at"]))
        elif said["what"] == "ended":
            found[said["id"]] = found[said["id"]]._replace(outcome=said["outcome"], recorded=said["recorded"])
    return found


def disagreements(calls: Mapping[str, Rung], attempts: Mapping[str, Mapping[str, Any]], *, struck: bool) -> Iterator[str]:
    """Every call must be an attempt with the PABX's own outcome; where that kept no record, with any, such as `lost`.

    `attempts`: documents by id, without dry runs. `struck`: listeners were away now and then, so a record alone must do.
    """
    for call in calls.values():
        attempt = attempts.get(call.attempt)
        if attempt is None:
            yield f"call {call.attempt} was placed, and is no attempt"
        elif attempt["state"] in NOT_RUNG:
            yield f"call {call.attempt} was placed, and its attempt is {attempt['state']}"
        elif attempt["number"] != call.number:
            yield f"call {call.attempt} rang another number than its attempt says"
        elif attempt["outcome"] is None:
            yield f"call {call.attempt} was {call.outcome or 'cut by a crash'}, and its attempt is open ({attempt['state']})"
        elif call.is_told and attempt["outcome"] not in _fair(call.outcome, struck=struck):
            yield f"call {call.attempt} was {call.outcome}, and its attempt says {attempt['outcome']}"
    for name, attempt in attempts.items():
        if name not in calls and attempt["state"] in {*OPEN, "ended"}:
            yield f"attempt {name} is {attempt['state']} ({attempt['outcome']}), and the PABX placed no such call"


def _fair(outcome: str, *, struck: bool) -> frozenset[str]:
    return frozenset({outcome}) | (WITHOUT_CAUSE.get(outcome, frozenset()) if struck else frozenset())


def counts(calls: Iterable[Rung], attempts: Mapping[str, Mapping[str, Any]]) -> list[dict[str, object]]:
    """By outcome: calls of the PABX, attempts of the ledger."""
    placed = Counter(call.outcome or "cut by a crash" for call in calls)
    ended = Counter(str(one["outcome"]) for one in attempts.values() if one["outcome"] is not None)
    return [
        {"outcome": outcome, "by the PABX": placed[outcome], "by the ledger": ended[outcome]}
        for outcome in sorted(placed | ended)
    ]
