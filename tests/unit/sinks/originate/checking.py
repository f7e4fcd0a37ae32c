"""Debtors who share persons and numbers, and who was rung too often: told without any of the code under test."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import combinations
from typing import NamedTuple

from schemas.calls import CallRequest
from tests.unit.sinks.originate.pretended import number, request

GAP = timedelta(minutes=5)
Ring = tuple[datetime, str, str, str]
"""When it rang, the attempt, the debtor's code, the number."""


class One(NamedTuple):
    """`person`: "" where nobody knows."""

    code: str
    person: str
    phones: tuple[int, ...]


FAMILY = 10
"""Numbers of one."""
DEBTORS = (
    One("1", "a" * 32, (1, 2)),
    One("2", "a" * 32, (3,)),
    One("3", "b" * 32, (1,)),
    One("4", "", (4, 1)),
    One("5", "", (5, 4)),
)


def debtor(n: int) -> One:
    """After the last of the five another five like them, of another family."""
    family, which = divmod(n, len(DEBTORS))
    one = DEBTORS[which]
    return One(
        str(n + 1), one.person and f"{family:031d}{one.person[0]}", tuple(phone + family * FAMILY for phone in one.phones)
    )


def asked(n: int, made: int, made_at: datetime, now: datetime) -> CallRequest:
    """For the `n`th of the debtors; `made` and `made_at` tell one attempt from another."""
    one = debtor(n)
    fresh = request(made, at=made_at, code=one.code, person=one.person, phones=one.phones)
    return fresh.model_copy(update={"lapses_at": now + timedelta(seconds=90)})


def whom(code: str, rung: str) -> set[str]:
    """Whoever is rung by a call to this code and number."""
    one = debtor(int(code) - 1)
    numbers = {rung} if one.person else {number(phone) for phone in one.phones}
    return {f"code {code}", *numbers, *([one.person] if one.person else [])}


def violations(rings: Iterable[Ring]) -> Iterator[str]:
    """In words."""
    for (at, one, code, rung), (later, other, other_code, other_rung) in combinations(sorted(rings), 2):
        if one == other:
            yield f"{one} rang twice"
        elif whom(code, rung) & whom(other_code, other_rung) and later - at < GAP:
            yield f"{one} and {other} rang {later - at} apart"
