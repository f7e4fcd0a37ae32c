"""What every ledger must do: the one in memory, by which the rules are simulated, and the one that counts."""

from datetime import timedelta

from schemas.attempts import Attempt, Mark, Marks
from sinks.originate.healing import RESERVED_FOR, RESERVING_FOR
from sinks.originate.ledger import Ledger
from sinks.originate.steps import Begin, Find, Move, Read, Replace
from tests.unit.sinks.originate.pretended import NOON, PABX, attempt_id, number

SECOND = timedelta(seconds=1)
ATTEMPT = Attempt(
    attempt=attempt_id(1),
    state="reserving",
    instance="norte",
    code="1042",
    person="a" * 32,
    number=number(1),
    pabx=PABX,
    subjects=("client:norte:1042", "number:+5582999990001"),
    at=NOON,
    changed_at=NOON,
)


def marks(n: int, *calls: int, subject: str = "client:norte:1042") -> Marks:
    made = tuple(Mark(attempt=attempt_id(call), at=NOON + call * SECOND, human=call == 2) for call in calls)
    return Marks(subject=subject, n=n, calls=made, expires_at=NOON + timedelta(days=8))


async def begins_once(ledger: Ledger) -> None:
    other = ATTEMPT.model_copy(update={"code": "2077"})

    assert [await ledger.do(Begin(ATTEMPT)), await ledger.do(Begin(other))] == [True, False]
    assert await ledger.do(Find(ATTEMPT.attempt)) == ATTEMPT
    assert await ledger.do(Find(attempt_id(2))) is None


async def replaces_what_was_read_and_nothing_else(ledger: Ledger) -> None:
    assert await ledger.do(Read(("client:norte:1042",))) == {}
    assert await ledger.do(Replace(0, marks(5, 1))) is True
    assert await ledger.do(Replace(0, marks(9, 3))) is False, "somebody was there before"
    assert await ledger.do(Replace(4, marks(9, 3))) is False
    assert await ledger.do(Read(("client:norte:1042", "client:norte:2077"))) == {"client:norte:1042": marks(5, 1)}

    assert await ledger.do(Replace(5, marks(6, 1, 2))) is True
    assert await ledger.do(Replace(5, marks(6, 1))) is False, "the one that was read is gone"
    assert await ledger.do(Replace(6, marks(1_768_402_800_000))) is True, "all marks are pulled"
    assert await ledger.do(Replace(0, marks(7, 1))) is False, "a subject without marks is still one"
    found = await ledger.do(Read(("client:norte:1042",)))
    assert found == {"client:norte:1042": marks(1_768_402_800_000)}


async def keeps_subjects_apart(ledger: Ledger) -> None:
    await ledger.do(Replace(0, marks(1, 1)))
    await ledger.do(Replace(0, marks(3, 2, subject="number:+5582999990001")))

    found = await ledger.do(Read(ATTEMPT.subjects))
    assert {subject: one.n for subject, one in found.items()} == {"client:norte:1042": 1, "number:+5582999990001": 3}


async def moves_only_from_where_it_is(ledger: Ledger) -> None:
    later = NOON + SECOND
    await ledger.do(Begin(ATTEMPT))

    assert await ledger.do(Move(ATTEMPT.attempt, ("reserved",), "ringing", later)) is False
    assert await ledger.do(Move(attempt_id(2), ("reserving",), "reserved", later)) is False
    assert await ledger.do(Move(ATTEMPT.attempt, ("reserving",), "reserved", later, at=later)) is True
    assert await ledger.do(Move(ATTEMPT.attempt, ("reserving",), "reserved", later)) is False, "one alone may ring"
    moved = ATTEMPT.model_copy(update={"state": "reserved", "changed_at": later, "at": later})
    assert await ledger.do(Find(ATTEMPT.attempt)) == moved

    assert await ledger.do(Move(ATTEMPT.attempt, ("reserving", "reserved"), "ended", later, outcome="busy", reason="x"))
    ended = moved.model_copy(update={"state": "ended", "outcome": "busy", "reason": "x"})
    assert await ledger.do(Find(ATTEMPT.attempt)) == ended
    assert await ledger.do(Move(ATTEMPT.attempt, ("ended",), "ended", later)), "what is not given stays"
    assert await ledger.do(Find(ATTEMPT.attempt)) == ended


async def tells_what_is_left(ledger: Ledger) -> None:
    states = {
        1: "reserving",
        2: "reserved",
        3: "abandoned",
        4: "ringing",
        5: "ended",
        6: "refused",
        7: "lost",
        8: "reserving",
    }
    for n, state in states.items():
        at = NOON + (n - 8) * SECOND
        await ledger.do(Begin(ATTEMPT.model_copy(update={"attempt": attempt_id(n), "state": state, "changed_at": at})))

    async def left(after: timedelta) -> list[int]:
        found = await ledger.left(NOON + after)
        return [n for one in found for n in states if one.attempt == attempt_id(n)]

    assert await left(timedelta(0)) == [3]
    assert await left(RESERVED_FOR) == [2, 3]
    assert await left(RESERVING_FOR) == [1, 2, 3]
    assert await left(RESERVING_FOR + SECOND) == [1, 2, 3, 8]
    assert await left(timedelta(days=8)) == [1, 2, 8]


CONFORMS = (
    begins_once,
    replaces_what_was_read_and_nothing_else,
    keeps_subjects_apart,
    moves_only_from_where_it_is,
    tells_what_is_left,
)
