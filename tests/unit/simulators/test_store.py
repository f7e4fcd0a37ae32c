import json
from collections.abc import Callable, Iterator
from datetime import datetime
from random import Random

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from deploy.simulators.ixc.changes import BLOCKED, OPEN, TRUSTED, draw
from deploy.simulators.ixc.filters import Conditions, condition
from deploy.simulators.ixc.protocol import Listing, page
from deploy.simulators.ixc.store import Edit, Provider, Table

Maker = Callable[[int], Provider]
UNHURRIED = settings(deadline=None)  # each example makes a provider, which takes long on a loaded machine
DAY = [condition("data_vencimento", "<", "23/11/2026")]


def ids(answer: bytes) -> list[int]:
    return [int(row["id"]) for row in orjson.loads(answer).get("registros", [])]


def by_keyset(table: Table, conditions: Conditions, rows: int, *, descending: bool) -> Iterator[int]:
    """Every page asks for ids beyond the last one."""
    beyond = condition("id", "<" if descending else ">", str(10**9) if descending else "0")
    for _ in table.rows:  # so that a page which does not move on ends the test, too
        found = ids(page(Listing((*conditions, beyond), 1, rows, "id", descending), table))
        if not found:
            return
        yield from found
        beyond = beyond._replace(operands=(str(found[-1]),))


def by_number(table: Table, conditions: Conditions, rows: int, sort: str, *, descending: bool) -> Iterator[int]:
    number = 1
    while found := ids(page(Listing(conditions, number, rows, sort, descending), table)):
        yield from found
        number += 1


def open_ids(table: Table) -> list[int]:
    return sorted(int(row["id"]) for row in table.each() if row["liberado"] == "S" and row["status"] in {"A", "P"})


@UNHURRIED
@given(rows=st.integers(1, 300), descending=st.booleans())
def test_keyset_paging_yields_every_row_once_and_in_order(provider_of: Maker, rows: int, descending: bool) -> None:
    table = provider_of(1)["fn_areceber"]

    assert list(by_keyset(table, OPEN, rows, descending=descending)) == open_ids(table)[:: -1 if descending else 1]


@UNHURRIED
@given(
    rows=st.integers(1, 40), sort=st.sampled_from(["id", "data_vencimento", "valor", "documento"]), descending=st.booleans()
)
def test_page_numbers_yield_every_row_once_while_nothing_changes(
    provider_of: Maker, rows: int, sort: str, descending: bool
) -> None:
    table = provider_of(1)["fn_areceber"]

    found = list(by_number(table, OPEN, rows, sort, descending=descending))

    assert sorted(found) == open_ids(table)
    assert len(found) == len(set(found))


def test_the_order_is_that_of_the_column(provider_of: Maker) -> None:
    table = provider_of(1)["fn_areceber"]

    found = [
        table.full(row_id)["data_vencimento"] for row_id in by_number(table, OPEN, 7, "data_vencimento", descending=True)
    ]

    assert found == sorted(found, reverse=True)


@UNHURRIED
@given(seed=st.integers(0, 10**6), changes=st.integers(1, 60))
def test_remembered_selections_stay_right_through_any_changes(
    provider_of: Maker, now: datetime, seed: int, changes: int
) -> None:
    provider, rng = provider_of(1), Random(seed)
    watched = [
        ("fn_areceber", OPEN),
        ("fn_areceber", (*OPEN, *DAY)),
        ("cliente_contrato", BLOCKED),
        ("cliente_contrato", TRUSTED),
    ]
    for name, conditions in watched:
        provider[name].select(conditions)
    for _ in range(changes):
        if change := draw(provider, rng, now):
            provider.apply(change.edit, now)

    for name, conditions in watched:
        fresh = Table(name, provider[name].rows).select(conditions)
        assert provider[name].select(conditions) == fresh


def test_an_encoded_row_follows_its_changes(provider_of: Maker, now: datetime) -> None:
    provider = provider_of(1)
    table = provider["cliente"]
    row_id = min(table.rows)
    before = json.loads(table.encoded(row_id))

    provider.apply(Edit("cliente", row_id, {"ativo": "N"}), now)

    assert json.loads(table.encoded(row_id)) == before | {"ativo": "N", "ultima_atualizacao": "2026-11-23 10:30:00"}


def test_a_list_of_ids_finds_those_that_are_there_and_meet_the_rest(provider_of: Maker) -> None:
    table = provider_of(1)["fn_areceber"]
    there, *_, also = open_ids(table)
    closed = next(row_id for row_id in table.rows if row_id not in set(open_ids(table)))
    wanted = condition("id", "IN", f"{also},{there},{closed},999999,junk")

    assert table.select((wanted,)).page(0, 10) == sorted([there, closed, also])
    assert table.select((*OPEN, wanted)).page(0, 10) == [there, also]


def test_a_row_that_is_gone_is_gone_and_its_id_never_comes_back(provider_of: Maker, now: datetime) -> None:
    provider = provider_of(1)
    table = provider["fn_areceber"]
    last = max(table.rows)

    provider.apply(Edit("fn_areceber", last, None), now)

    assert table.select((condition("id", "=", str(last)),)).size == 0
    assert table.next_id > last


def test_no_more_selections_are_remembered_than_agreed(provider_of: Maker) -> None:
    table = provider_of(1)["fn_areceber"]
    for client in range(200):
        table.select((condition("id_cliente", "=", str(client)),))

    assert len(table._selections) == 32
