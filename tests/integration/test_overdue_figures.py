"""The overdue bills on a real MongoDB, against the same counted in Python: by due date, by client, one by one."""

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from pymongo import MongoClient

from schemas import views
from schemas.debtor import Bill, Client, Contract, Debtor
from schemas.figures.narrow import BY, EVERYTHING, Narrow, aged
from schemas.figures.overdue import bills_pipeline, late, late_pipeline
from schemas.figures.scope import AGES, Scope
from schemas.figures.standing import Share, standing, standing_pipeline
from schemas.figures.tables import named, names_pipeline

pytestmark = pytest.mark.integration

TODAY = date(2026, 11, 23)
AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
SCOPE = Scope("norte", TODAY, 7)
EDGES = sorted({day + step for since, until in AGES for day in (since, until or 400) for step in (-1, 0, 1)})
STATUSES = ("open", "partial", "paid", "unknown")
NARROWS = {
    "everything": EVERYTHING,
    "8 to 15": Narrow(*aged(TODAY, 8, 15)),
    "91 on": Narrow(*aged(TODAY, 91, None)),
    "one day": Narrow(TODAY - timedelta(days=7), TODAY - timedelta(days=7)),
    "not due yet": Narrow(TODAY, TODAY + timedelta(days=30)),
    "crossed": Narrow(TODAY - timedelta(days=2), TODAY - timedelta(days=9)),
    "of some": Narrow(TODAY - timedelta(days=60), None, {"bairro": ("CENTRO", ""), "branch": ("1",)}),
    "of nobody": Narrow(raws={"client_type": ()}),
}


def debtor(code: int, rng: Random, instance: str = "norte") -> Debtor:
    """Bills on and beside every edge; some clients unknown, some bills without a contract or of one that is not listed."""
    bills = {
        str(i): Bill(
            contract=rng.choice(("", f"{code}", f"{code}-b")),
            due_on=TODAY - timedelta(days=rng.choice(EDGES)),
            open_cents=rng.randint(0, 9),
            status=rng.choice(STATUSES),
            seen_at=AT,
        )
        for i in range(rng.choice((0, 1, 2, 4)))
    }
    client = Client(
        name=f"Client {code}",
        active=True,
        bairro=rng.choice(("CENTRO", "Farol", "")),
        client_type=rng.choice(("1", "2", "")),
        branch=rng.choice(("1", "2", "")),
        seen_at=AT,
    )
    contract = Contract(status="active", access=rng.choice(("active", "blocked_auto")), access_raw="CA", seen_at=AT)
    known = client if rng.random() < 0.8 else None
    return Debtor(
        instance=instance,
        code=str(code),
        version=1,
        changed_at=AT,
        client=known,
        bills=bills,
        contracts={f"{code}": contract, "other": contract},
    )


def raw(one: Debtor, by: str) -> str:
    return str(getattr(one.client, by)) if one.client else ""


def chosen(debtors: list[Debtor], narrow: Narrow) -> list[tuple[Debtor, str, Bill]]:
    """Every overdue bill within `narrow`, from the glossary alone."""
    return [
        (one, number, bill)
        for one in debtors
        if all(raw(one, by) in values for by, values in narrow.raws.items())
        for number, bill in one.bills.items()
        if bill.status in {"open", "partial"} and bill.due_on < TODAY
        if (narrow.first or date.min) <= bill.due_on <= (narrow.last or TODAY)
    ]


