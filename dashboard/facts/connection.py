"""What the connection behind a bill gives at the moment, in our words and the ERP's (pure)."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from dashboard.facts.situation import WORST, term
from schemas.calling.facts import HINDERED
from schemas.debtor import Access, Speed


class Connection(NamedTuple):
    """`term`: the ERP's own for `access`. `trust_unlock`: DC. A contract that the ERP does not list is an ordinary one."""

    access: Access = "active"
    term: str = ""
    speed: Speed = "normal"
    trust_unlock: bool = False

    @property
    def blocked(self) -> bool:
        """The client misses something."""
        return self.access in HINDERED


ORDINARY = Connection()
LOST = Connection("unknown", "", "unknown")
"""It left the ERP's lists, and nothing tells what became of it."""


def connection(kind: str, contracts: Iterable[Mapping[str, Any]]) -> Connection:
    """The worst of `contracts` of the view `debtors`, at an ERP of that `kind`; a lost one says nothing any more."""
    every = list(contracts)
    listed = [contract for contract in every if not contract.get("lost")]
    if not listed:
        return LOST if every else ORDINARY
    worst = min(listed, key=lambda one: (WORST.index(one["access"]), one["access_raw"]))
    return Connection(
        worst["access"],
        term(kind, worst["access"], worst["access_raw"]),
        "reduced" if any(one["speed"] == "reduced" for one in listed) else worst["speed"],
        any(one["trust_unlock"] for one in listed),
    )
