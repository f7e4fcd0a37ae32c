import json
from collections.abc import Callable

import pytest

from deploy.simulators.ixc.filters import BadQueryError
from deploy.simulators.ixc.protocol import form, listing, page
from deploy.simulators.ixc.store import Provider, Table

Maker = Callable[[int], Provider]


@pytest.fixture
def bills(provider_of: Maker) -> Table:
    return provider_of(1)["fn_areceber"]


def grid(*conditions: dict[str, str]) -> str:
    return json.dumps(conditions)


@pytest.mark.parametrize(
    "asked",
    [
        {"qtype": "fn_areceber.razao", "query": "1"},
        {"qtype": "cliente.id", "query": "1"},
        {"qtype": "fn_areceber.id", "query": "1", "oper": "LIKE"},
        {"grid_param": grid({"TB": "fn_areceber.situacao", "OP": "=", "P": "A"})},
        {"grid_param": grid({"TB": "fn_areceber.id", "OP": "BE", "P": "1"})},
        {"grid_param": [{"TB": "fn_areceber.status", "OP": "=", "P": "A"}]},
        {"grid_param": "[not json"},
        {"grid_param": '{"TB":"fn_areceber.status"}'},
        {"grid_param": "[1]"},
        {"sortname": "fn_areceber.razao"},
        {"page": "0"},
        {"page": "x"},
        {"rp": "-1"},
        [],
    ],
    ids=str,
)
def test_what_ixc_cannot_read_is_a_bad_query(bills: Table, asked: object) -> None:
    with pytest.raises(BadQueryError):
        listing(json.dumps(asked).encode(), bills)


def test_a_form_body_is_a_bad_query(bills: Table) -> None:
    with pytest.raises(BadQueryError):
        listing(b"qtype=fn_areceber.id&query=1", bills)


def test_the_first_condition_and_the_grid_are_joined_by_and(bills: Table) -> None:
    asked = {
        "qtype": "fn_areceber.id",
        "query": "0",
        "oper": ">",
        "rp": "1000",
        "grid_param": grid(
            {"TB": "fn_areceber.status", "OP": "=", "P": "R"}, {"TB": "fn_areceber.valor", "OP": ">", "P": "60"}
        ),
    }

    rows = json.loads(page(listing(json.dumps(asked).encode(), bills), bills))["registros"]

    assert {row["id"] for row in rows} == {
        row["id"] for row in bills.each() if row["status"] == "R" and float(row["valor"]) > 60
    }


def test_an_empty_request_gets_the_first_twenty_rows(bills: Table) -> None:
    answer = json.loads(page(listing(b"", bills), bills))

    assert [int(row["id"]) for row in answer["registros"]] == sorted(bills.rows)[:20]
    assert (answer["page"], answer["total"]) == ("1", len(bills.rows))


def test_total_is_a_number_for_some_tables_and_text_for_others_also_when_empty(provider_of: Maker) -> None:
    provider = provider_of(1)
    nothing = b'{"qtype":"id","query":"999999","oper":">"}'

    answers = {name: json.loads(page(listing(nothing, table), table)) for name, table in provider.tables.items()}

    assert answers["fn_areceber"] == {"page": "1", "total": 0}
    assert answers["cliente"] == {"page": "1", "total": "0"}


def test_a_written_form_is_stored_as_the_database_would(bills: Table) -> None:
    body = {"id": "5", "id_cliente": 7, "valor": "10,5", "valor_aberto": "x", "data_vencimento": "31/12/2026", "rp": "600"}

    assert form(json.dumps(body | {"data_emissao": "31/31/2026"}).encode(), bills) == {
        "id_cliente": "7",
        "valor": "10.50",
        "valor_aberto": "0.00",
        "data_vencimento": "2026-12-31",
        "data_emissao": "0000-00-00",
    }
