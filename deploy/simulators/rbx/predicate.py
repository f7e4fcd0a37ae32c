"""A `Filtro` judged as MySQL does: numbers as numbers, texts without case."""

import operator
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final

from deploy.simulators.rbx.entries import Column, Entry, always
from deploy.simulators.rbx.reach import number_of
from deploy.simulators.rbx.tokens import FilterError
from deploy.simulators.rbx.tree import Compare, Constant, Every, Expression, Like, Member, Name, Not, Some

Test = Callable[[Entry], bool]
Columns = Mapping[str, Column]
COMPARE: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
WILDCARD: Final = re.compile(r"\\(.)|(.)", re.DOTALL)
WILD: Final = {"%": ".*", "_": "."}


def predicate(tree: Expression, columns: Columns) -> Test:
    """Whether a row meets it. `columns` by name in small letters. Raises FilterError for an unknown one."""
    match tree:
        case Every(parts) | Some(parts):
            tests, over = [predicate(each, columns) for each in parts], all if isinstance(tree, Every) else any
            return lambda entry: over(test(entry) for test in tests)
        case Not(inner):
            test = predicate(inner, columns)
            return lambda entry: not test(entry)
        case Compare(left, op, right):
            return _compare(_column(left, columns), COMPARE[op], _column(right, columns))
        case Member(value, members):
            return _member(_column(value, columns), [_column(each, columns) for each in members], members)
        case Like(value, pattern):
            text, like = _column(value, columns).read, _column(pattern, columns).read
            return lambda entry: _pattern(like(entry)).fullmatch(text(entry)) is not None
        case _:
            read = _column(tree, columns).read
            return lambda entry: number_of(read(entry)) != 0


def _column(tree: Expression, columns: Columns) -> Column:
    if isinstance(tree, Constant):
        return Column(always(tree.value), tree.number)
    if isinstance(tree, Name):
        if (found := columns.get(tree.name.lower())) is None:
            raise FilterError(f"Unknown column '{tree.name}' in 'where clause'")
        return found
    test = predicate(tree, columns)
    return Column(lambda entry: "1" if test(entry) else "0", number=True)


def _compare(left: Column, compare: Callable[[Any, Any], bool], right: Column) -> Test:
    one, other = left.read, right.read
    if left.number or right.number:
        return lambda entry: compare(number_of(one(entry)), number_of(other(entry)))
    return lambda entry: compare(one(entry).casefold(), other(entry).casefold())


def _member(value: Column, members: list[Column], trees: tuple[Expression, ...]) -> Test:
    texts = [each.value for each in trees if isinstance(each, Constant)]
    if value.number and len(texts) == len(members):  # the list of codes that a reader asks for
        codes, code = frozenset(map(number_of, texts)), value.read
        return lambda entry: number_of(code(entry)) in codes
    tests = [_compare(value, operator.eq, each) for each in members]
    return lambda entry: any(test(entry) for test in tests)


@lru_cache(maxsize=64)
def _pattern(like: str) -> re.Pattern[str]:
    written = "".join(
        re.escape(found[1]) if found[1] else WILD.get(found[2], re.escape(found[2])) for found in WILDCARD.finditer(like)
    )
    return re.compile(written, re.IGNORECASE | re.DOTALL)
