"""The text of a `Filtro` to its tree: the part of MySQL's WHERE that RBX's users send, injections included."""

from collections.abc import Iterator
from typing import Final

from deploy.simulators.rbx.tokens import FilterError, Token, syntax_error, tokens
from deploy.simulators.rbx.tree import Compare, Constant, Every, Expression, Like, Member, Name, Not, Some

COMPARISONS: Final = frozenset({"=", "<>", "<", "<=", ">", ">="})
DEEPEST: Final = 40


def parse(filtro: str) -> Expression | None:
    """The predicate; None for a blank one, which RBX takes for everything. Raises FilterError."""
    found = list(tokens(filtro))
    return None if found[0].kind == "end" else _Parser(found).whole()


def _list(parts: list[Expression]) -> Member | None:
    """`Codigo = 1 OR Codigo = 2 …` as the list that it is, which is cheap to judge; None where it is something else."""
    equal = [each for each in parts if isinstance(each, Compare) and each.op == "="]
    values = [each.right for each in equal if isinstance(each.left, Name) and isinstance(each.right, Constant)]
    names = {each.left for each in equal}
    return Member(names.pop(), tuple(values)) if len(values) == len(parts) and len(names) == 1 else None


class _Parser:
    def __init__(self, found: list[Token]) -> None:
        self._coming = found[::-1]
        self._depth = 0

    def whole(self) -> Expression:
        read = self._some()
        self._expect("")
        return read

    def _take(self, *texts: str) -> str | None:
        """The next keyword or sign, if it is one of these."""
        kind, text = self._coming[-1]
        return self._coming.pop().text if kind in {"word", "sign", "end"} and text in texts else None

    def _expect(self, text: str) -> None:
        if self._take(text) is None:
            raise syntax_error(self._coming[-1].text)

    def _some(self) -> Expression:
        self._depth += 1
        if self._depth > DEEPEST:
            raise FilterError("Too high level of nesting")
        parts = [self._every()]
        while self._take("OR"):
            parts.append(self._every())
        self._depth -= 1
        return parts[0] if len(parts) == 1 else _list(parts) or Some(tuple(parts))

    def _every(self) -> Expression:
        parts = [self._negated()]
        while self._take("AND"):
            parts.append(self._negated())
        return parts[0] if len(parts) == 1 else Every(tuple(parts))

    def _negated(self) -> Expression:
        negative = False
        while self._take("NOT"):
            negative = not negative
        read = self._predicate()
        return Not(read) if negative else read

    def _predicate(self) -> Expression:
        left = self._operand()
        if op := self._take(*COMPARISONS):
            left = Compare(left, op, self._operand())
        if self._take("IS"):
            wanted = self._take("NOT") is not None
            self._expect("NULL")
            return Constant(str(int(wanted)), number=True)  # no column of RBX is ever NULL
        negative = self._take("NOT") is not None
        match self._take("IN", "BETWEEN", "LIKE"):
            case "IN":
                read: Expression = Member(left, tuple(self._list()))
            case "BETWEEN":
                low = self._operand()
                self._expect("AND")
                read = Every((Compare(left, ">=", low), Compare(left, "<=", self._operand())))
            case "LIKE":
                read = Like(left, self._operand())
            case _ if negative:
                raise syntax_error(self._coming[-1].text)
            case _:
                return left
        return Not(read) if negative else read

    def _list(self) -> Iterator[Expression]:
        self._expect("(")
        yield self._operand()
        while self._take(","):
            yield self._operand()
        self._expect(")")

    def _operand(self) -> Expression:
        if self._take("("):
            inner = self._some()
            self._expect(")")
            return inner
        if word := self._take("TRUE", "FALSE"):
            return Constant(str(int(word == "TRUE")), number=True)
        minus = "-" if self._take("-") else ""
        kind, text = self._coming[-1]
        if kind == "number" or (kind in {"text", "name"} and not minus):
            self._coming.pop()
            return Name(text) if kind == "name" else Constant(minus + text, number=kind == "number")
        raise syntax_error(text)
