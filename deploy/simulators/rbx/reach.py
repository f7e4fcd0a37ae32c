"""Which codes a `Filtro` can reach at all, so that a range of them costs no look at every row."""

import re
from math import inf, isfinite
from typing import Final, NamedTuple

from deploy.simulators.ixc.filters import Conditions, condition
from deploy.simulators.rbx.tree import Compare, Constant, Every, Expression, Member, Name, Some

NOWHERE: Final = frozenset[float]()
MIRRORED: Final = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
NUMBER: Final = re.compile(r"\s*[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")


class Reach(NamedTuple):
    """Codes outside `low` to `high`, and outside `codes` if they are named, cannot meet the predicate."""

    low: float = -inf
    high: float = inf
    codes: frozenset[float] | None = None

    def conditions(self) -> Conditions:
        """The same as a question to a table."""
        if self.codes is not None:
            return (condition("id", "IN", ",".join(map(str, sorted(self.codes)))),)
        low = (condition("id", ">=", str(self.low)),) if isfinite(self.low) else ()
        return low + ((condition("id", "<=", str(self.high)),) if isfinite(self.high) else ())


def number_of(text: str) -> float:
    """The number that `text` begins with, as MySQL casts it; 0 where there is none."""
    found = NUMBER.match(text)
    value = float(found.group()) if found else 0.0
    return value if isfinite(value) else 0.0


def reach(tree: Expression, key: frozenset[str]) -> Reach:
    """Where the predicate may hold. `key`: the names, in small letters, of the column of codes."""
    match tree:
        case Every(parts):
            return _meet([reach(each, key) for each in parts])
        case Some(parts):
            return _join([reach(each, key) for each in parts])
        case Compare(Name(name), op, Constant(value)) if name.lower() in key:
            return _bounds(op, number_of(value))
        case Compare(Constant(value), op, Name(name)) if name.lower() in key:
            return _bounds(MIRRORED.get(op, op), number_of(value))
        case Member(Name(name), members) if name.lower() in key and all(isinstance(each, Constant) for each in members):
            return Reach(codes=frozenset(number_of(each.value) for each in members if isinstance(each, Constant)))
    return Reach()


def _bounds(op: str, value: float) -> Reach:
    match op:
        case "=":
            return Reach(codes=frozenset({value}))
        case "<" | "<=":
            return Reach(high=value)
        case ">" | ">=":
            return Reach(low=value)
    return Reach()


def _meet(parts: list[Reach]) -> Reach:
    named = [each.codes for each in parts if each.codes is not None]
    codes = frozenset.intersection(*named) if named else None
    return Reach(max(each.low for each in parts), min(each.high for each in parts), codes)


def _join(parts: list[Reach]) -> Reach:
    named = [each.codes for each in parts if each.codes is not None]
    if len(named) == len(parts):
        return Reach(codes=frozenset.union(*named))
    hulls = [
        each if each.codes is None else Reach(min(each.codes), max(each.codes)) for each in parts if each.codes != NOWHERE
    ]
    return Reach(min(each.low for each in hulls), max(each.high for each in hulls))
