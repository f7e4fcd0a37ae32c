"""Whoever was erased does not come back by a sweep, is never taken for gone, and takes nobody along."""

from collections import defaultdict
from contextlib import AsyncExitStack

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from producers.erp.guard import Guard
from producers.erp.suppressed import Suppressed
from schemas.codec import decode
from schemas.erp.altarede import CLIENTS as ALTAREDE
from schemas.erp.declaration import Row
from schemas.errors import RetryLater
from schemas.rows import ErpRow
from schemas.topics import BILLS, CLIENTS, DEAD
from tests.strategies import erp_row
from tests.unit.producers.shop import Shop, bill, opened

HIS, OTHERS = "111.444.777-35", "529.982.247-25"
PERSON, CLIENT = "111", "client:1"
"""As the shop hashes his document, and this test his code."""
ROW_TOPICS = (CLIENTS.name, BILLS.name)


class List:
    """Who was erased, as a set. `away`: nobody tells."""

    def __init__(self, *hashes: str) -> None:
        self.hashes = set(hashes)
        self.away = False

    async def of(self, instance: str) -> Suppressed:
        del instance
        if self.away:
            raise RetryLater("away")
        return Suppressed(frozenset(self.hashes), lambda code: f"client:{code}")

    async def add(self, instance: str, code: str, person: str) -> None:
        del instance
        assert person == PERSON
        self.hashes.add(f"client:{code}")


def test_an_unreadable_row_is_his_whose_document_stands_behind_a_word() -> None:
    """His company's document, beside a CPF that says ISENTO."""
    row = {"COD_CLIENTE": "", "CPF": "ISENTO", "CNPJ": "11.222.333/0001-81"}

    assert Suppressed(frozenset({"112"})).unread(ALTAREDE, row, lambda bare: bare[:3]) == (True, {})


def obey(shop: Shop, known: List) -> None:
    shop.sweeper.guard = Guard(known)


def client(code: str, document: str = OTHERS) -> Row:
    return erp_row("cliente", id=code, cnpj_cpf=document)


def owed(code: str, owner: str, **columns: str) -> Row:
    return bill(code, id_cliente=owner, **columns)


def told(shop: Shop, *topics: str) -> list[tuple[str, bool]]:
    """Every record's key, and whether it is a tombstone."""
    return [
        ((one.key or b"").decode(), one.value is None) for topic in topics or ROW_TOPICS for one in shop.broker.of(topic)
    ]


async def test_rows_of_an_erased_person_are_read_counted_and_not_published() -> None:
    """His client row by his document, whatever its code; bills by the code."""
    async with opened() as shop:
        obey(shop, List(PERSON, CLIENT))
        shop.erp.put("cliente", client("1", HIS), client("2"))
        shop.erp.put("fn_areceber", owed("10", "1"), owed("20", "2"))
        swept = [await shop.sweep("client"), await shop.sweep()]

        assert [key for key, _ in told(shop)] == ["norte:2:client:2", "norte:2:bill:20"]
        assert [(done.phase, done.rows, done.published, done.suppressed) for done in swept] == [("completed", 2, 1, 1)] * 2
        again = await shop.sweep()
        assert (again.known, again.absent, again.missing, again.published) == (1, 0, 0, 0)


async def test_rows_that_were_published_before_leave_by_tombstones_and_are_not_missing() -> None:
    """Nothing is asked for again and nothing told as closed, though he has nearly all that is known."""
    async with opened() as shop:
        known = List()
        obey(shop, known)
        shop.erp.put("fn_areceber", *(owed(str(code), "1") for code in range(10, 90)), owed("90", "2"))
        await shop.sweep()
        known.hashes |= {PERSON, CLIENT}
        asked = shop.erp.asked
        done = await shop.sweep()

        assert sum(gone for _, gone in told(shop)) == 80
        assert {key for key, gone in told(shop) if gone} == {f"norte:1:bill:{code}" for code in range(10, 90)}
        assert (done.phase, done.known, done.absent, done.missing, done.closed) == ("completed", 1, 0, 0, 0)
        assert (done.suppressed, done.change, shop.erp.asked - asked) == (80, 0, asked)
        assert set(shop.seen()) == {"90"}


async def test_a_client_whose_document_gives_him_away_is_remembered_by_his_code() -> None:
    """A new contract under another code: bills that came in before go with the next sweep."""
    async with opened() as shop:
        known = List(PERSON)
        obey(shop, known)
        shop.erp.put("cliente", client("7", HIS))
        shop.erp.put("fn_areceber", owed("10", "7"))
        await shop.sweep()
        assert told(shop) == [("norte:7:bill:10", False)]
        await shop.sweep("client")
        assert known.hashes == {PERSON, "client:7"}
        await shop.sweep()

        assert told(shop) == [("norte:7:bill:10", False), ("norte:7:bill:10", True)]


async def test_a_row_that_goes_over_to_him_leaves_its_client_and_one_that_leaves_him_comes() -> None:
    async with opened() as shop:
        obey(shop, List(PERSON, CLIENT))
        shop.erp.put("fn_areceber", owed("10", "1"), owed("20", "2"))
        await shop.sweep()
        shop.news()
        shop.erp.put("fn_areceber", owed("10", "2"), owed("20", "1"))
        done = await shop.sweep()

        news = [(one.client, one.id, one.row is None, one.lost) for one in shop.news()]
        assert sorted(news) == [("2", "10", False, False), ("2", "20", True, False)]
        assert (done.absent, done.missing) == (0, 0)


