"""Contracts by lateness and access on a real MongoDB, against the same counted in Python, one debtor after the other."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from pymongo import MongoClient

from schemas import views
from schemas.calling.facts import HINDERED
from schemas.debtor import Contract, Debtor
from schemas.figures.access import access_pipeline, contracts
from schemas.figures.late_contracts import connections, connections_pipeline, contracts_pipeline
from schemas.figures.narrow import BY, EVERYTHING, Narrow, aged
from schemas.figures.scope import Scope
from tests.integration.dashboard_debt import debtors
from tests.integration.dashboard_provider import instance

pytestmark = pytest.mark.integration

TODAY = date(2026, 11, 23)
AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
SCOPE = Scope("norte", TODAY, 7)
SOME = debtors(instance("norte", ""), 5, 300, TODAY, AT)
NARROWS = {
    "everything": EVERYTHING,
    "8 to 15": Narrow(*aged(TODAY, 8, 15)),
    "of some": Narrow(None, TODAY - timedelta(days=30), {"bairro": ("CENTRO", ""), "branch": ("1",)}),
    "of nobody": Narrow(raws={"client_type": ()}),
}
Each = tuple[Debtor, str, Contract | None, list[tuple[date, str, int]]]


def raw(one: Debtor, by: str) -> str:
    return str(getattr(one.client, by)) if one.client else ""


def each(narrow: Narrow) -> list[Each]:
    """Every contract with its overdue bills (due date, id, cents), oldest first, from the glossary alone."""
    found: list[Each] = []
    for one in SOME:
        late = [
            (bill.contract, (bill.due_on, number, bill.open_cents))
            for number, bill in one.bills.items()
            if bill.status in {"open", "partial"} and bill.due_on < TODAY
        ]
        names = [*one.contracts, *sorted({contract for contract, _ in late if contract and contract not in one.contracts})]
        for name in names or [""]:
            own = {name, ""} if name in one.contracts else {name}
            bills = sorted(bill for contract, bill in late if contract in own)
            if name in one.contracts or bills:
                found.append((one, name, one.contracts.get(name), bills))
    return [
        item
        for item in found
        if all(raw(item[0], by) in values for by, values in narrow.raws.items())
        if (narrow.first is None and narrow.last is None)
        or (item[3] and (narrow.first or date.min) <= item[3][0][0] <= (narrow.last or TODAY))
    ]


@pytest.mark.parametrize("name", NARROWS)
def test_contracts_are_what_python_counts(mongo_uri: str, database: str, name: str) -> None:
    """By access, speed, trust unlock, oldest bill and client; and each that is late in its place with its own bills."""
    narrow = NARROWS[name]
    with MongoClient[views.Document](mongo_uri) as client:
        view = client[database]["debtors"]
        view.insert_many([views.debtor(one) for one in SOME])
        view.insert_one(views.debtor(SOME[0].model_copy(update={"instance": "sul"})))
        counted = connections(view.aggregate(connections_pipeline(SCOPE, narrow)))
        rows = list(view.aggregate(contracts_pipeline(SCOPE, narrow)))
        idle = list(view.aggregate(contracts_pipeline(SCOPE, narrow, idle=True)))
        whole = contracts(view.aggregate(access_pipeline(SCOPE)))

    expected: Counter[tuple[object, ...]] = Counter()
    found = each(narrow)
    for one, _, contract, bills in found:
        gives = (contract.access, contract.speed, contract.trust_unlock) if contract else ("active", "normal", False)
        expected[*gives, contract is not None, bills[0][0] if bills else None, *(raw(one, by) for by in BY)] += 1
    assert (
        Counter(
            {
                (one.access, one.speed, one.trust_unlock, one.listed, one.oldest, *(getattr(one, by) for by in BY)): one.n
                for one in counted
            }
        )
        == expected
    )
    late = sorted(
        ((bills[0][0], -sum(cents for *_, cents in bills), one.code, name), [number for _, number, _ in bills])
        for one, name, _, bills in found
        if bills
    )
    ordered = [
        ((date.fromisoformat(row["oldest"]), -row["cents"], row["code"], row["contract"]["id"]), row["bills"])
        for row in rows
    ]
    assert ordered == late
    hindered = {
        (one.code, name) for one, name, contract, bills in found if contract and contract.access in HINDERED and not bills
    }
    assert {(row["code"], row["contract"]["id"]) for row in idle} == hindered
    if narrow is EVERYTHING:
        assert hindered
        known = [one for one in counted if one.listed]
        assert sum(one.n for one in known) == whole.n
        for word, n in whole.access.items():
            assert sum(one.n for one in known if one.access == word) == n
        blocked = [one for one in known if one.access in HINDERED and one.oldest]
        assert sum(one.n for one in blocked if (TODAY - one.oldest).days <= 7) == whole.blocked.get("short", 0)  # type: ignore[operator]  # it has one
        assert sum(one.n for one in blocked) == whole.blocked.get("short", 0) + whole.blocked.get("long", 0)


def test_a_list_may_end_early_with_the_most_late(mongo_uri: str, database: str) -> None:
    """None that is left out is more late; its contract comes with since when it is blocked."""
    with MongoClient[views.Document](mongo_uri) as client:
        view = client[database]["debtors"]
        view.insert_many([views.debtor(one) for one in SOME])
        first, every = (list(view.aggregate(contracts_pipeline(SCOPE, limit=limit))) for limit in (20, 0))

    assert first == every[:20]
    assert any(row["contract"].get("access_since") for row in first)
