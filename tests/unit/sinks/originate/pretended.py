"""A debtor's world for the pure procedures: requests, an instance, and a PABX that does as it is told."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

import orjson
from ulid import ULID

from schemas.attempts import Attempt
from schemas.calls import CallPlaced, CallRequest
from schemas.instances import Instance
from schemas.queue import Facts, QueueEntry, Verdict
from schemas.said import Said
from sinks.originate.answers import answered, living
from sinks.originate.memory import MemoryLedger
from sinks.originate.steps import Ask, Hold, Look, Pause, Publish, Ring, Step
from sinks.originate.weighing import Sight
from tests.strategies import instance

NOON = datetime(2026, 1, 14, 15, tzinfo=UTC)
"""An ordinary Wednesday, 12:00 in Alagoas."""
PABX = "pabx.example:8088"
ARI: dict[str, Any] = {
    "control": {"kind": "ari", "url": "http://pabx.example:8088/ari", "user": "collector"},
    "context": "cobranca",
    "armed": True,
}


def armed(name: str = "norte", **rules: Any) -> Instance:  # noqa: ANN401 - any rule
    return instance(name=name, pabx=ARI, rules={"gap_minutes": 5, **rules})


def number(n: int) -> str:
    return f"+5582999990{n:03d}"


def attempt_id(n: int, at: datetime = NOON) -> str:
    return str(ULID.from_bytes(round(at.timestamp() * 1000).to_bytes(6, "big") + n.to_bytes(10, "big")))


def request(
    n: int,
    *,
    at: datetime = NOON,
    name: str = "norte",
    code: str = "1042",
    person: str = "a" * 32,
    phones: Iterable[int] = (1,),
    score: int = 0,
) -> CallRequest:
    numbers = tuple(number(phone) for phone in phones)
    facts = Facts(
        name="FULANA", known=True, active=True, person=person, phones=numbers, due=((date(2026, 1, 1), 9_990),), uf="AL"
    )
    entry = QueueEntry(
        instance=name,
        code=code,
        version=1,
        debtor_version=1,
        decided_at=at,
        facts=facts,
        verdict=Verdict(number=numbers[0]),
    )
    return CallRequest(
        attempt=attempt_id(n, at),
        instance=name,
        code=code,
        pabx=PABX,
        number=numbers[0],
        score=score,
        requested_at=at,
        lapses_at=at + timedelta(seconds=90),
        entry=entry,
    )


def says(status: int, **body: Any) -> Said:  # noqa: ANN401 - JSON
    return Said(status, "application/json", orjson.dumps(body))


RINGS = says(200, id="x", state="Down")
NO_CHANNEL = says(404, message="Channel not found")
SILENCE = Said(0, failure="ReadTimeout")


class Told(NamedTuple):
    """What a PABX answers, whether it rings, and how late."""

    said: Said = RINGS
    rings: bool = True
    late: timedelta = timedelta(0)


@dataclass(slots=True)
class Pretended:
    """`rung`: the PABX's own log; `answer`: what it does with a call; `changed`: of what a look shows."""

    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    now: datetime = NOON
    instances: dict[str, Instance] = field(default_factory=lambda: {"norte": armed()})
    answer: Callable[[Attempt], Told] = lambda _: Told()
    changed: dict[str, Any] = field(default_factory=dict)
    rung: list[tuple[datetime, Attempt]] = field(default_factory=list)
    published: list[CallPlaced] = field(default_factory=list)
    held: list[Hold] = field(default_factory=list)

    def clock(self) -> datetime:
        return self.now

    def do(self, step: Step) -> Any:  # noqa: ANN401 - what each step says of itself
        match step:
            case Look(request=asked):
                return Sight(**{"at": self.now, "instance": self.instances.get(asked.instance), **self.changed})
            case Ring(attempt=attempt, by=by):
                return answered(self._ring(attempt, by))
            case Ask(attempt=attempt):
                return living(RINGS if any(one.attempt == attempt.attempt for _, one in self.rung) else NO_CHANNEL)
            case Publish(placed=placed):
                self.published.append(placed)
            case Hold():
                self.held.append(step)
            case Pause():
                return None
            case _:
                return self.ledger.at_once(step)
        return None

    def _ring(self, attempt: Attempt, by: datetime) -> Said:
        if self.now >= by:
            return Said(0, failure="late", sent=False)
        told = self.answer(attempt)
        if told.rings:
            self.rung.append((self.now + told.late, attempt))
        return told.said
