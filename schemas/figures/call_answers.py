"""Who answered, how long it took and what AMD said: pipelines over `calls`, and what their rows become. No dry runs.

Answered is what somebody or something took: a person, a machine, or nobody can tell which. The answer rate and the human
rate are of all calls that have ended.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Self, get_args

from schemas.attempts import Outcome
from schemas.figures.calls_through_the_day import ringing
from schemas.figures.scope import Pipeline, Row

ANSWERED: tuple[Outcome, ...] = ("human", "machine", "not_sure", "dropped")
"""A machine that is only presumed may never have been answered: carriers let voicemail speak before."""
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


@dataclass(frozen=True, slots=True)
class Answers:
    """Of calls that really rang. `ended`: those with an outcome; `answered` and `human`: of these.

    `talked`: calls whose length after the answer is known, and `talk_s`, seconds of these together; `human_talked` and
    `human_talk_s`: the same of conversations.
    """

    calls: int = 0
    ended: int = 0
    answered: int = 0
    human: int = 0
    talked: int = 0
    talk_s: float = 0.0
    human_talked: int = 0
    human_talk_s: float = 0.0

    def __add__(self, other: Self) -> Self:
        return type(self)(
            self.calls + other.calls,
            self.ended + other.ended,
            self.answered + other.answered,
            self.human + other.human,
            self.talked + other.talked,
            self.talk_s + other.talk_s,
            self.human_talked + other.human_talked,
            self.human_talk_s + other.human_talk_s,
        )

    @property
    def answer_rate(self) -> float | None:
        """In [0, 1]; None where no call has ended."""
        return self.answered / self.ended if self.ended else None

    @property
    def human_rate(self) -> float | None:
        """In [0, 1]; None where no call has ended."""
        return self.human / self.ended if self.ended else None

    @property
    def mean_s(self) -> float | None:
        """Mean seconds after the answer; None where no length is known."""
        return self.talk_s / self.talked if self.talked else None

    @property
    def human_mean_s(self) -> float | None:
        """The same of conversations."""
        return self.human_talk_s / self.human_talked if self.human_talked else None


def answers_pipeline(instance: str, since: datetime, until: datetime) -> Pipeline:
    """From `since` to before `until`; its rows, one for each outcome, are for `answers`."""
    known = {"$cond": [{"$ne": [{"$ifNull": ["$talk_s", None]}, None]}, 1, 0]}
    sums = {"calls": {"$sum": 1}, "talked": {"$sum": known}, "talk_s": {"$sum": "$talk_s"}}
    return [*ringing(instance, since, until), {"$group": {"_id": "$outcome", **sums}}]


def answers(rows: Iterable[Row]) -> Answers:
    """The figures in the rows of `answers_pipeline`, of one instance or several."""
    found = Answers()
    for row in rows:
        calls, talked, seconds = row["calls"], row["talked"], float(row["talk_s"])
        human = row["_id"] == "human"
        found += Answers(
            calls,
            calls if row["_id"] else 0,
            calls if row["_id"] in ANSWERED else 0,
            calls if human else 0,
            talked,
            seconds,
            talked if human else 0,
            seconds if human else 0.0,
        )
    return found


@dataclass(frozen=True, slots=True)
class AmdCause:
    """Calls to which AMD said `status` for `cause`, in its own words without the figures behind them; "" for none."""

    status: str
    cause: str
    calls: int


def amd_pipeline(instance: str, since: datetime, until: datetime) -> Pipeline:
    """Its rows are for `amd_causes`: of calls of which AMD said anything."""
    status, cause = ({"$toUpper": {"$ifNull": [f"$amd_{name}", ""]}} for name in ("status", "cause"))
    first = {"$arrayElemAt": [{"$split": [cause, "-"]}, 0]}
    said = {"$match": {"$expr": {"$or": [{"$ne": [status, ""]}, {"$ne": [cause, ""]}]}}}
    return [
        *ringing(instance, since, until),
        said,
        {"$group": {"_id": {"status": status, "cause": first}, "calls": {"$sum": 1}}},
    ]


def amd_causes(rows: Iterable[Row]) -> tuple[AmdCause, ...]:
    """The rows of `amd_pipeline`, of one instance or several, most calls first."""
    found: dict[tuple[str, str], int] = {}
    for row in rows:
        key = row["_id"]["status"], row["_id"]["cause"]
        found[key] = found.get(key, 0) + row["calls"]
    return tuple(AmdCause(*key, calls) for key, calls in sorted(found.items(), key=lambda one: (-one[1], one[0])))
