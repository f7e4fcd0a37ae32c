"""What a decision looks at, out of one debtor's state. Pure."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date

from schemas.debtor import Bill, Contract, Debtor
from schemas.due_dates import is_meant
from schemas.figures.scope import OPEN
from schemas.key_parts import escaped
from schemas.model import Cents
from schemas.queue import Aside, Facts

HINDERED = frozenset({"throttled", "blocked_auto", "blocked_manual", "blocked"})
"""Access that the debtor misses: it makes a call more useful."""
NOT_IN_FORCE = frozenset({"inactive", "withdrawn", "negative"})
"""A contract that has ended: that it was suspended before says nothing of its bills."""


def facts_of(debtor: Debtor) -> Facts:
    """The evidence, without anything that depends on the clock: each bill counts or is set aside by itself.

    Of a bill whose newest row nobody could read, what is known is what it was: it may have been paid since.
    """
    client = debtor.client
    contracts = debtor.contracts
    agreements = Counter([*(bill.instalment_of for bill in debtor.bills.values()), *_kept(debtor)])
    promised = client.promised if client else False
    due: list[tuple[date, Cents]] = []
    aside: defaultdict[Aside, list[date]] = defaultdict(list)
    for code, bill in debtor.bills.items():
        if bill.status not in OPEN or not is_meant(bill.due_on, bill.seen_at.date()):
            continue
        unread = bool(debtor.unread) and f"bill:{escaped(code)}" in debtor.unread
        reason = "bill_unreadable" if unread else _aside(bill, contracts, agreements, promised=promised)
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


def _kept(debtor: Debtor) -> set[str]:
    """Agreements of which an instalment was paid, and none cancelled."""
    ended = debtor.instalments.values()
    return {one.of for one in ended} - {one.of for one in ended if one.broken}


def _aside(bill: Bill, contracts: Mapping[str, Contract], agreements: Mapping[str, int], *, promised: bool) -> Aside | None:
    """Why a bill does not count. RBX notes an announced payment at the client (`promised`), IXC at each bill.

    `agreements`: how many instalments of each are open, or lost, and one more of each that was kept as far as it went. One
    without was never finished, or was broken, or is gone: what it was to replace is a debt. An instalment counts like any
    bill.
    """
    others = agreements[bill.agreement] - (bill.agreement == bill.instalment_of)
    if others > 0 if bill.agreement else bill.renegotiated:
        return "renegotiated"
    if bill.awaiting_confirmation or promised:
        return "awaiting_confirmation"
    of = contracts.get(bill.contract)  # of IXC only those that differ from the ordinary are known
    return "voluntary_suspension" if of is not None and of.voluntary_suspension and of.status not in NOT_IN_FORCE else None
