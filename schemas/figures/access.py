"""What contracts give at the moment, and how late the blocked ones are. (A pipeline over `debtors`, and its values.)"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal, Self, get_args

from schemas.calling.facts import HINDERED
from schemas.debtor import Access, Speed
from schemas.figures.scope import Pipeline, Row, Scope, overdue_bills

SHORT_DAYS = 7
"""Up to so many days late is short term, above it long term."""
Term = Literal["short", "long", "none"]
"""By the contract's oldest overdue bill, or one that names no contract. `none`: nothing of it is overdue."""
ACCESS: tuple[Access, ...] = get_args(Access)
SPEEDS: tuple[Speed, ...] = get_args(Speed)
TERMS: tuple[Term, ...] = get_args(Term)


@dataclass(frozen=True, slots=True)
class Contracts:
    """Counts of contracts that are known, which of some ERPs are only those that differ from the ordinary.

    `blocked`: by term, those whose access is one of HINDERED. A lost contract's access is unknown.
    """

    n: int = 0
    access: Mapping[Access, int] = field(default_factory=dict)
    speed: Mapping[Speed, int] = field(default_factory=dict)
    blocked: Mapping[Term, int] = field(default_factory=dict)
    trust_unlock: int = 0
    voluntary: int = 0

    def __add__(self, other: Self) -> Self:
        def both(one: Mapping[str, int], another: Mapping[str, int]) -> dict[str, int]:
            return {word: one.get(word, 0) + another.get(word, 0) for word in {**one, **another}}

        return type(self)(
            self.n + other.n,
            both(self.access, other.access),  # type: ignore[arg-type]  # the words are the same
            both(self.speed, other.speed),  # type: ignore[arg-type]
            both(self.blocked, other.blocked),  # type: ignore[arg-type]
            self.trust_unlock + other.trust_unlock,
            self.voluntary + other.voluntary,
        )


def access_pipeline(scope: Scope) -> Pipeline:
    """Over `debtors`; its rows are for `contracts`. One pass over the instance's documents."""
    own = {"$filter": {"input": "$late", "as": "bill", "cond": {"$in": ["$$bill.contract", ["$contracts.id", ""]]}}}
    oldest = {"$min": {"$map": {"input": own, "as": "bill", "in": "$$bill.due_on"}}}
    long_since = (scope.today - timedelta(days=SHORT_DAYS)).isoformat()
    term = {
        "$switch": {
            "branches": [
                {"case": {"$not": [{"$gt": ["$oldest", ""]}]}, "then": "none"},
                {"case": {"$lt": ["$oldest", long_since]}, "then": "long"},
            ],
            "default": "short",
        }
    }
    kinds = {name: f"$contracts.{name}" for name in ("access", "speed", "trust_unlock", "voluntary_suspension")}
    return [
        {"$match": {"instance": scope.instance}},
        {"$project": {"contracts": 1, "late": overdue_bills(scope.today)}},
        {"$unwind": "$contracts"},
        {"$project": {"contracts": 1, "oldest": oldest}},
        {"$group": {"_id": {**kinds, "term": term}, "n": {"$sum": 1}}},
    ]


def contracts(rows: Iterable[Row]) -> Contracts:
    """The figures in the rows of `access_pipeline`."""
    access, speed, blocked = Counter[Access](), Counter[Speed](), Counter[Term]()
    n = trust_unlock = voluntary = 0
    for row in rows:
        kind, count = row["_id"], row["n"]
        n += count
        access[kind["access"]] += count
        speed[kind["speed"]] += count
        trust_unlock += count if kind["trust_unlock"] else 0
        voluntary += count if kind["voluntary_suspension"] else 0
        if kind["access"] in HINDERED:
            blocked[kind["term"]] += count
    return Contracts(n, access, speed, blocked, trust_unlock, voluntary)
