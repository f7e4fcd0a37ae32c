import json
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from deploy.simulators.altarede import flows, truth
from deploy.simulators.altarede.desk import PERMUTA, Desk, bare
from deploy.simulators.altarede.flows import FLOWS, NO_BILL, BadRequestError
from deploy.simulators.ixc.columns import MARK
from deploy.simulators.ixc.simulator import Simulator
from deploy.simulators.ixc.store import Edit
from tests.unit.simulators_altarede import reading

SAMPLES = Path(__file__).parent / "samples"
Maker = Callable[[int], Simulator]


def sample(name: str) -> Any:  # noqa: ANN401  # whatever the file holds
    return json.loads((SAMPLES / f"altarede_n8n_{name}.json").read_text())


def asked(desk: Desk, flow: str, today: date, **fields: str) -> Any:  # noqa: ANN401  # as a reader gets it
    return FLOWS[flow].answer(desk, fields, today)


def documents(desk: Desk) -> Iterator[str]:
    return (row["cnpj_cpf"] for row in desk.provider["cliente"].each() if row["cnpj_cpf"])


def everyone(desk: Desk, flow: str, today: date) -> list[dict[str, Any]]:
    """All rows of all documents."""
    answers = (asked(desk, flow, today, documento=document) for document in documents(desk))
    return [row for each in answers if each != NO_BILL for row in each]


def kinds(row: dict[str, Any]) -> dict[str, type]:
    return {name: type(value) for name, value in row.items()}


def test_an_open_bill_has_the_shape_that_was_seen(crowd: Desk, today: date) -> None:
    found = everyone(crowd, "consulta_boleto", today)

    assert found
    assert all(kinds(row) == kinds(sample("consulta_boleto")[0]) and list(row) == list(sample("consulta_boleto")[0])
               for row in found)  # fmt: skip
    assert {row["STATUS"] for row in found} == {"VENCIDO", "EM DIA"}
    assert all((row["STATUS"] == "VENCIDO") is (row["DATA_VENCIMENTO"] < "2026-11-23") for row in found)


def test_a_closed_bill_has_a_payment_date_more(crowd: Desk, today: date) -> None:
    found = everyone(crowd, "consulta-boletos-pagos", today)
    of_status = {row["id"]: row for row in crowd.provider["fn_areceber"].each()}

    assert all(list(row) == [*sample("consulta_boleto")[0], "DATA_PAGAMENTO"] for row in found)
    assert {row["STATUS"] for row in found} == {"PAGO", "CANCELADO"}
    for row in found:
        bill = of_status[reading.bare(row["COD_ARECEBER"])]
        assert {"R": "PAGO", "C": "CANCELADO"}[bill["status"]] == row["STATUS"]
        assert row["DATA_PAGAMENTO"] == bill["pagamento_data"]
        assert reading.cents(row["VALOR_TOTAL"]) == reading.cents(bill["valor"])


def test_a_status_has_the_shape_that_was_seen_and_the_contracts_code(crowd: Desk, today: date) -> None:
    found = everyone(crowd, "check_pppoe_status", today)
    seen = sample("status")[0]

    assert [name for name in found[0] if name != "CODIGO"] == list(seen)
    assert all(kinds(row) == kinds(seen) | {"CODIGO": str} for row in found)
    assert {row["statusIP"] for row in found} == {"ATIVO", "SEMIBLOQUEIO", "BLOQUEIO"}
    assert {row["STATUS_TIPO"] for row in found} == {"ATIVO", "INADIMPLENTE", "PERMUTA"}


def test_plans_have_the_shape_that_was_seen(crowd: Desk, today: date) -> None:
    [plan, *others] = asked(crowd, "listar-planos-altarede", today)["planos"]

    assert kinds(plan) == kinds(sample("planos")["planos"][0])
    assert len(others) == 5


def test_all_answers_together_are_the_truth(crowd: Desk, today: date) -> None:
    found = reading.people(asked(crowd, "listar-clientes", today, por_pagina="5000"))
    for row in everyone(crowd, "consulta_boleto", today):
        bill = (row["DATA_VENCIMENTO"], reading.cents(row["VALOR_TOTAL"]), "A")
        found[reading.bare(row["COD_CLIENTE"])].bills[reading.bare(row["COD_ARECEBER"])] = bill
    for row in everyone(crowd, "check_pppoe_status", today):
        access = (row["statusIP"], "N", False, False)
        found[reading.bare(row["COD_CLIENTE"])].contracts[reading.bare(row["CODIGO"])] = access

    assert found == truth.of_webhooks(crowd.provider)


def test_a_tenth_of_the_clients_gets_commas_and_some_codes_get_dots(crowd: Desk, today: date) -> None:
    found = everyone(crowd, "consulta_boleto", today)
    by_client: dict[str, set[bool]] = {}
    for row in found:
        by_client.setdefault(reading.bare(row["COD_CLIENTE"]), set()).add("," in row["VALOR_TOTAL"])
    long = [row["COD_CLIENTE"] for row in found if len(reading.bare(row["COD_CLIENTE"])) > 3]

    assert all(len(commas) == 1 for commas in by_client.values())
    assert sum(True in commas for commas in by_client.values()) / len(by_client) == pytest.approx(0.1, abs=0.03)
    assert sum("." in code for code in long) / len(long) == pytest.approx(0.3, abs=0.05)


