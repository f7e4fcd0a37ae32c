"""A `Filtro` as a tree."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Constant:
    """A text or, `number`, the text of a number."""

    value: str
    number: bool


@dataclass(frozen=True, slots=True)
class Name:
    """A column, `Column` or `Table.Column`."""

    name: str


@dataclass(frozen=True, slots=True)
class Compare:
    """`op` is one of COMPARISONS."""

    left: "Expression"
    op: str
    right: "Expression"


@dataclass(frozen=True, slots=True)
class Member:
    """IN."""

    value: "Expression"
    members: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Like:
    """LIKE."""

    value: "Expression"
    pattern: "Expression"


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    inner: "Expression"


@dataclass(frozen=True, slots=True)
class Every:
    """AND."""

    parts: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Some:
    """OR."""

    parts: tuple["Expression", ...]


Expression = Constant | Name | Compare | Member | Like | Not | Every | Some
