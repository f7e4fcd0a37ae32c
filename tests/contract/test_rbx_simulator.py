"""The RBX simulator over real HTTP: what RBX's documentation or its users tell of, each trap and each fault."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import orjson
import pytest

from deploy.simulators.ixc.columns import MARK
from deploy.simulators.ixc.provider import Size
from deploy.simulators.ixc.simulator import Simulator
from deploy.simulators.rbx import truth as judge
from deploy.simulators.rbx.entries import DueForm
from deploy.simulators.rbx.server import KEY, KEY_V2, application
from deploy.simulators.rbx.webservice import Mode
from deploy.simulators.serving import in_thread
from tests.contract.test_ixc_simulator import fail, stats, truth

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 10, 30, tzinfo=ZoneInfo("America/Maceio"))
V1, V2 = "/routerbox/ws/rbx_server_json.php", "/routerbox/ws_json/ws_json.php"
OPEN, SETTLED = "ConsultaDocumentosAbertos", "ConsultaDocumentosBaixados"
SUCCESS = {"status": 1, "erro_code": "", "erro_desc": "", "erro_inf": "", "erro_detail": ""}
EMPTY = {
    "status": 0,
    "erro_code": 1,
    "erro_inf": "",
    "erro_desc": "A consulta nao retornou resultados",
    "erro_detail": "",
    "result": "",
}
BAD_KEY = {
    "status": 0,
    "erro_code": 97,
    "erro_inf": "",
    "erro_desc": "Erro de integracao",
    "erro_detail": "Chave de integracao invalida ou inativa",
    "result": "",
}
# the columns of the samples that the project keeps of each service
SAMPLES = {
    "ConsultaClientes": """
Codigo Tipo CNPJ_CNPF Nome Endereco Numero Complemento Bairro Cidade Distrito UF CEP TelComercial TelResidencial
TelCelular BcoCobr RG_IE Nascimento CodCobr Cobranca TipoImpressao DiaCobr DiasProtesto Sigla Bloqueavel Inclusao usuario
Observacoes MapsMarkLat MapsMarkLng Grupo Situacao Email AvisoPagamento
""",
    "ConsultaClientesBloqueados": "Codigo Nome DataBloqueio DiasBloqueio",
    "ConsultaClientesReducao": "Regra Cliente_Codigo Cliente_Nome Contrato_Numero Contrato_Descricao",
    "ConsultaContratos": """
Cliente_Codigo Cliente_Nome Numero Plano_Codigo Plano_Descricao Situacao_Codigo Situacao_Descricao Assinatura Inicio
ValorBruto ValorLiquido EnderecoInstalacao_Bairro EnderecoInstalacao_Cidade Cliente_Tel_Celular
""",
    "ConsultaContratosBloqueados": """
Contrato_Numero Contrato_Descricao Contrato_Bloqueio Contrato_Bloqueio_Usuario Cliente_Codigo Cliente_Nome
""",
    OPEN: """
Conta Vencimento Documento Historico Complemento Origem Valor Tipo CliFor Nome CPF_CNPJ Telefone1 Telefone2 Telefone3
Convenio Banco NossoNumero ContratosVinculados Sequencia RegistradoNoBanco
""",
    SETTLED: """