def test_one_document_may_have_several_clients(simulator_of: Maker, today: date, now: datetime) -> None:
    simulator = simulator_of(1)
    bills = [row["id_cliente"] for row in simulator.provider["fn_areceber"].each() if row["status"] == "A"]
    codes = sorted(set(bills))[:2]
    for code in codes:
        simulator.provider.apply(Edit("cliente", int(code), {"cnpj_cpf": "12.ABC.345/01DE-35"}), now)
    desk = Desk(simulator.provider)

    found = asked(desk, "consulta_boleto", today, documento="12abc34501de35")

    assert {reading.bare(row["COD_CLIENTE"]) for row in found} == set(codes)
    assert found == asked(desk, "consulta_boleto", today, documento="12.ABC.345/01DE-35")


@pytest.mark.parametrize("document", ["", "---", "000.000.000-00"])
@pytest.mark.parametrize(
    ("flow", "nothing"),
    [
        ("consulta_boleto", NO_BILL),
        ("consulta-boletos-pagos", NO_BILL),
        ("check_pppoe_status", []),
        ("consultar/cliente/infoscontrato", None),
    ],
)
def test_nothing_looks_different_in_each_flow(crowd: Desk, today: date, flow: str, nothing: object, document: str) -> None:
    assert asked(crowd, flow, today, documento=document) == nothing


def test_contracts_are_an_object_or_an_array(crowd: Desk, today: date) -> None:
    found = [asked(crowd, "consultar/cliente/infoscontrato", today, documento=document) for document in documents(crowd)]
    keys = ["nomeCliente", "ENDERECO", "BAIRRO", "CIDADE", "COMPLEMENTO", "LOGIN", "plano"]

    assert {type(each) for each in found} == {type(None), dict, list}
    assert all(list(each) == keys for each in found if isinstance(each, dict))
    assert all(len(each) > 1 and list(each[0]) == keys for each in found if isinstance(each, list))


def test_a_login_finds_its_contract_alone(crowd: Desk, today: date) -> None:
    all_rows = {row["LOGIN"]: row for row in everyone(crowd, "check_pppoe_status", today)}
    login, row = next(iter(all_rows.items()))

    assert asked(crowd, "check_pppoe_status", today, login=login) == [row]


@pytest.mark.parametrize("login", ["fulano", "fulano.x", "fulano.99999999", "outro.2"])
def test_a_login_that_nobody_has_finds_nothing(crowd: Desk, today: date, login: str) -> None:
    assert asked(crowd, "check_pppoe_status", today, login=login) == []


def test_the_login_of_an_ended_contract_finds_nothing(crowd: Desk, today: date) -> None:
    ended = next(row for row in crowd.provider["cliente_contrato"].each() if row["status"] != "A")

    assert asked(crowd, "check_pppoe_status", today, login=f"cliente{ended['id_cliente']}.{ended['id']}") == []


def test_a_late_client_is_in_default_unless_it_pays_in_kind(simulator_of: Maker, today: date, now: datetime) -> None:
    simulator = simulator_of(1)
    desk = Desk(simulator.provider)
    late = next(row for row in everyone(desk, "check_pppoe_status", today) if row["STATUS_TIPO"] == "INADIMPLENTE")
    code = int(reading.bare(late["COD_CLIENTE"]))

    simulator.provider.apply(Edit("cliente", code, {"id_tipo_cliente": PERMUTA}), now)

    [row, *_] = asked(desk, "check_pppoe_status", today, documento=bare(late["CPF"]))
    assert row["STATUS_TIPO"] == "PERMUTA"


def test_clients_come_page_by_page_in_the_order_of_their_codes(crowd: Desk, today: date) -> None:
    pages: list[list[reading.Row]] = []
    while page := asked(crowd, "listar-clientes", today, pagina=str(len(pages) + 1), por_pagina="400"):
        pages.append(page)
    codes = [int(reading.bare(row["COD_CLIENTE"])) for page in pages for row in page]

    assert [len(page) for page in pages] == [400, 400, 400, 300]
    assert codes == sorted(crowd.provider["cliente"].rows)
    assert len(asked(crowd, "listar-clientes", today)) == 100
    assert {row["SENHA"] for page in pages for row in page} == {MARK}
    assert {row["ATIVO"] for row in asked(crowd, "listar-clientes", today, ativo="N")} == {"N"}


@pytest.mark.parametrize("number", ["0", "-1", "x", ""])
def test_a_page_that_is_no_number_is_refused(crowd: Desk, today: date, number: str) -> None:
    with pytest.raises(BadRequestError, match="pagina"):
        flows.clients(crowd, {"pagina": number}, today)


def test_rows_that_come_and_go_are_found_and_lost(simulator_of: Maker, today: date, now: datetime) -> None:
    simulator = simulator_of(1)
    desk = Desk(simulator.provider)
    everyone(desk, "consulta_boleto", today)

    done = [simulator.change(5, now, kind) for kind in ("new_bill", "delete", "pay", "cancel", "pay_part")]

    assert all(len(each) == 5 for each in done)
    found = {reading.bare(row["COD_ARECEBER"]) for row in everyone(desk, "consulta_boleto", today)}
    assert found == {bill for each in truth.of_webhooks(simulator.provider).values() for bill in each.bills}
