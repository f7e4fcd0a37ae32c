"""Columns of the services about contracts."""

from typing import Final

from deploy.simulators.ixc.chance import money
from deploy.simulators.ixc.columns import MARK
from deploy.simulators.ixc.contracts import PRICES
from deploy.simulators.ixc.places import PLANS
from deploy.simulators.rbx.clients import mobile, state
from deploy.simulators.rbx.entries import (
    Column,
    Entry,
    Reader,
    always,
    blocked_since,
    client,
    dated,
    digits,
    laid_out,
    of,
    own,
)

TERMS: Final = {"A": "Ativo", "B": "Bloqueado", "I": "Inativo"}
CUTTING: Final = frozenset({"CA", "CM"})
USERS: Final = ("ana.lima", "bruno.melo", "carla.reis")
ROBOT: Final = "cobrador"


def situation(entry: Entry) -> str:
    """A ativo, B bloqueado, I inativo."""
    if entry.own["status"] != "A":
        return "I"
    return "B" if entry.own["status_internet"] in CUTTING else "A"


def _blocker(entry: Entry) -> str:
    automatic = entry.own["status_internet"] == "CA"
    return ROBOT if automatic else USERS[int(entry.own["id"]) % len(USERS)]


def _price(entry: Entry) -> str:
    return money(PRICES.get(entry.own["id_vd_contrato"], PLANS[0].cents))


def _address(column: str) -> Reader:
    """Of the installation: the contract's own, where it has one."""
    return lambda entry: (entry.client if entry.own["endereco_padrao_cliente"] == "S" else entry.own)[column]


def _city(entry: Entry) -> str:
    return entry.view.name_of("cidade", _address("cidade")(entry), "nome")


_NUMBER = Column(own("id"), number=True)
_CLIENT = Column(own("id_cliente"), number=True)
_PLAN = Column(own("id_vd_contrato"), number=True)
_PRICE = Column(_price, number=True)
CONTRACTS: Final = laid_out(
    """
Cliente_Codigo Cliente_Nome Numero Plano_Codigo Plano_Descricao Pacote_Codigo=0 Pacote_Descricao Pacote_PacoteID
Situacao_Codigo Situacao_Descricao Modelos_Contrato Assinatura Inicio DataUltimaOperacao CicloFaturamento_DiaBase=1
CicloFaturamento_Vencimento=5 ValorBruto DescontoFixo=0.00 ValorLiquido DescontoPromocional_Valor=0.00
DescontoPromocional_Prazo=0 Vigencia=0 Agrupamento=Nao Assinado=Nao EnderecoCobranca_Logradouro
EnderecoCobranca_Numero EnderecoCobranca_Complemento EnderecoCobranca_Bairro EnderecoCobranca_Cidade
EnderecoCobranca_UF EnderecoCobranca_CEP EnderecoInstalacao_UsadoParaCobranca EnderecoInstalacao_Logradouro
EnderecoInstalacao_Numero EnderecoInstalacao_Complemento EnderecoInstalacao_Bairro EnderecoInstalacao_Cidade
EnderecoInstalacao_UF EnderecoInstalacao_CEP Vendedor Adesao_Valor=0.00 Cliente_Tipo Cliente_CPF_CNPJ
Cliente_Tel_Comercial Cliente_Tel_Residencial Cliente_Tel_Celular Cliente_RG_IE Cliente_Sigla Cliente_Bloqueavel=S
Aceite_Eletronico=N Aceite_Eletronico_IP Plano_Valor Plano_Tipo=T Cliente_Email Cancelamento_Motivo
Ultima_Operacao_Usuario
""",
    {
        "Cliente_Codigo": _CLIENT,
        "Cliente_Nome": client("razao"),
        "Numero": _NUMBER,
        "Plano_Codigo": _PLAN,
        "Plano_Descricao": own("contrato"),
        "Situacao_Codigo": situation,
        "Situacao_Descricao": of(situation, TERMS.__getitem__),
        "Assinatura": of(own("data"), dated),
        "Inicio": of(own("data_ativacao"), dated),
        "DataUltimaOperacao": of(own("ultima_atualizacao"), dated),
        "ValorBruto": _PRICE,
        "ValorLiquido": _PRICE,
        "EnderecoInstalacao_Logradouro": _address("endereco"),
        "EnderecoInstalacao_Numero": _address("numero"),
        "EnderecoInstalacao_Complemento": _address("complemento"),
        "EnderecoInstalacao_Bairro": _address("bairro"),
        "EnderecoInstalacao_Cidade": _city,
        "EnderecoInstalacao_UF": state,
        "EnderecoInstalacao_CEP": of(_address("cep"), digits),
        "Cliente_Tipo": client("tipo_pessoa"),
        "Cliente_CPF_CNPJ": of(client("cnpj_cpf"), digits),
        "Cliente_Tel_Comercial": client("telefone_comercial"),
        "Cliente_Tel_Residencial": client("fone"),
        "Cliente_Tel_Celular": mobile,
        "Aceite_Eletronico_IP": always(MARK),
        "Plano_Valor": _PRICE,
        "Cliente_Email": client("email"),
        "Ultima_Operacao_Usuario": always(MARK),
    },
)
BLOCKED_CONTRACTS: Final = laid_out(
    "Contrato_Numero Contrato_Descricao Contrato_Bloqueio Contrato_Bloqueio_Usuario Cliente_Codigo Cliente_Nome",
    {
        "Contrato_Numero": _NUMBER,
        "Contrato_Descricao": own("contrato"),
        "Contrato_Bloqueio": lambda entry: f"{blocked_since(entry.own)} 02:10:00",
        "Contrato_Bloqueio_Usuario": _blocker,
        "Cliente_Codigo": _CLIENT,
        "Cliente_Nome": client("razao"),
    },
)
SLOWED: Final = laid_out(
    "Regra=1 Cliente_Codigo Cliente_Nome Contrato_Numero Contrato_Descricao",
    {
        "Cliente_Codigo": _CLIENT,
        "Cliente_Nome": client("razao"),
        "Contrato_Numero": _NUMBER,
        "Contrato_Descricao": own("contrato"),
    },
)
