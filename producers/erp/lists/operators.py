"""Whether a server's filter means what ours means: what an operator brings is counted against questions with "=" only. Pure.

No error tells of an operator that is understood otherwise: it brings no row, or others (`schemas/erp/IXC.md`, "Lists").
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from schemas.erp.conditions import Where
from schemas.erp.declaration import Table

Query = tuple[Where, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """The rows of `doubted` must be as many as those of all `plus` without those of all `minus`, which use "=" alone."""

    operator: str
    doubted: Query
    plus: tuple[Query, ...]
    minus: tuple[Query, ...] = ()

    @property
    def questions(self) -> tuple[Query, ...]:
        """All that is counted; the doubted one is the first."""
        return (self.doubted, *self.plus, *self.minus)

    def judged(self, totals: Sequence[int]) -> bool | None:
        """Whether the operator is understood, from the totals of `questions`; None where there was nothing to count."""
        found, *others = totals
        expected = sum(others[: len(self.plus)]) - sum(others[len(self.plus) :])
        if not found and not expected:
            return None
        return found == expected


def of_query(query: Query) -> list[Proof]:
    """One for each "!=" of a query."""
    found = []
    for number, where in enumerate(query):
        if where.operator == "!=":
            bare = (*query[:number], *query[number + 1 :])
            equal = (*query[:number], replace(where, operator="="), *query[number + 1 :])
            found.append(Proof("!=", query, (bare,), (equal,)))
    return found


def of_lists(table: Table) -> Proof | None:
    """Of lists, by queries of a table that differ in one value: they can be asked for as one."""
    first, *others = table.queries
    for number, where in enumerate(first):
        values = [where.value, *(query[number].value for query in others if len(query) == len(first))]
        alike = all(
            query[:number] == first[:number]
            and query[number + 1 :] == first[number + 1 :]
            and query[number].column == where.column
            for query in others
            if len(query) == len(first)
        )
        if others and alike and where.operator == "=" and len(values) == len(table.queries):
            listed = Where(where.column, "in", ",".join(values))
            return Proof("in", (*first[:number], listed, *first[number + 1 :]), table.queries)
    return None


def without(query: Query, operators: frozenset[str]) -> Query:
    """What is asked instead where these operators are not understood: more rows, of which some are wanted."""
    return tuple(where for where in query if where.operator not in operators)