Sequencia CodigoPessoa DataVencimento DataBaixa Motivo FormaPagto ValorOriginal ValorJuros ValorMulta ValorDesconto
ValorBaixado
""",
    "ConsultaGruposCliente": "Codigo Descricao",
}
SAMPLE_V2 = {
    "id": int,
    "account_number": int,
    "due_date": str,
    "document_number": str,
    "bank_number": str,
    "historic": str,
    "comments": str,
    "source": str,
    "bank": str,
    "value_init": float,
    "value_interest": float,
    "value_fine": float,
    "value_discount": float,
    "value_up": float,
    "address": dict,
}


@contextmanager
def served(
    *, rate: float = 0, clients: int = 150, mode: Mode = "producao", due_form: DueForm = "ymd"
) -> Iterator[httpx.Client]:
    simulator = Simulator(Size(clients, 2.7), 1, TODAY, judge.clients)
    app = application(simulator, lambda: NOW, mode=mode, due_form=due_form, rate=rate)
    with in_thread(app) as url, httpx.Client(base_url=url) as client:
        yield client


@pytest.fixture
def erp() -> Iterator[httpx.Client]:
    with served() as client:
        yield client


@pytest.fixture(scope="module")
def still() -> Iterator[httpx.Client]:
    """One server for all tests that change nothing; no service of it is empty."""
    with served() as client:
        client.post("/_sim/change", json={"kind": "slow"})
        yield client


def ask(erp: httpx.Client, service: str, filtro: str | None = "", key: str = KEY) -> httpx.Response:
    asked = {"Autenticacao": {"ChaveIntegracao": key}} | ({} if filtro is None else {"Filtro": filtro})
    return erp.post(V1, json={service: asked})


def rows(erp: httpx.Client, service: str, filtro: str = "") -> list[dict[str, str]]:
    found: list[dict[str, str]] = ask(erp, service, filtro).json()["result"] or []
    return found


def ask_v2(erp: httpx.Client, asked: object, service: str = "get_unpaid_document", key: str = KEY_V2) -> httpx.Response:
    return erp.post(V2, json={service: asked}, headers={"authentication_key": key})


def open_codes(erp: httpx.Client) -> set[str]:
    return {row["Sequencia"] for row in rows(erp, OPEN, "Tipo = 'C'")}


# --- the protocol


@pytest.mark.parametrize("service", SAMPLES)
def test_every_service_answers_in_its_envelope_with_texts_under_the_documented_names(
    still: httpx.Client, service: str
) -> None:
    answer = ask(still, service)
    body = answer.json()

    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert {name: value for name, value in body.items() if name != "result"} == SUCCESS
    assert body["result"]
    for row in body["result"]:
        assert set(SAMPLES[service].split()) <= row.keys()
        assert all(isinstance(value, str) for value in row.values())


@pytest.mark.parametrize("service", SAMPLES)
def test_an_empty_set_looks_like_an_error(still: httpx.Client, service: str) -> None:
    answer = ask(still, service, "1=0")

    assert (answer.status_code, answer.json()) == (200, EMPTY)


@pytest.mark.parametrize("key", ["", "wrong", KEY_V2])
def test_a_wrong_key_is_refused_under_200(still: httpx.Client, key: str) -> None:
    before = stats(still).get("refused", 0)

    answer = ask(still, "ConsultaClientes", key=key)

    assert (answer.status_code, answer.json()) == (200, BAD_KEY)
    assert stats(still)["refused"] - before == 1


@pytest.mark.parametrize("asked", [{}, {"Filtro": ""}, {"Autenticacao": KEY, "Filtro": ""}, {"Autenticacao": None}])
def test_no_key_is_a_wrong_one(still: httpx.Client, asked: dict[str, object]) -> None:
    assert still.post(V1, json={"ConsultaClientes": asked}).json() == BAD_KEY


@pytest.mark.parametrize("service", ["ConsultaContratos", OPEN, SETTLED])
def test_some_services_break_without_a_filter(still: httpx.Client, service: str) -> None:
    assert ask(still, service, None).status_code == 500
    assert ask(still, service, "").status_code == 200


@pytest.mark.parametrize("service", ["ConsultaClientes", "ConsultaContratosBloqueados", "ConsultaGruposCliente"])
def test_others_take_no_filter_for_everything(still: httpx.Client, service: str) -> None:
    assert len(ask(still, service, None).json()["result"]) == len(rows(still, service))


@pytest.mark.parametrize("filtro", ["Senha = 'x'", "Codigo = 1 AND", "Codigo = 'x", "Codigo = 1; DROP TABLE Clientes"])
def test_what_the_database_refuses_is_error_165(still: httpx.Client, filtro: str) -> None:
    before = stats(still).get("bad_queries", 0)

    answer = ask(still, "ConsultaClientes", filtro)

    assert (answer.status_code, answer.json()["status"], answer.json()["erro_code"]) == (200, 0, 165)
    assert answer.json()["result"] == ""
    assert stats(still)["bad_queries"] - before == 1


@pytest.mark.parametrize("body", [b"", b"not json", b"[]", b"{}", b'{"ConsultaClientes":"x"}', b'{"a":{},"b":{}}'])
def test_what_is_no_question_is_refused(still: httpx.Client, body: bytes) -> None:
    answer = still.post(V1, content=body).json()

    assert answer["status"] == 0
    assert answer["erro_code"] not in {1, 97, 165}


def test_a_service_that_does_not_exist_is_refused_and_a_write_is_counted(erp: httpx.Client) -> None:
    asked = [ask(erp, "ConsultaNada"), ask(erp, "ClienteAlteracao"), ask_v2(erp, {}, "contract_unblock")]

    codes = {answer.json().get("erro_code", answer.json().get("error_code")) for answer in asked}
    assert {answer.json()["status"] for answer in asked} == {0}
    assert not codes & {1, 97, 165}
    assert stats(erp)["writes"] == truth(erp)["writes"] == 2, "the names of those that only read begin with Consulta or get_"


def test_nothing_is_read_with_get(still: httpx.Client) -> None:
    assert still.get(V1).status_code == 405


def test_a_range_of_codes_is_answered_whole(still: httpx.Client) -> None:
    everybody = {int(row["Codigo"]) for row in rows(still, "ConsultaClientes")}

    found = [int(row["Codigo"]) for row in rows(still, "ConsultaClientes", "Codigo > 40 AND Codigo <= 90")]

    assert len(found) == len(set(found))
    assert set(found) == {code for code in everybody if 40 < code <= 90} != set()


def test_a_filter_that_somebody_injected_into_shows_everything(still: httpx.Client) -> None:
    """`Filtro` is a raw predicate: a reader that pastes text into it asks for what it never meant to."""
    everybody = len(rows(still, "ConsultaClientes"))
    hostile = "x' OR '1'='1"

    assert len(rows(still, "ConsultaClientes", "Codigo = 1 OR 1=1")) == everybody
    assert len(rows(still, "ConsultaClientes", f"Nome = '{hostile}'")) == everybody
    assert rows(still, "ConsultaClientes", "Nome = '{}'".format(hostile.replace("'", "''"))) == []


def test_what_must_not_be_published_is_marked(still: httpx.Client) -> None:
    assert all(row["Observacoes"] == row["usuario"] == MARK for row in rows(still, "ConsultaClientes"))


def test_open_documents_of_clients_agree_with_the_truth(still: httpx.Client) -> None:
    expected = {bill: fact for each in truth(still)["clients"].values() for bill, fact in each["bills"].items()}

    found = rows(still, OPEN, "Tipo = 'C'")

    shown = {row["Sequencia"]: [row["Vencimento"], round(float(row["Valor"]) * 100), "A"] for row in found}
    assert shown == expected
    assert len(rows(still, OPEN)) > len(expected), "documents of suppliers, which no client owes"


def test_due_dates_may_come_in_the_form_of_the_vendors_sample() -> None:
    with served(clients=60) as ymd, served(clients=60, due_form="ydm") as ydm:
        one, other = ({row["Sequencia"]: row["Vencimento"] for row in rows(erp, OPEN)} for erp in (ymd, ydm))
        [settled, same] = (sorted(row["DataVencimento"] for row in rows(erp, SETTLED)) for erp in (ymd, ydm))

    assert other == {code: f"{due[:4]}-{due[8:]}-{due[5:7]}" for code, due in one.items()}
    assert any(due[5:7] > "12" for due in other.values()), "a day beyond 12 settles the form"
    assert settled == same


# --- version 2


def test_version_2_tells_one_clients_open_documents_in_numbers(still: httpx.Client) -> None:
    late = next(row for row in rows(still, OPEN, "Data < '2026-10-01' AND Valor > 0 AND Tipo = 'C'"))

    body = ask_v2(still, {"customer_id": int(late["CliFor"]), "account_number": 1}).json()

    assert {name: value for name, value in body.items() if name != "result"} == {
        "status": 1,
        "error_code": 0,
        "error_description": "",
    }
    assert {row["id"]: row["due_date"] for row in body["result"]} == {
        int(row["Sequencia"]): row["Vencimento"] for row in rows(still, OPEN, f"Cliente = {late['CliFor']}")
    }
    for row in body["result"]:
        assert {name: type(value) for name, value in row.items()} == SAMPLE_V2
        extra = row["value_interest"] + row["value_fine"] - row["value_discount"]
        assert row["value_up"] == pytest.approx(row["value_init"] + extra)
        assert row["due_date"] >= "2026-11-23" or row["value_init"] == 0 or extra > 0


def test_version_2_writes_iso_dates_whatever_version_1_writes() -> None:
    with served(clients=60, due_form="ydm") as erp:
        client = rows(erp, OPEN, "Tipo = 'C' AND Data > '2026-11-12'")[0]["CliFor"]
        due = {row["due_date"] for row in ask_v2(erp, {"customer_id": client}).json()["result"]}

    assert all(date.fromisoformat(each) for each in due)


@pytest.mark.parametrize("asked", [{"customer_id": 999_999}, {"customer_id": 2, "account_number": 9}])
def test_version_2_without_documents_is_an_empty_set(still: httpx.Client, asked: dict[str, int]) -> None:
    body = ask_v2(still, asked).json()

    assert (body["status"], body["error_code"], body["result"]) == (0, 1, "")


@pytest.mark.parametrize("asked", [{}, {"customer_id": ""}, {"customer_id": "1 OR 1=1"}, {"customer_id": None}])
def test_version_2_demands_a_customer(still: httpx.Client, asked: dict[str, object]) -> None:
    body = ask_v2(still, asked).json()

    assert (body["status"], body["error_description"]) == (0, "The field customer_id is required!")


def test_the_versions_do_not_share_their_keys(still: httpx.Client) -> None:
    refused = ask_v2(still, {"customer_id": 2}, key=KEY).json()

    assert (refused["status"], refused["error_code"]) == (0, 97)
    assert still.post(V2, json={"get_unpaid_document": {"customer_id": 2}}).json()["error_code"] == 97


# --- mode Homologação


def test_homologacao_answers_well_and_with_invented_people_whatever_is_asked(still: httpx.Client) -> None:
    real = {row["Codigo"] for row in rows(still, "ConsultaClientes")}
    with served(mode="homologacao") as erp:
        for service, columns in SAMPLES.items():
            answer = ask(erp, service, "1=0")
            assert (answer.status_code, {**answer.json(), "result": ""}) == (200, {**SUCCESS, "result": ""})
            assert set(columns.split()) <= answer.json()["result"][0].keys()
        invented = {row["Codigo"] for row in rows(erp, "ConsultaClientes", "Codigo < 0")}
        everybody = {row["Codigo"] for row in rows(erp, "ConsultaClientes")}
        documents = ask_v2(erp, {"customer_id": 1}).json()
        refused = ask(erp, "ConsultaClientes", "Nada = 1").json()

    assert invented == everybody == {"330531", "330570", "330593"}
    assert not invented & real
    assert documents["status"] == 1
    assert {type(row["id"]) for row in documents["result"]} == {int}
    assert refused["erro_code"] == 165, "a request is checked as in Produção"


# --- faults


@pytest.mark.parametrize(
    ("kind", "status", "part"),
    [
        ("html", 200, "<b>Fatal error</b>"),
        ("status500", 500, "500"),
        ("permission", 200, '"erro_code":97'),
        ("ip", 403, "403 Forbidden"),
    ],
)
def test_an_ordered_error_comes_as_often_as_ordered(erp: httpx.Client, kind: str, status: int, part: str) -> None:
    fail(erp, kind, table="ConsultaClientes", count=1)

    other, first, second = ask(erp, "ConsultaContratos"), ask(erp, "ConsultaClientes"), ask(erp, "ConsultaClientes")

    assert (first.status_code, other.status_code) == (status, 200)
    assert part in first.text
    assert second.json()["status"] == 1
    assert (stats(erp)[f"fault_{kind}"], stats(erp)["pages"], stats(erp)["requests"]) == (1, 2, 3)


def test_a_refusal_of_version_2_has_its_own_envelope(erp: httpx.Client) -> None:
    fail(erp, "permission", table="get_unpaid_document")

    assert ask_v2(erp, {"customer_id": 2}).json()["error_code"] == 97


def test_a_cut_body_ends_in_the_middle(erp: httpx.Client) -> None:
    fail(erp, "cut", count=1)

    answer = ask(erp, OPEN)

    assert answer.status_code == 200
    with pytest.raises(orjson.JSONDecodeError):
        orjson.loads(answer.content)


def test_a_dropped_connection_gives_no_answer_and_the_next_one_works(erp: httpx.Client) -> None:
    fail(erp, "drop", count=1)

    with pytest.raises(httpx.RemoteProtocolError):
        ask(erp, OPEN)

    assert ask(erp, OPEN).json()["status"] == 1


def test_a_slow_answer_is_late_right_and_noticed_beside_another(erp: httpx.Client) -> None:
    fail(erp, "slow", count=1, seconds=5)
    with pytest.raises(httpx.ReadTimeout):
        erp.post(V1, json={OPEN: {"Autenticacao": {"ChaveIntegracao": KEY}, "Filtro": ""}}, timeout=0.1)
    start = time.monotonic()

    assert ask(erp, OPEN).json()["status"] == 1
    assert time.monotonic() - start < 4
    assert stats(erp)["most_in_flight"] == 2


def test_a_shift_takes_a_row_out_before_it_is_read(erp: httpx.Client) -> None:
    before = open_codes(erp)
    fail(erp, "shift", table=OPEN, count=2)

    first, second = open_codes(erp), open_codes(erp)

    assert (len(before - first), len(first - second), first < before, second < first) == (1, 1, True, True)
    assert set(first) & {bill for each in truth(erp)["clients"].values() for bill in each["bills"]} == second


# --- commands


def test_a_paid_bill_leaves_the_open_ones_and_is_among_the_settled(erp: httpx.Client) -> None:
    before = truth(erp)["totals"]["open_cents"]
    paid = erp.post("/_sim/pay").json()["id"]

    [row] = rows(erp, SETTLED, f"Sequencia = {paid}")

    assert rows(erp, OPEN, f"Sequencia = {paid}") == []
    assert (row["Motivo"], row["DataBaixa"], row["ValorBaixado"]) == ("PAGTO", "2026-11-23", row["ValorOriginal"])
    assert truth(erp)["totals"]["open_cents"] < before
    assert erp.post("/_sim/pay", json={"bill": paid}).status_code == 409


def test_a_cancelled_bill_is_settled_and_a_deleted_one_is_nowhere(erp: httpx.Client) -> None:
    gone = {}
    for kind in ("cancel", "delete"):
        [change] = erp.post("/_sim/change", json={"kind": kind}).json()["changes"]
        gone[kind] = rows(erp, SETTLED, f"Sequencia = {change['id']}")
        assert rows(erp, OPEN, f"Sequencia = {change['id']}") == []

    assert ([row["Motivo"] for row in gone["cancel"]], gone["delete"]) == (["CANCELAMENTO"], [])


def test_a_block_is_seen_in_every_service_and_in_the_truth(erp: httpx.Client) -> None:
    [change] = erp.post("/_sim/change", json={"kind": "block"}).json()["changes"]

    [contract] = rows(erp, "ConsultaContratos", f"Numero = {change['id']}")
    client = contract["Cliente_Codigo"]

    assert contract["Situacao_Codigo"] == "B"
    assert rows(erp, "ConsultaContratosBloqueados", f"Contrato_Numero = {change['id']}")
    assert truth(erp)["clients"][client]["contracts"][change["id"]][0] == "B"
    if rows(erp, "ConsultaClientes", f"Codigo = {client}")[0]["Situacao"] != "I":
        assert rows(erp, "ConsultaClientesBloqueados", f"Codigo = {client}")


def test_it_changes_by_itself_until_paused() -> None:
    with served(rate=200, clients=60) as erp:
        deadline = time.monotonic() + 60
        while stats(erp).get("change_pay", 0) < 3 and time.monotonic() < deadline:
            time.sleep(0.05)
        erp.post("/_sim/pause")
        counts = stats(erp)

        assert counts["change_pay"] >= 3
        assert erp.get("/_sim/health").json()["paused"] is True


# --- the process


def test_the_command_line_serves_the_keys_form_and_mode_it_was_given() -> None:
    options = ["--port", "0", "--clients", "5", "--today", "2026-11-23", "--key", "a" * 30, "--mode", "homologacao"]
    command = [sys.executable, "-m", "deploy.simulators.rbx.server", *options, "--due-form", "ydm"]
    environment = os.environ | {"RBX_SIM_KEY_V2": "b" * 40}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stdout is not None
            url = next(word for word in process.stdout.readline().split() if word.startswith("http://127.0.0.1:"))
            with httpx.Client(base_url=url) as erp:
                health: dict[str, Any] = erp.get("/_sim/health").json()
                found = ask(erp, OPEN, "Sequencia < 0", key="a" * 30).json()["result"]
                second = ask_v2(erp, {"customer_id": 1}, key="b" * 40).json()
        finally:
            process.terminate()

    assert health["rows"]["cliente"] == 5
    assert {row["Vencimento"] for row in found if row["Tipo"] == "C"} == {"2024-15-01"}
    assert second["status"] == 1
