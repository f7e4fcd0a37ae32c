"""What a decision looks at, out of one debtor's state. Pure."""

from schemas.debtor import Debtor
from schemas.figures.scope import OPEN
from schemas.queue import Facts

HINDERED = frozenset({"throttled", "blocked_auto", "blocked_manual", "blocked"})
"""Access that the debtor misses: it makes a call more useful."""


def facts_of(debtor: Debtor) -> Facts:
    """The evidence, without anything that depends on the clock."""
    client = debtor.client
    open_bills = [bill for bill in debtor.bills.values() if bill.status in OPEN]
    bills = sorted(open_bills, key=lambda bill: (bill.due_on, bill.open_cents))
    contracts = debtor.contracts.values()
    return Facts(
        name=client.name if client else "",
        known=client is not None,
        active=client.active if client else False,
        collect=client.collect if client else True,
        person=client.person if client else "",
        phones=client.phones if client else (),
        uf=client.uf if client else "",
        due=tuple((bill.due_on, bill.open_cents) for bill in bills),
        # RBX notes an announced payment at the client, IXC at each bill
        awaiting_confirmation=any(bill.awaiting_confirmation for bill in bills) or (client.promised if client else False),
        renegotiated=any(bill.renegotiated for bill in bills),
        voluntary_suspension=any(contract.voluntary_suspension for contract in contracts),
        blocked=any(contract.access in HINDERED or contract.speed == "reduced" for contract in contracts),
        trust_unlock=any(contract.trust_unlock for contract in contracts),
    )
