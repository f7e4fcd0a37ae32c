"""What happened in a simulation, counted."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from deploy.simulation.crashes import Crashes
from schemas.attempts import Attempt
from schemas.calls import CallPlaced
from sinks.originate.steps import Fate

MAY_RING = frozenset({"reserved", "ringing", "ended", "lost"})


@dataclass(slots=True)
class Counts:
    """`fates`: of requests; `outcomes`: as the PABXs know them, `ends`: the same by call.

    `healed`: attempts taken up, by the state that they were in.
    """

    fates: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    healed: Counter[str] = field(default_factory=Counter)
    ends: dict[str, str] = field(default_factory=dict)
    requests: int = 0
    rang: int = 0
    crashes: int = 0
    clock_jumps: int = 0

    def fate(self, fate: Fate | None) -> None:
        """Of a request."""
        self.fates[fate or "broken off"] += 1

    def published(self, placed: CallPlaced) -> None:
        """In `call.placed.v1`."""
        self.answers[placed.answer] += 1
        if placed.answer == "refused":
            self.refusals[placed.reason or placed.detail.partition(" (")[0] or "no reason"] += 1


def figures(counts: Counts, crashes: Crashes, attempts: Iterable[Attempt], happened: int) -> dict[str, Any]:
    """All of them, for JSON. `missed`: steps after which nobody ever died."""
    known = list(attempts)
    return {
        "rang": counts.rang,
        "requests": counts.requests,
        "crashes": counts.crashes,
        "clock_jumps": counts.clock_jumps,
        "events": happened,
        "attempts": _sorted(Counter(one.state for one in known)),
        "known": _sorted(
            Counter(_known(counts.ends.get(one.attempt), one.outcome) for one in known if one.state in MAY_RING)
        ),
        "fates": _sorted(counts.fates),
        "answers": _sorted(counts.answers),
        "refusals": _sorted(counts.refusals),
        "outcomes": _sorted(counts.outcomes),
        "faults": _sorted(counts.faults),
        "healed": _sorted(counts.healed),
        "steps": {name: {"done": crashes.steps[name], "died": crashes.hit[name]} for name in sorted(crashes.steps)},
        "missed": crashes.missed(),
    }


def _known(end: str | None, outcome: str | None) -> str:
    """What the PABX knows of a call, and what we know."""
    if end is None:
        return f"nobody rang: {outcome or 'no outcome'}"
    return "the same" if end == outcome else f"{end}: {outcome or 'no outcome'}"


def _sorted(counter: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counter.items(), key=lambda item: (-item[1], item[0])))
