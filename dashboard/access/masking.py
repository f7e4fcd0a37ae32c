"""People as a viewer sees them: enough to tell two apart, too little to know or to ring one (pure)."""

from dataclasses import replace

from dashboard.access.rules import may
from dashboard.facts.board import Board
from dashboard.facts.phones import ending
from dashboard.facts.snapshot import Debtor
from dashboard.words.people import IN_FULL, People
from schemas.users import Role

SEES_PEOPLE: Role = "operator"
"""The least role to which names are shown."""
HIDDEN = "•••••"
"""Always as long: the length of a name would tell whose it is."""


def name(text: str) -> str:
    """`Maria da Silva` is `M••••• S•••••`: the first letters of the first and the last word."""
    words = text.split()
    return " ".join(f"{word[0]}{HIDDEN}" for word in (words[:1] + words[1:][-1:]))


def document(text: str) -> str:
    """A CPF or CNPJ comes masked, its outer digits as `*`; what holds none is hidden whole."""
    return text if "*" in text or not text else HIDDEN


MASKED = People(name, ending)


def debtor(found: Debtor, role: Role) -> Debtor:
    """`found` as somebody of `role` may see it."""
    if may(role, SEES_PEOPLE):
        return found
    return replace(found, name=name(found.name), phone=ending(found.phone))


def board(found: Board, role: Role) -> Board:
    """`found` as somebody of `role` may see it: the head of the queue is all of it that names people."""
    return replace(found, head=tuple(debtor(one, role) for one in found.head))


def people_of(role: Role) -> People:
    """How somebody of `role` is told of people."""
    return IN_FULL if may(role, SEES_PEOPLE) else MASKED
