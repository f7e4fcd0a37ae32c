"""What the pipelines mean on a real MongoDB: every figure against the same figure counted in Python."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from pymongo import MongoClient

from schemas import views
from schemas.debtor import Bill, Client, Debtor
from schemas.figures import (
    AGES,
    Hold,
    Scope,
    Share,
    Standing,
    Waiting,
    queue_pipeline,
    standing,
    standing_pipeline,
    waiting,
    waiting_pipeline,
)
from schemas.queue import Facts, QueueEntry, Verdict

pytestmark = pytest.mark.integration

TODAY = date(2026, 11, 23)
AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
EDGES = sorted({day + step for since, until in AGES for day in (since, until or 400) for step in (-1, 0, 1)})
STATUSES = ("open", "partial", "paid", "unknown")


def debtor(code: int, rng: Random, instance: str = "norte") -> Debtor:
    """Bills on and beside every edge of the ranges, of every status; some clients unknown or gone."""
    bills = {
        str(i): Bill(
            due_on=TODAY - timedelta(days=rng.choice(EDGES)),
            open_cents=rng.randint(0, 9),
            status=rng.choice(STATUSES),
            seen_at=AT,
        )
        for i in range(rng.choice((0, 1, 1, 3)))
    }
    client = Client(name="x", active=rng.random() < 0.5, seen_at=AT) if rng.random() < 0.8 else None
    return Debtor(instance=instance, code=str(code), version=1, changed_at=AT, client=client, bills=bills)


def counted(debtors: list[Debtor], min_days: int) -> Standing:
    """The same figures, one debtor after the other, from the glossary alone."""
    shares = {False: Share(), True: Share()}
    bands: Counter[int] = Counter()
    cents: Counter[int] = Counter()
    for one in debtors:
        late = [
            ((TODAY - bill.due_on).days, bill.open_cents)
            for bill in one.bills.values()
            if bill.status in ("open", "partial")
        ]
        late = [(days, amount) for days, amount in late if days > 0]
        if late:
            shares[max(late)[0] > min_days] += Share(debtors=1)
        for days, amount in late:
            shares[days > min_days] += Share(bills=1, cents=amount)
            since = max(first for first, _ in AGES if first <= days)
            bands[since] += 1
            cents[since] += amount
    active = sum(1 for one in debtors if one.client and one.client.active)
    aging = tuple(type(band)(band.since, bands[band.since], cents[band.since]) for band in Standing().aging)
    return Standing(active, shares[False], shares[True], aging)


@pytest.mark.parametrize("min_days", [0, 7, 12, 45, 365])
def test_the_standing_is_what_python_counts(mongo_uri: str, database: str, min_days: int) -> None:
    """Every edge, every status, any limit; another instance's debtors do not count."""
    rng = Random(min_days)
    debtors = [debtor(code, rng) for code in range(400)]
    with MongoClient[views.Document](mongo_uri) as client:
        view = client[database]["debtors"]
        view.insert_many([views.debtor(one) for one in debtors] + [views.debtor(debtor(1, rng, "sul"))])
        (row,) = view.aggregate(standing_pipeline(Scope("norte", TODAY, min_days)))

    expected = counted(debtors, min_days)
    assert expected.pre_collection.bills + expected.collection.bills > 100
    assert standing(row) == expected


def test_views_that_do_not_exist_yet_give_zeros(mongo_uri: str, database: str) -> None:
    """The dashboard may start before the first event."""
    with MongoClient[views.Document](mongo_uri) as client:
        (row,) = client[database]["debtors"].aggregate(standing_pipeline(Scope("norte", TODAY, 7)))
        (held,) = client[database]["queue"].aggregate(waiting_pipeline("norte"))
        head = list(client[database]["queue"].aggregate(queue_pipeline(["norte"], 20)))

    assert (standing(row), waiting(held), head) == (Standing(), Waiting(), [])


def entry(
    code: str, *holds: str, score: int = 0, due_on: date = TODAY, cents: int = 0, instance: str = "norte"
) -> QueueEntry:
    verdict = Verdict.model_validate({"holds": holds, "score": score, "oldest_due_on": due_on, "overdue_cents": cents})
    return QueueEntry(
        instance=instance, code=code, version=1, debtor_version=1, decided_at=AT, facts=Facts(name=code), verdict=verdict
    )


def test_only_who_owes_is_held_and_who_owes_nothing_has_one_reason(mongo_uri: str, database: str) -> None:
    """At night every client is outside the window, but that is not why a client without debt is not called."""
    entries = [
        entry("ready", cents=500),
        entry("night", "outside_window", cents=100),
        entry("promised", "promise", "outside_window", cents=100),
        entry("paid", "nothing_due", "outside_window"),
        entry("paid too", "nothing_due", "no_phone", "outside_window"),
        entry("elsewhere", "blocklist", cents=9, instance="sul"),
    ]
    with MongoClient[views.Document](mongo_uri) as client:
        client[database]["queue"].insert_many([views.queue(one) for one in entries])
        (row,) = client[database]["queue"].aggregate(waiting_pipeline("norte"))

    expected = (Hold("nothing_due", 2, 0), Hold("promise", 1, 0), Hold("outside_window", 2, 1))
    assert waiting(row) == Waiting(1, 500, 2, expected)


def test_the_queue_is_in_its_total_order(mongo_uri: str, database: str) -> None:
    """Score down, oldest due date up, key up; over several instances as over one; and the index serves it."""
    rng = Random(3)
    entries = [
        entry(str(i), score=rng.randint(0, 3), due_on=TODAY - timedelta(days=rng.randint(0, 2)), cents=1, instance=name)
        for i in range(100)
        for name in ("norte", "sul")
    ]
    held = entry("held", "promise", score=99, cents=1)
    with MongoClient[views.Document](mongo_uri) as client:
        view = client[database]["queue"]
        (indexes,) = (known.indexes for known in views.VIEWS if known.name == "queue")
        for index in indexes:
            view.create_index(list(index))
        view.insert_many([views.queue(one) for one in (*entries, held)])
        everybody = list(view.aggregate(queue_pipeline(["norte", "sul"])))
        head = list(view.aggregate(queue_pipeline(["norte"], 20)))
        command = {"aggregate": "queue", "pipeline": queue_pipeline(["norte", "sul"], 20), "cursor": {}}
        plan = str(client[database].command("explain", command)["queryPlanner"]["winningPlan"])

    def order(one: QueueEntry) -> tuple[int, date | None, str]:
        return (-one.verdict.score, one.verdict.oldest_due_on, one.key.decode())

    ordered = sorted(entries, key=order)
    assert [row["_id"] for row in everybody] == [one.key.decode() for one in ordered]
    assert [row["_id"] for row in head] == [one.key.decode() for one in ordered if one.instance == "norte"][:20]
    assert "IXSCAN" in plan
    assert "'stage': 'SORT'," not in plan
