"""Each service shows the rows it is about, and each column what the provider's own row says."""

from collections.abc import Callable
from datetime import datetime

import pytest

from deploy.simulators.ixc.columns import MARK
from deploy.simulators.ixc.filters import Row
from deploy.simulators.ixc.store import Edit, Provider, Table
from deploy.simulators.rbx.register import Register, shown
from deploy.simulators.rbx.services import SERVICES
from deploy.simulators.rbx.suppliers import FIRST_DOCUMENT, FIRST_SUPPLIER
from tests.unit.simulators_rbx.conftest import TODAY, Ask

Maker = Callable[[int], Provider]


def one(ask: Ask, service: str, filtro: str) -> dict[str, str]:
    [row] = ask(service, filtro)
    return row


def codes(rows: list[dict[str, str]], key: str) -> set[str]:
    return {row[key] for row in rows}


@pytest.mark.parametrize("service", SERVICES)
def test_every_row_has_every_column_as_text(ask: Ask, service: str) -> None:
    rows = ask(service)

    assert rows
    assert all(list(row) == list(SERVICES[service].columns) for row in rows)
    assert all(isinstance(value, str) for row in rows for value in row.values())
    assert all(row[SERVICES[service].key].isdecimal() for row in rows)


@pytest.mark.parametrize("service", SERVICES)
def test_every_column_may_be_asked_for_in_any_case_and_with_its_table(
    provider_of: Maker, ask_of: Callable[[Provider], Ask], service: str
) -> None:
    ask, table = ask_of(provider_of(1)), SERVICES[service].rbx_table.title()
    every = " AND ".join(f"{table}.{name.upper()} = {name}" for name in SERVICES[service].columns)

    assert ask(service, every) == ask(service)


def test_a_client_is_shown_as_rbx_writes_it(crowd: Provider, ask: Ask) -> None:
    for row in list(crowd["cliente"].each())[::50]:
        shown = one(ask, "ConsultaClientes", f"Codigo = {row['id']}")

        assert shown["CNPJ_CNPF"] == "".join(each for each in row["cnpj_cpf"] if each.isalnum())
        assert (shown["Nome"], shown["Tipo"], shown["Grupo"]) == (row["razao"], row["tipo_pessoa"], row["id_tipo_cliente"])
        assert shown["TelCelular"] == (row["telefone_celular"] or row["whatsapp"])
        assert (shown["TelResidencial"], shown["TelComercial"]) == (row["fone"], row["telefone_comercial"])
        assert (shown["usuario"], shown["Observacoes"]) == (MARK, MARK)
        assert len(shown["UF"]) == 2
    assert codes(ask("ConsultaClientes"), "Cidade") >= {"Maceió", "Arapiraca"}
    assert any(any(each.isalpha() for each in row["CNPJ_CNPF"]) for row in ask("ConsultaClientes"))


def test_a_clients_situation_is_that_of_its_contracts_unless_it_has_left(crowd: Provider, ask: Ask) -> None:
    contracts = list(crowd["cliente_contrato"].each())
    blocked = {row["id_cliente"] for row in contracts if row["status"] == "A" and row["status_internet"] in {"CA", "CM"}}
    expected = {
        row["id"]: "I" if row["ativo"] == "N" else "B" if row["id"] in blocked else "A" for row in crowd["cliente"].each()
    }

    assert {row["Codigo"]: row["Situacao"] for row in ask("ConsultaClientes")} == expected
    assert codes(ask("ConsultaClientesBloqueados"), "Codigo") == {code for code, each in expected.items() if each == "B"}
    assert set(expected.values()) == {"A", "B", "I"}


def test_a_notice_of_payment_is_given_by_who_has_a_bill_that_waits_for_it(crowd: Provider, ask: Ask) -> None:
    waiting = {row["id_cliente"] for row in crowd["fn_areceber"].each() if row["aguardando_confirmacao_pagamento"] == "S"}

    assert codes(ask("ConsultaClientes", "AvisoPagamento = 'S'"), "Codigo") == waiting != set()


def test_contracts_have_three_situations_and_their_own_lists(crowd: Provider, ask: Ask) -> None:
    rows = {row["Numero"]: row for row in ask("ConsultaContratos")}
    blocked = {code for code, row in rows.items() if row["Situacao_Codigo"] == "B"}

    for contract in crowd["cliente_contrato"].each():
        situation = rows[contract["id"]]["Situacao_Codigo"]
        assert (situation == "I") is (contract["status"] != "A")
        assert (situation == "B") is (contract["status"] == "A" and contract["status_internet"] in {"CA", "CM"})
        assert rows[contract["id"]]["Plano_Descricao"] == contract["contrato"]
    assert codes(ask("ConsultaContratosBloqueados"), "Contrato_Numero") == blocked != set()
    assert {(row["Situacao_Codigo"], row["Situacao_Descricao"]) for row in rows.values()} == {
        ("A", "Ativo"),
        ("B", "Bloqueado"),
        ("I", "Inativo"),
    }


def test_a_block_has_its_time_and_who_did_it(crowd: Provider, ask: Ask) -> None:
    for row in ask("ConsultaContratosBloqueados"):
        datetime.fromisoformat(row["Contrato_Bloqueio"])
        automatic = crowd["cliente_contrato"].full(int(row["Contrato_Numero"]))["status_internet"] == "CA"
        assert (row["Contrato_Bloqueio_Usuario"] == "cobrador") is automatic
    for row in ask("ConsultaClientesBloqueados"):
        assert int(row["DiasBloqueio"]) == (TODAY - datetime.fromisoformat(row["DataBloqueio"]).date()).days >= 0


