"""The rows that benchmarks live on are those that the real poller would publish, and the same in every run."""

from collections import defaultdict
from itertools import islice

from deploy.bench.debtors import debtors
from deploy.bench.latency import new_bills
from deploy.bench.provider import OF_DEBTORS, Published, changes, everything, first_sweep, pages, simulator
from processors.hydrate.stage import HYDRATE
from schemas.erp.ixc import BILLS
from schemas.topics import ROW_TOPICS
from schemas.views import debtor

CLIENTS = 60


def published(count: int) -> list[Published]:
    return list(islice(everything(simulator(CLIENTS)), count))


def test_the_same_rows_in_every_run() -> None:
    assert published(600) == published(600)


def test_a_first_sweep_is_every_member_once() -> None:
    drawn = simulator(CLIENTS)
    members = {
        (name, row["id"]) for name, table in OF_DEBTORS.items() for row in drawn.provider[name].each() if table.member(row)
    }
    found = [(table.name, change.code) for table, change in first_sweep(drawn, defaultdict(dict))]

    assert len(found) == len(set(found))
    assert set(found) == members


def test_afterwards_only_what_was_published_before_or_is_a_member_changes() -> None:
    drawn, books = simulator(CLIENTS), defaultdict(dict)
    seen = {(table.name, change.code) for table, change in first_sweep(drawn, books)}
    for table, change in islice(changes(drawn, books), 300):
        assert change.member or (table.name, change.code) in seen
        seen.add((table.name, change.code))


def test_every_row_is_read_by_hydrate() -> None:
    assert {ROW_TOPICS[table.kind] for table in OF_DEBTORS.values()} == set(HYDRATE.sources)


def test_pages_keep_every_row_in_the_order_of_its_table() -> None:
    rows = published(1_500)
    by_table: defaultdict[str, list[object]] = defaultdict(list)
    for page in pages(rows):
        assert sum(map(len, page.values())) <= 600
        for name, found in page.items():
            by_table[name].extend(found)

    assert dict(by_table) == {
        name: [change for table, change in rows if table.name == name] for name in {table.name for table, _ in rows}
    }


def test_new_bills_are_open_and_like_no_other() -> None:
    drawn = simulator(CLIENTS)
    there = {row["id"] for row in drawn.provider[BILLS.name].each()}
    codes = [change.code for change in islice(new_bills(list(drawn.provider[BILLS.name].each())), 100) if change.member]

    assert len(set(codes) - there) == 100


def test_no_two_documents_share_anything_that_names_them() -> None:
    documents = [debtor(event) for event in debtors(50, 1)]

    assert len({document["_id"] for document in documents}) == 50
    assert len({bill["id"] for document in documents for bill in document["bills"]}) == 150