async def test_a_row_that_went_over_to_him_and_was_paid_leaves_its_client_too() -> None:
    """It is no longer shown, and found by its id."""
    async with opened() as shop:
        obey(shop, List(PERSON, CLIENT))
        shop.erp.put("fn_areceber", owed("20", "2"))
        await shop.sweep()
        shop.news()
        shop.erp.put("fn_areceber", owed("20", "1", status="R"))
        done = await shop.sweep()

        assert [(one.client, one.row) for one in shop.news()] == [("2", None)]
        assert (done.absent, done.missing) == (1, 0)


async def test_a_row_of_his_that_cannot_be_read_has_no_dead_letter() -> None:
    async with opened() as shop:
        obey(shop, List(PERSON, CLIENT))
        shop.erp.put("fn_areceber", owed("10", "1", valor_aberto="9" * 20_000), owed("20", "2", valor_aberto="9" * 20_000))
        shop.erp.put("cliente", {**client("7", HIS), "razao": "X" * 20_000})
        done = await shop.sweep()
        await shop.sweep("client")

        assert (done.suppressed, done.refused) == (1, 1)
        assert [dict(one.headers)["place"] for one in shop.broker.of(DEAD.name)] == [b"ixc/fn_areceber[norte]@20"]


async def test_without_the_list_nothing_is_swept_and_a_list_that_was_read_counts_on() -> None:
    async with opened() as shop:
        known = List(PERSON, CLIENT)
        known.away = True
        obey(shop, known)
        shop.erp.put("fn_areceber", owed("10", "1"), owed("20", "2"))
        with pytest.raises(RetryLater):
            await shop.sweep()
        assert told(shop) == []

        known.away = False
        await shop.sweep()
        known.away = True
        shop.erp.put("fn_areceber", owed("11", "1"))
        assert (await shop.sweep()).suppressed == 2
        assert told(shop) == [("norte:2:bill:20", False)]


async def test_who_is_let_in_again_comes_with_the_next_sweep() -> None:
    async with opened() as shop:
        known = List(PERSON, CLIENT)
        obey(shop, known)
        shop.erp.put("fn_areceber", owed("10", "1"))
        await shop.sweep()
        known.hashes.clear()

        assert (await shop.sweep()).published == 1


BILL_OF = st.tuples(st.sampled_from(["10", "11", "12"]), st.sampled_from(["1", "1", "2", "3"]), st.sampled_from("AAR"))
"""Id, client, status."""
ROUND = st.tuples(st.lists(BILL_OF, max_size=4), st.sets(st.sampled_from(["10", "11", "12"]), max_size=1), st.booleans())
"""Bills that change, bills that go, and whether clients are swept first."""


@settings(max_examples=100)
@given(st.lists(ROUND, min_size=1, max_size=4), st.integers(0, 3))
async def test_of_everybody_else_the_same_is_told_as_without_any_erasure(
    rounds: list[tuple[list[tuple[str, str, str]], set[str], bool]], erased_in: int
) -> None:
    """Two installations read the same provider, and one erases client 1: key by key the other clients' rows are the same.

    Of his own none is alive at the end that the ERP still shows, and his bills are neither absent nor missing.
    """
    async with AsyncExitStack() as closing:
        plain, shop = [await closing.enter_async_context(opened()) for _ in range(2)]
        known = List()
        obey(shop, known)
        for number, (bills, gone, clients_first) in enumerate(rounds):
            if number == min(erased_in, len(rounds) - 1):
                known.hashes |= {PERSON, CLIENT}
            for one in (plain, shop):
                one.erp.put("cliente", client("1", HIS), client("2"), client("3"))
                one.erp.put("fn_areceber", *(owed(code, owner, status=status) for code, owner, status in bills))
                for code in gone:
                    one.erp.rows["fn_areceber"].pop(code, None)
            his = {code for code, seen in plain.seen().items() if seen.owner == "1"}
            for kind in ("client", "bill") if clients_first else ("bill", "client"):
                done = await shop.sweep(kind)
                as_before = await plain.sweep(kind)
                assert (done.phase, done.refused) == ("completed", 0)
                if known.hashes and kind == "bill":
                    assert done.absent + len(his) >= as_before.absent >= done.absent
                    assert done.missing <= as_before.missing
    assert of_others(shop) == of_others(plain)
    last = dict(told(shop))
    assert not [key for key, is_gone in last.items() if not is_gone and is_shown(plain, key)]


def of_others(shop: Shop) -> dict[str, list[tuple[object, bool]]]:
    """By key all that was told since its row was first a member: one that leaves client 1 as it is paid never is."""
    found = defaultdict[str, list[tuple[object, bool]]](list)
    for topic in ROW_TOPICS:
        for one in shop.broker.of(topic):
            key = (one.key or b"").decode()
            if not key.startswith("norte:1:"):
                event = decode(ErpRow, one.value)
                if found[key] or (event.row and event.row.get("status", "A") == "A"):
                    found[key].append((event.row, event.lost))
    return {key: rows for key, rows in found.items() if rows}


def is_shown(plain: Shop, key: str) -> bool:
    """Whether it is client 1's and a member still: closed rows no poller remembers, `collector erase` finds them."""
    client_code, kind, code = key.split(":")[1:]
    seen = plain.sweeper.books["norte", kind]
    return client_code == "1" and code in seen and seen[code].owner == "1"
