"""What a debtor is called for is what the simulated ERP's own truth says: every bill of a provider, by rows and fold."""

from datetime import UTC, date, datetime

import pytest

from deploy.simulators.ixc import truth
from deploy.simulators.ixc.provider import Size, generate
from producers.erp.changes import examine
from schemas.calling.facts import facts_of
from schemas.debtor import Debtor
from schemas.erp.ixc import IXC
from schemas.hydration.fold import empty, step
from schemas.rows import ErpRow, Kind
from tests.strategies import instance

TODAY = date(2026, 1, 14)
NOON = datetime(2026, 1, 14, 15, tzinfo=UTC)
KINDS: tuple[Kind, ...] = ("client", "contract", "bill")


@pytest.mark.parametrize("seed", range(3))
def test_each_bill_counts_or_is_set_aside_as_the_truth_has_it(seed: int) -> None:
    provider, here = generate(Size(300, 3), seed, TODAY), instance()
    states: dict[str, Debtor] = {}
    for kind in KINDS:
        (table,) = IXC.of_kind(kind)
        for row in provider[table.name].each():
            change = examine(table, row, lambda bare: bare[:3])
            if change.member:
                event = ErpRow(
                    instance=here.name, erp="ixc", kind=kind, id=change.code, client=change.known.owner, row=change.row,
                    seen_at=NOON, sweep="1", ddd=here.ddd, zone=here.zone,
                )  # fmt: skip
                states[event.client] = step(states.get(event.client) or empty(here.name, event.client, NOON), event)
    facts = truth.clients(provider)

    assert any(client.aside for client in facts.values())
    for code, client in facts.items():
        owed = [(due, cents) for bill, (due, cents, _) in client.bills.items() if bill not in client.aside]
        due = facts_of(states[code]).due if code in states else ()
        assert [(day.isoformat(), cents) for day, cents in due] == sorted(owed), code
