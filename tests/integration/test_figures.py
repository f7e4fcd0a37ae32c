"""What the pipelines mean on a real MongoDB: every figure against the same figure counted in Python."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from pymongo import MongoClient

from schemas import views
from schemas.debtor import Bill, Client, Contract, Debtor
from schemas.due_dates import NO_DUE_DATE
from schemas.figures.debts import SUBJECTS, debt_pipeline, debts
from schemas.figures.lost import Lost, lost, lost_pipeline
from schemas.figures.queue import Hold, Waiting, queue_pipeline, waiting, waiting_pipeline
from schemas.figures.scope import AGES, Scope
from schemas.figures.standing import Share, Standing, standing, standing_pipeline
from schemas.figures.undated import Undated, undated, undated_pipeline
from schemas.figures.undated import bills_pipeline as undated_bills
from schemas.figures.unmapped import CLIENT_TYPES
from schemas.queue import Facts, HoldReason, QueueEntry, Verdict
from schemas.reverse_map import ReverseMap, Subject

pytestmark = pytest.mark.integration

TODAY = date(2026, 11, 23)
AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
SCOPE = Scope("norte", TODAY, 7)
EDGES = sorted({day + step for since, until in AGES for day in (since, until or 400) for step in (-1, 0, 1)})
STATUSES = ("open", "partial", "paid", "unknown")
REVERSE: dict[Subject, ReverseMap] = {
    "bairro": ReverseMap({"Centro": ("Ctr.",)}),
    "client_type": ReverseMap({"Residencial": ("Casa",)}),
}
BAIRROS = {
    "CENTRO": "Centro",
    "ctr.": "Centro",
    "cen tro": "Centro",
    "jd das ROSAS": "Jd das Rosas",
    "Jatiúca": "Jatiúca",
    "JATIÚCA ": "Jatiúca",
    "": "Indefinido",
    "0": "Indefinido",
    " - ": "Indefinido",
}
TYPES = {"1": "Residencial", "2": "Residencial", "3": "Rural", "77": "77", "": "Indefinido"}
"""As the ERP writes them, and the name that people must read."""
TYPE_NAMES = {"1": "CASA", "2": "residencial", "3": "RURAL", "": "never read"}


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
    client = Client(
        name="x",
        active=rng.random() < 0.5,
        bairro=rng.choice(list(BAIRROS)),
        client_type=rng.choice(list(TYPES)),
        seen_at=AT,
    )
    known = client if rng.random() < 0.8 else None
    return Debtor(instance=instance, code=str(code), version=1, changed_at=AT, client=known, bills=bills)


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
            shares[max(late)[0] > min_days] += Share(1, len(late), sum(amount for _, amount in late))
        for days, amount in late:
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


def broken_down(debtors: list[Debtor], subject: Subject) -> dict[str, Share]:
    """What is overdue by name, one debtor after the other."""
    found: dict[str, Share] = {}
    for one in debtors:
        late = [bill.open_cents for bill in one.bills.values() if bill.status in ("open", "partial") and bill.due_on < TODAY]
        if late:
            names = (
                (BAIRROS[one.client.bairro], TYPES[one.client.client_type]) if one.client else ("Indefinido", "Indefinido")
            )
            name = names[SUBJECTS.index(subject)]
            found[name] = found.get(name, Share()) + Share(1, len(late), sum(late))
    return found


def client_type(code: str, name: str, instance: str, table: str = "tipo_cliente") -> views.Document:
    row = {CLIENT_TYPES[table]: name}
    return {
        "_id": f"{instance}:{table}:{code}",
        "version": 1,
        "instance": instance,
        "table": table,
        "code": code,
        "row": row,
    }


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("table", CLIENT_TYPES)
def test_a_breakdown_adds_up_to_the_standing(mongo_uri: str, database: str, seed: int, table: str) -> None:
    """By bairro and by client type: every name as Python counts it, together exactly what is overdue."""
    rng = Random(seed)
    debtors = [debtor(code, rng) for code in range(400)]
    others = [debtor(code, rng, "sul") for code in range(20)]
    types = [client_type(code, name, "norte", table) for code, name in TYPE_NAMES.items() if code]
    with MongoClient[views.Document](mongo_uri) as client:
        view = client[database]["debtors"]
        view.insert_many([views.debtor(one) for one in [*debtors, *others]])
        client[database]["references"].insert_many([*types, client_type("1", "Other", "sul", table)])
        (row,) = view.aggregate(standing_pipeline(Scope("norte", TODAY, 7)))
        found = {
            subject: debts(view.aggregate(debt_pipeline(subject, Scope("norte", TODAY, 7))), REVERSE[subject])
            for subject in SUBJECTS
        }

    for subject, of_each in found.items():
        assert {debt.name: debt.share for debt in of_each} == broken_down(debtors, subject)
        assert sum((debt.share for debt in of_each), Share()) == standing(row).overdue
        assert [debt.share.cents for debt in of_each] == sorted((debt.share.cents for debt in of_each), reverse=True)


def test_the_index_keeps_who_cannot_be_late_out_of_a_breakdown(mongo_uri: str, database: str) -> None:
    """Every minute, for every instance: it must not read the whole view."""
    with MongoClient[views.Document](mongo_uri) as client:
        view = client[database]["debtors"]
        (indexes,) = (known.indexes for known in views.VIEWS if known.name == "debtors")
        for index in indexes:
            view.create_index(list(index))
        rng = Random(1)
        view.insert_many([views.debtor(debtor(code, rng)) for code in range(50)])
        command = {"aggregate": "debtors", "pipeline": debt_pipeline("bairro", Scope("norte", TODAY, 7)), "cursor": {}}
        plan = str(client[database].command("explain", command))

    assert "IXSCAN" in plan
    assert TODAY.isoformat() in plan[plan.index("indexBounds") :]


def test_lost_rows_are_counted_with_what_was_open(mongo_uri: str, database: str) -> None:
    """Bills and contracts of one instance, and whose they are; nothing lost is nothing found."""
    gone = {"status": "unknown", "status_raw": "A", "lost": True, "seen_at": AT}
    bills = {str(i): Bill(due_on=TODAY, open_cents=100 + i, **gone) for i in range(3)}
    there = Bill(due_on=TODAY, open_cents=9_999, status="open", seen_at=AT)
    contract = Contract(status="active", access="unknown", access_raw="CA", lost=True, seen_at=AT)
    with_bills = Debtor(instance="norte", code="1", version=1, changed_at=AT, bills={**bills, "there": there})
    with_contract = Debtor(instance="norte", code="2", version=1, changed_at=AT, contracts={"7": contract})
    elsewhere = with_bills.model_copy(update={"instance": "sul"})
    with MongoClient[views.Document](mongo_uri) as client:
        view = client[database]["debtors"]
        nothing = lost(list(view.aggregate(lost_pipeline("norte"))))
        view.insert_many([views.debtor(one) for one in (with_bills, with_contract, elsewhere)])
        found = lost(list(view.aggregate(lost_pipeline("norte"))))

    assert nothing == Lost()
    assert found == Lost(clients=2, bills=3, contracts=1, cents=303)


def test_bills_without_a_day_are_counted_apart_and_are_never_late(mongo_uri: str, database: str) -> None:
    """Those of now and the impossible days that an earlier version stored; not a lost one, nor one of a real day."""
    impossible = (
        NO_DUE_DATE,
        date(1899, 12, 30),
        date(1970, 1, 1),
        date(1999, 12, 31),
        date(2062, 11, 1),
        date(2206, 11, 1),
    )
    bills = {str(i): Bill(due_on=day, open_cents=100 + i, status="open", seen_at=AT) for i, day in enumerate(impossible)}
    gone = Bill(due_on=NO_DUE_DATE, open_cents=5_000, status="unknown", lost=True, seen_at=AT)
    late = Bill(due_on=TODAY - timedelta(days=9), open_cents=9_990, status="open", seen_at=AT)
    coming = late.model_copy(update={"due_on": TODAY + timedelta(days=3_000)})
    real = {"lost": gone, "late": late, "coming": coming}
    one = Debtor(instance="norte", code="1", version=1, changed_at=AT, bills={**bills, **real})
    other = Debtor(instance="norte", code="2", version=1, changed_at=AT, bills={"9": bills["0"], **real})
    nobody = Debtor(instance="norte", code="3", version=1, changed_at=AT, bills=real)
    scope = Scope("norte", TODAY, 7)
    with MongoClient[views.Document](mongo_uri) as client:
        view = client[database]["debtors"]
        nothing = undated(list(view.aggregate(undated_pipeline(scope))))
        view.insert_many([views.debtor(each) for each in (one, other, nobody, one.model_copy(update={"instance": "sul"}))])
        found = undated(list(view.aggregate(undated_pipeline(scope))))
        listed = [(row["code"], row["bill"]["id"]) for row in view.aggregate(undated_bills(scope))]
        head = list(view.aggregate(undated_bills(scope, 2)))
        (row,) = view.aggregate(standing_pipeline(scope))

    assert nothing == Undated()
    assert found == Undated(clients=2, bills=7, cents=sum(range(100, 106)) + 100)
    assert listed == [("1", "5"), ("1", "4"), ("1", "3"), ("1", "2"), ("1", "1"), ("1", "0"), ("2", "9")]
    assert len(head) == 2
    assert standing(row).overdue == Share(3, 3, 3 * 9_990)


@pytest.mark.parametrize("limit", [0, 20])
def test_a_place_in_the_queue_comes_with_its_contracts(mongo_uri: str, database: str, limit: int) -> None:
    """Those of the same debtor of the same instance; none where the debtor has not been written yet."""
    contract = Contract(status="active", access="blocked_auto", access_raw="CA", seen_at=AT)
    one = Debtor(instance="norte", code="1", version=1, changed_at=AT, contracts={"7": contract})
    with MongoClient[views.Document](mongo_uri) as client:
        client[database]["debtors"].insert_many([views.debtor(debtor(1, Random(1), "sul")), views.debtor(one)])
        client[database]["queue"].insert_many([views.queue(entry(code)) for code in ("1", "2")])
        found = {
            row["code"]: row.get("contracts") for row in client[database]["queue"].aggregate(queue_pipeline(SCOPE, limit))
        }

    assert [each["access_raw"] for each in found["1"]] == ["CA"]
    assert found["2"] is None


def test_views_that_do_not_exist_yet_give_zeros(mongo_uri: str, database: str) -> None:
    """The dashboard may start before the first event."""
    with MongoClient[views.Document](mongo_uri) as client:
        (row,) = client[database]["debtors"].aggregate(standing_pipeline(Scope("norte", TODAY, 7)))
        held = list(client[database]["queue"].aggregate(waiting_pipeline(SCOPE)))
        head = list(client[database]["queue"].aggregate(queue_pipeline(SCOPE, 20)))

    assert (standing(row), waiting(held, SCOPE), head) == (Standing(), Waiting(), [])


def entry(code: str, *holds: HoldReason, days: int = 30, cents: int = 1, instance: str = "norte") -> QueueEntry:
    """Who owes `cents` since `days` ago."""
    due = ((TODAY - timedelta(days=days), cents),)
    facts, verdict = Facts(name=code, due=due), Verdict(holds=holds)
    return QueueEntry(instance=instance, code=code, version=1, debtor_version=1, decided_at=AT, facts=facts, verdict=verdict)


def test_only_who_owes_is_held_and_who_owes_nothing_has_one_reason(mongo_uri: str, database: str) -> None:
    """That a client without debt has no telephone is not why it is not called. Who owes nothing yet owes nothing."""
    entries = [
        entry("ready", cents=500),
        entry("early", days=1, cents=100),
        entry("early too", "promise", days=6, cents=100),
        entry("promised", "promise", cents=100),
        entry("today", "no_phone", days=0),
        entry("tomorrow", days=-1),
        entry("paid", cents=0),
        entry("elsewhere", "blocklist", cents=9, instance="sul"),
    ]
    with MongoClient[views.Document](mongo_uri) as client:
        client[database]["queue"].insert_many([views.queue(one) for one in entries])
        rows = list(client[database]["queue"].aggregate(waiting_pipeline(SCOPE)))

    expected = (Hold("nothing_due", 3, 0), Hold("too_early", 2, 1), Hold("promise", 2, 1))
    assert waiting(rows, SCOPE) == Waiting(1, 500, 3, expected)


@pytest.mark.parametrize("of", ["queue", "waiting"])
def test_the_index_keeps_who_owes_nothing_out_of_the_queue(mongo_uri: str, database: str, of: str) -> None:
    """Every minute, for every instance: most clients have a bill that is not due yet, and are not read."""
    with MongoClient[views.Document](mongo_uri) as client:
        view = client[database]["queue"]
        (indexes,) = (known.indexes for known in views.VIEWS if known.name == "queue")
        for index in indexes:
            view.create_index(list(index))
        view.insert_many([views.queue(entry(str(n), days=-1)) for n in range(50)] + [views.queue(entry("late"))])
        pipeline = queue_pipeline(SCOPE, 20) if of == "queue" else waiting_pipeline(SCOPE)[:-1]
        command = {"explain": {"aggregate": "queue", "pipeline": pipeline, "cursor": {}}, "verbosity": "executionStats"}
        plan = str(client[database].command(command))

    assert "IXSCAN" in plan
    assert "'totalDocsExamined': 1," in plan
