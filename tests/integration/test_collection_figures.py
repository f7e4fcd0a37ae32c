"""Contracts to collect by hand, on a real MongoDB: counts and lists against the same counted in Python."""

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from pymongo import MongoClient
from ulid import ULID

from schemas import views
from schemas.attempts import Outcome
from schemas.calls import Call
from schemas.debtor import Access, Bill, Client, Contract, Debtor
from schemas.figures.collection import Part, contracts_pipeline, dues, last_calls_pipeline, list_pipeline
from schemas.figures.scope import Scope

pytestmark = pytest.mark.integration

TODAY = date(2026, 11, 23)
AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
SCOPE = Scope("norte", TODAY, 7)
LATE = (-3, 0, 1, 6, 7, 8, 9, 40)
"""Days late at and beside every edge."""
ACCESS: tuple[Access, ...] = (
    "active",
    "notice",
    "throttled",
    "blocked_auto",
    "blocked_manual",
    "blocked",
    "disabled",
    "unknown",
)
MISSED = ("throttled", "blocked_auto", "blocked_manual", "blocked")
Key = tuple[str, str]


def debtor(code: int, rng: Random, instance: str = "norte") -> Debtor:
    """Up to three contracts, of which not all are listed; bills of each, of none, of every status."""
    contracts = {
        f"{code}-{n}": Contract(
            status="active",
            access=rng.choice(ACCESS),
            trust_unlock=rng.random() < 0.3,
            speed=rng.choice(("normal", "normal", "reduced", "unknown")),
            seen_at=AT,
        )
        for n in range(rng.choice((0, 1, 1, 3)))
    }
    of = [*contracts, "", f"{code}-unlisted"]
    bills = {
        str(n): Bill(
            contract=rng.choice(of),
            due_on=TODAY - timedelta(days=rng.choice(LATE)),
            open_cents=rng.randint(0, 9),
            status=rng.choice(("open", "open", "partial", "paid", "unknown")),
            seen_at=AT,
        )
        for n in range(rng.choice((0, 1, 2, 5)))
    }
    client = Client(name=f"Client {code}", active=True, phones=("+5582999990000",), person="p", seen_at=AT)
    known = client if rng.random() < 0.9 else None
    return Debtor(
        instance=instance, code=str(code), version=1, changed_at=AT, client=known, contracts=contracts, bills=bills
    )


def call(code: int, rng: Random) -> Call:
    """Some dry, some open."""
    at = AT - timedelta(minutes=rng.randint(1, 10_000))
    dry = rng.random() < 0.5
    outcome: Outcome | None = None if dry or rng.random() < 0.2 else rng.choice(("human", "busy"))
    return Call(
        instance="norte", code=str(code), attempt=str(ULID.from_datetime(at)), version=1, at=at, dry_run=dry, outcome=outcome
    )


def late(debtors: list[Debtor]) -> dict[Key, list[Bill]]:
    """Overdue bills by client and contract, one bill after the other."""
    found: defaultdict[Key, list[Bill]] = defaultdict(list)
    for one in debtors:
        for bill in one.bills.values():
            if bill.status in {"open", "partial"} and bill.due_on < TODAY:
                found[one.code, bill.contract].append(bill)
    return found


def kind(one: Debtor, contract: str, bills: list[Bill]) -> tuple[date, bool, bool, bool]:
    """Due date, ready for contact, trust unlock, blocked."""
    oldest = min(bill.due_on for bill in bills)
    its = one.contracts.get(contract)
    blocked = its is not None and (its.access in MISSED or its.speed == "reduced")
    return oldest, (TODAY - oldest).days >= 8, its is not None and its.trust_unlock, blocked


def test_contracts_are_counted_and_listed_as_python_does(mongo_uri: str, database: str) -> None:
    """Each contract once; the two lists share all of them; the last call that rang goes before a dry one."""
    rng = Random(4)
    debtors = [debtor(code, rng) for code in range(300)]
    calls = [call(rng.randint(0, 299), rng) for _ in range(400)]
    of = {one.code: one for one in debtors}
    bills = late(debtors)
    kinds = {key: kind(of[key[0]], key[1], some) for key, some in bills.items()}
    with MongoClient[views.Document](mongo_uri, tz_aware=True) as client:
        store = client[database]
        store["debtors"].insert_many([views.debtor(one) for one in debtors] + [views.debtor(debtor(1, rng, "sul"))])
        store["calls"].insert_many([views.call(one) for one in calls])
        found = dues(store["debtors"].aggregate(contracts_pipeline(SCOPE)))
        parts: tuple[Part, ...] = ("action", "other")
        lists = {part: list(store["debtors"].aggregate(list_pipeline(SCOPE, part))) for part in parts}
        day = TODAY - timedelta(days=9)
        of_a_day = list(store["debtors"].aggregate(list_pipeline(SCOPE, "action", day)))
        codes = sorted({one.code for one in debtors} - {"7"})
        called = {row["_id"]: row["call"] for row in store["calls"].aggregate(last_calls_pipeline("norte", codes))}
        head = list(store["debtors"].aggregate(list_pipeline(SCOPE, "other", limit=3)))

    counted = Counter(kinds.values())
    assert {(due.due_on, due.ready, due.trust, due.blocked): due.contracts for due in found} == counted
    assert sum(due.bills for due in found) == sum(len(some) for some in bills.values())
    assert sum(due.cents for due in found) == sum(bill.open_cents for some in bills.values() for bill in some)

    wanted: dict[Part, set[Key]] = {"action": set(), "other": set()}
    for key, (_, ready, trust, blocked) in kinds.items():
        wanted["action" if ready and (trust or blocked) else "other"].add(key)
    for part, rows in lists.items():
        assert {(row["code"], row["contract"]) for row in rows} == wanted[part]
        assert len(rows) == len(wanted[part]) > 20
        order = [(row["due_on"], -row["cents"]) for row in rows]
        assert order == sorted(order)
        for row in rows:
            key = row["code"], row["contract"]
            assert row["cents"] == sum(bill.open_cents for bill in bills[key])
            assert (date.fromisoformat(row["due_on"]), row["trust"], row["blocked"]) == (kinds[key][0], *kinds[key][2:])
    assert sum(due.contracts for due in found if due.action) == len(lists["action"])
    assert (
        {(row["code"], row["contract"]) for row in of_a_day}
        == {key for key in wanted["action"] if kinds[key][0] == day}
        != set()
    )
    assert head == lists["other"][:3]

    assert called.keys() == {one.code for one in calls} - {"7"}
    for code, last in called.items():
        newest = min((one for one in calls if one.code == code), key=lambda one: (one.dry_run, -one.at.timestamp()))
        assert (last["at"], last["dry_run"], last["outcome"]) == (newest.at, newest.dry_run, newest.outcome)
    assert {last["dry_run"] for last in called.values()} == {False, True}
