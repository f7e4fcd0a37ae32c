"""What a decision looks at, out of one debtor's state. Pure."""

from collections import defaultdict
from datetime import date

from schemas.debtor import Bill, Contract, Debtor
from schemas.figures.scope import OPEN
from schemas.model import Cents
from schemas.queue import Aside, Facts

HINDERED = frozenset({"throttled", "blocked_auto", "blocked_manual", "blocked"})
"""Access that the debtor misses: it makes a call more useful."""
POSSIBLE = (date(2000, 1, 1), date(2100, 1, 1))
"""Due dates from the first until before the second are meant; others are how a program writes "none" (1899-12-30)."""


def facts_of(debtor: Debtor) -> Facts:
    """The evidence, without anything that depends on the clock: each bill counts or is set aside by itself."""
    client = debtor.client
    contracts = debtor.contracts
    promised = client.promised if client else False
    due: list[tuple[date, Cents]] = []
    aside: defaultdict[Aside, list[date]] = defaultdict(list)
    for bill in debtor.bills.values():
        if bill.status not in OPEN or not POSSIBLE[0] <= bill.due_on < POSSIBLE[1]:
            continue
        reason = _aside(bill, contracts, promised=promised)
        if reason is None:
            due.append((bill.due_on, bill.open_cents))
        elif bill.open_cents:
            aside[reason].append(bill.due_on)
    return Facts(
        name=client.name if client else "",
        known=client is not None,
        active=client.active if client else False,
        collect=client.collect if client else True,
        person=client.person if client else "",
        phones=client.phones if client else (),
        uf=client.uf if client else "",
        due=tuple(sorted(due)),
        set_aside={reason: min(aside[reason]) for reason in sorted(aside)},
        blocked=any(contract.access in HINDERED or contract.speed == "reduced" for contract in contracts.values()),
        trust_unlock=any(contract.trust_unlock for contract in contracts.values()),
        company=client.company if client else False,
        branch=client.branch if client else "",
    )


def _aside(bill: Bill, contracts: dict[str, Contract], *, promised: bool) -> Aside | None:
    """Why a bill does not count. RBX notes an announced payment at the client (`promised`), IXC at each bill."""
    of = contracts.get(bill.contract)  # of IXC only those that differ from the ordinary are known
    if bill.renegotiated:
        return "renegotiated"
    if bill.awaiting_confirmation or promised:
        return "awaiting_confirmation"
    return "voluntary_suspension" if of is not None and of.voluntary_suspension else None