def test_only_active_contracts_are_listed_as_slowed(crowd: Provider, ask: Ask) -> None:
    slowed = {
        row["id"] for row in crowd["cliente_contrato"].each() if row["status"] == "A" and row["status_velocidade"] == "R"
    }

    rows = ask("ConsultaClientesReducao")

    assert codes(rows, "Contrato_Numero") == slowed != set()
    assert all(row["Regra"] for row in rows)


def test_a_bill_is_open_or_settled_or_nowhere(crowd: Provider, ask: Ask) -> None:
    bills = [row for row in crowd["fn_areceber"].each() if row["liberado"] == "S"]
    settled = {row["Sequencia"]: row for row in ask("ConsultaDocumentosBaixados")}

    rows = {row["Sequencia"]: row for row in ask("ConsultaDocumentosAbertos", "Tipo = 'C'")}

    assert rows.keys() == {row["id"] for row in bills if row["status"] in {"A", "P"}}
    assert settled.keys() == {row["id"] for row in bills if row["status"] in {"R", "C"}}
    for bill in bills:
        if bill["id"] in rows:
            shown = rows[bill["id"]]
            assert (shown["Valor"], shown["CliFor"]) == (bill["valor_aberto"], bill["id_cliente"])
            assert shown["Vencimento"] == bill["data_vencimento"]
            links = (bill["id_contrato"], bill["id_contrato_avulso"], bill["id_contrato_principal"])
            assert shown["ContratosVinculados"] == next((each for each in links if each not in {"", "0"}), "")
        else:
            motive = {"R": "PAGTO", "C": "CANCELAMENTO"}[bill["status"]]
            assert (settled[bill["id"]]["Motivo"], settled[bill["id"]]["ValorOriginal"]) == (motive, bill["valor"])
            assert settled[bill["id"]]["DataBaixa"] == TODAY.isoformat()


def test_documents_of_suppliers_lie_among_the_open_ones(crowd: Provider, ask: Ask) -> None:
    foreign = ask("ConsultaDocumentosAbertos", "Tipo <> 'C'")

    assert len(foreign) == -(-len(ask("ConsultaDocumentosAbertos", "Tipo = 'C'")) // 200) > 5
    assert {(row["Tipo"], row["Historico"]) for row in foreign} == {("F", "Documento a Pagar")}
    assert all(int(row["Sequencia"]) >= FIRST_DOCUMENT > max(crowd["fn_areceber"].rows) for row in foreign)
    assert all(int(row["CliFor"]) >= FIRST_SUPPLIER > max(crowd["cliente"].rows) for row in foreign)
    assert all(row["Nome"].endswith("LTDA") for row in foreign)


def test_the_vendors_other_form_of_a_due_date_is_shown_but_not_compared(crowd: Provider) -> None:
    service, filtro = SERVICES["ConsultaDocumentosAbertos"], "Data >= '2026-11-28' AND Vencimento < '2026-12-01'"

    ymd, ydm = (
        [shown(service, entry) for entry in Register(crowd, 1, TODAY, form).entries(service, filtro, TODAY)]
        for form in ("ymd", "ydm")
    )

    assert {row["Vencimento"] for row in ymd} == {"2026-11-28", "2026-11-29", "2026-11-30"}
    assert {row["Vencimento"] for row in ydm} == {"2026-28-11", "2026-29-11", "2026-30-11"}
    assert [row["Sequencia"] for row in ymd] == [row["Sequencia"] for row in ydm]


@pytest.mark.parametrize(
    ("service", "filtro", "column", "value"),
    [
        ("ConsultaDocumentosAbertos", "Cliente = {}", "CliFor", "id_cliente"),
        ("ConsultaDocumentosBaixados", "Movimento.Cliente = {} AND Movimento.Tipo = 'C'", "CodigoPessoa", "id_cliente"),
    ],
)
def test_documents_know_names_that_are_no_columns(
    crowd: Provider, ask: Ask, service: str, filtro: str, column: str, value: str
) -> None:
    client = ask(service)[0][column]
    expected = {row[column] for row in ask(service, filtro.format(client))}

    assert expected == {client}
    assert client in {row[value] for row in crowd["fn_areceber"].each()}


def test_a_bill_of_nobody_is_shown_without_a_name(ask_of: Callable[[Provider], Ask]) -> None:
    bill: Row = {"id": "5", "id_cliente": "999", "valor_aberto": "1.00", "data_vencimento": "2026-11-01"}
    tables = {"cliente": Table("cliente", {}), "fn_areceber": Table("fn_areceber", {5: bill})}

    row = one(ask_of(Provider(tables)), "ConsultaDocumentosAbertos", "Sequencia = 5")

    assert (row["CliFor"], row["Nome"], row["Valor"]) == ("999", "", "1.00")


def test_a_contracts_own_address_is_shown_where_it_has_one(
    provider_of: Maker, ask_of: Callable[[Provider], Ask], now: datetime
) -> None:
    provider = provider_of(1)
    contract = min(provider["cliente_contrato"].rows)
    address = {"endereco_padrao_cliente": "N", "bairro": "Poço", "cidade": "1693", "cep": "57000-001"}
    provider.apply(Edit("cliente_contrato", contract, address), now)

    row = one(ask_of(provider), "ConsultaContratos", f"Numero = {contract}")

    columns = ("EnderecoInstalacao_Bairro", "EnderecoInstalacao_Cidade", "EnderecoInstalacao_CEP")
    assert [row[name] for name in columns] == ["Poço", "Arapiraca", "57000001"]
