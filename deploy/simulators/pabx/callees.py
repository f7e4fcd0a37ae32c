"""What the called side does; pure. By the last digit of the number, with the times that a real network of two took."""

from collections.abc import Callable
from typing import Final, Literal, NamedTuple

Outcome = Literal[
    "human", "machine", "dropped", "busy", "no_answer", "congestion", "invalid_number", "failed", "cut", "lost"
]


class Refusal(NamedTuple):
    """`cause`: Asterisk's; `sip`: the answer that stands behind it; `status`: of the dialling."""

    cause: int
    sip: int
    status: str


class Verdict(NamedTuple):
    """What AMD finds, and after how many seconds of listening."""

    status: str
    cause: str
    after: float


class Callee(NamedTuple):
    """`answers`: seconds of ringing, None for ever; 0 does not ring. `stays`: seconds until it hangs up by itself."""

    outcome: Outcome
    answers: float | None = 0.0
    stays: float = 0.0
    verdict: Verdict | None = None
    refuses: Refusal | None = None


Network = Callable[[str], Callee]
"""The called side of a number, given as digits."""

LONG_GREETING: Final = Verdict("MACHINE", "LONGGREETING-1500-1500", 1.98)
UNALLOCATED: Final = Callee("invalid_number", refuses=Refusal(1, 404, "NOANSWER"))
BY_DIGIT: Final = {
    "0": Callee("machine", stays=8.0, verdict=LONG_GREETING),
    "1": Callee("human", answers=1.0, stays=6.25, verdict=Verdict("HUMAN", "HUMAN-800-800", 2.04)),
    "2": Callee("machine", answers=1.0, stays=9.8, verdict=LONG_GREETING),
    "3": Callee("busy", refuses=Refusal(17, 486, "BUSY")),
    "4": Callee("no_answer", answers=None),
    "5": Callee("congestion", refuses=Refusal(34, 503, "CONGESTION")),
    "6": UNALLOCATED,
    "7": Callee("machine", stays=8.0, verdict=Verdict("MACHINE", "INITIALSILENCE-2500-2500", 2.98)),
    "8": Callee("dropped", stays=0.8, verdict=LONG_GREETING),
    "9": Callee("machine", stays=7.2, verdict=Verdict("MACHINE", "MAXWORDS-3-2", 1.48)),
}
CAUSES: Final = {
    0: "Unknown",
    1: "Unallocated (unassigned) number",
    16: "Normal Clearing",
    17: "User busy",
    19: "User alerting, no answer",
    34: "Circuit/channel congestion",
}
"""Hang-up causes in Asterisk's own words."""


def by_last_digit(number: str) -> Callee:
    """Whoever has no number is not allocated."""
    return BY_DIGIT.get(number[-1:], UNALLOCATED)
