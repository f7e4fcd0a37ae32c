"""The conditions of a list query, as MySQL behind IXC judges them: numbers as numbers, dates as text, text without case."""

import operator
from collections.abc import Callable, Iterable, Mapping
from math import isfinite
from typing import Final, Literal, NamedTuple

Row = dict[str, str]
Test = Callable[[str], bool]
Reader = Callable[[str], float] | Callable[[str], str]

SINGLE: Final[Mapping[str, Callable[..., bool]]] = {
    "=": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
}
LISTS: Final = frozenset({"IN", "NI"})
RANGES: Final = frozenset({"BE", "NBE"})
LIKES: Final = frozenset({"L", "NL"})
OPERATORS: Final = frozenset(SINGLE) | LISTS | RANGES | LIKES
DMY_LENGTH: Final = 10
ZERO_DATE: Final = "0000-00-00"
NOTHING: Final = ()


class BadQueryError(Exception):
    """The ERP would answer with its HTML error under HTTP 200."""


class Condition(NamedTuple):
    """`operands`: one value, both ends of a range (inclusive), or the members of a list."""

    column: str
    op: str
    operands: tuple[str, ...]


Conditions = tuple[Condition, ...]


def condition(column: str, op: str, value: str, second: str | None = None, *, commas: bool = True) -> Condition:
    """One condition as it is sent: `value` is P and `second` P2. `commas`: P may be a list. Raises BadQueryError."""
    if op not in OPERATORS:
        raise BadQueryError(f"unknown operator {op}")
    if op in LISTS:
        return Condition(column, op, (*(value.split(",") if commas else [value]), *([second] if second else [])))
    if op not in RANGES:
        return Condition(column, op, (value,))
    if second is None:
        raise BadQueryError(f"{op} without its second value")
    return Condition(column, op, (value, second))


def kind_of(column: str) -> Literal["number", "date", "text"]:
    """How the database compares the column; IXC's names tell."""
    if column in {"id", "cidade", "uf"} or column.startswith(("id_", "valor")) or column.endswith(("_id", "_valor")):
        return "number"
    words = column.split("_")
    return "date" if {"data", "dt", "ate", "atualizacao"} & set(words) else "text"


def number(text: str) -> float:
    """The value as MySQL casts it: what is no number counts as 0; a decimal comma is understood."""
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return 0.0
    return value if isfinite(value) else 0.0


def iso(text: str) -> str:
    """A day as it is stored: `DD/MM/YYYY[ HH:MM:SS]` becomes ISO, anything else stays and is compared as plain text."""
    day = text[:DMY_LENGTH].split("/")
    return "-".join(reversed(day)) + text[DMY_LENGTH:] if [len(part) for part in day] == [2, 2, 4] else text


READERS: Final[Mapping[str, Reader]] = {"number": number, "date": iso, "text": str.casefold}


def matcher(conditions: Iterable[Condition], blank: Row) -> Callable[[Row], bool]:
    """Whether a row (what differs from `blank`) meets all conditions; their columns must be in `blank`."""
    tests = [(each.column, blank[each.column], _test(each)) for each in conditions]
    return lambda row: all(test(row.get(column, default)) for column, default, test in tests)


def _test(wanted: Condition) -> Test:
    read = READERS[kind_of(wanted.column)]
    operands = wanted.operands
    if wanted.op in LIKES:
        part, found = operands[0].casefold(), wanted.op == "L"
        return lambda cell: (part in cell.casefold()) is found
    if wanted.op in LISTS:
        members, member = frozenset(read(each) for each in operands), wanted.op == "IN"
        return lambda cell: (read(cell) in members) is member
    if wanted.op in RANGES:
        low, high, inside = operands[0], operands[1], wanted.op == "BE"
        above, below = _test(Condition(wanted.column, ">=", (low,))), _test(Condition(wanted.column, "<=", (high,)))
        # measured by integrators: a range of dates also returns the rows that have none
        undated = ZERO_DATE if kind_of(wanted.column) == "date" else NOTHING
        return lambda cell: (cell.startswith(undated) or (above(cell) and below(cell))) is inside
    compare, value = SINGLE[wanted.op], read(operands[0])
    return lambda cell: compare(read(cell), value)