@pytest.mark.parametrize("name", NARROWS)
def test_what_is_overdue_is_what_python_counts(mongo_uri: str, database: str, name: str) -> None:
    """By due date and client, each debtor once at its oldest bill; and each bill in its place with its own contract."""
    rng, narrow = Random(7), NARROWS[name]
    debtors = [debtor(code, rng) for code in range(300)]
    with MongoClient[views.Document](mongo_uri) as client:
        view = client[database]["debtors"]
        view.insert_many([views.debtor(one) for one in debtors] + [views.debtor(debtor(1, rng, "sul"))])
        cells = late(view.aggregate(late_pipeline(SCOPE, narrow)))
        rows = list(view.aggregate(bills_pipeline(SCOPE, narrow)))
        (whole,) = view.aggregate(standing_pipeline(SCOPE))

    expected: dict[tuple[date, ...], Share] = {}
    found = chosen(debtors, narrow)
    oldest = {one.code: min(bill.due_on for other, _, bill in found if other is one) for one, _, _ in found}
    for one, _, bill in found:
        key = (bill.due_on, *(raw(one, by) for by in BY))
        first = oldest.pop(one.code) if oldest.get(one.code) == bill.due_on else None
        expected[key] = expected.get(key, Share()) + Share(int(first is not None), 1, bill.open_cents)
    assert {(cell.due_on, *(getattr(cell, by) for by in BY)): cell.share for cell in cells} == expected
    if narrow is EVERYTHING:
        assert sum((cell.share for cell in cells), Share()) == standing(whole).overdue
    found.sort(key=lambda each: (each[2].due_on, -each[2].open_cents, each[0].code, each[1]))
    assert [(row["code"], row["bill"]["id"]) for row in rows] == [(one.code, number) for one, number, _ in found]
    for row, (one, _, bill) in zip(rows, found, strict=True):
        assert (row.get("client") or {}).get("name") == (one.client and one.client.name)
        own = set(one.contracts) if bill.contract == "" else {bill.contract} & set(one.contracts)
        assert {contract["id"] for contract in row["contracts"]} == own


def test_a_list_may_end_early_with_the_most_late(mongo_uri: str, database: str) -> None:
    """The page shows so many; none that it leaves out is more late."""
    rng = Random(3)
    with MongoClient[views.Document](mongo_uri) as client:
        view = client[database]["debtors"]
        view.insert_many([views.debtor(debtor(code, rng)) for code in range(100)])
        first, every = (list(view.aggregate(bills_pipeline(SCOPE, limit=limit))) for limit in (20, 0))

    assert first == every[:20]
    assert len(every) > 20


def test_the_index_keeps_who_cannot_be_late_out(mongo_uri: str, database: str) -> None:
    """A narrow question reads few documents, also every minute."""
    narrow = NARROWS["8 to 15"]
    with MongoClient[views.Document](mongo_uri) as client:
        view = client[database]["debtors"]
        (indexes,) = (known.indexes for known in views.VIEWS if known.name == "debtors")
        for index in indexes:
            view.create_index(list(index))
        rng = Random(1)
        view.insert_many([views.debtor(debtor(code, rng)) for code in range(50)])
        command = {"aggregate": "debtors", "pipeline": late_pipeline(SCOPE, narrow), "cursor": {}}
        plan = str(client[database].command("explain", command))

    assert "IXSCAN" in plan
    bounds = plan[plan.index("indexBounds") :]
    assert all(str(day) in bounds for day in (narrow.first, narrow.last))


def test_an_id_has_the_name_that_the_erp_gives_it(mongo_uri: str, database: str) -> None:
    """Types and branches of one instance; of a branch what people call it before its legal name."""

    def reference(instance: str, table: str, code: str, **row: str) -> views.Document:
        return {"_id": f"{instance}:{table}:{code}", "instance": instance, "table": table, "code": code, "row": row}

    rows = [
        reference("norte", "tipo_cliente", "1", tipo_cliente="CASA"),
        reference("norte", "filial", "1", razao="Norte Telecom LTDA", fantasia="Norte Centro"),
        reference("norte", "filial", "2", razao="Norte Sul LTDA", fantasia=""),
        reference("norte", "cidade", "1", nome="Maceió"),
        reference("sul", "filial", "3", razao="Sul"),
    ]
    with MongoClient[views.Document](mongo_uri) as client:
        client[database]["references"].insert_many(rows)
        found = named(client[database]["references"].aggregate(names_pipeline("norte")))

    assert found == {"client_type": {"1": "CASA"}, "branch": {"1": "Norte Centro", "2": "Norte Sul LTDA"}}
