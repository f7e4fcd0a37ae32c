"""Columns of the services about clients."""

from datetime import date
from typing import Final

from deploy.simulators.ixc.columns import MARK
from deploy.simulators.rbx.entries import Column, Entry, always, client, dated, digits, laid_out, of, own

CELL: Final = ("telefone_celular", "whatsapp")


def situation(entry: Entry) -> str:
    """A ativo, B bloqueado, I inativo."""
    if entry.client["ativo"] == "N":
        return "I"
    return "B" if entry.client["id"] in entry.view.blocked else "A"


def mobile(entry: Entry) -> str:
    """RBX has no field of its own for WhatsApp."""
    return next((entry.client[name] for name in CELL if entry.client[name]), "")


def city(entry: Entry) -> str:
    """The client's, by name."""
    return entry.view.name_of("cidade", entry.client["cidade"], "nome")


def state(entry: Entry) -> str:
    """The client's, by its two letters."""
    return entry.view.name_of("uf", entry.client["uf"], "sigla")


def _notice(entry: Entry) -> str:
    return "S" if entry.client["id"] in entry.view.awaiting else "N"


def _since(entry: Entry) -> str:
    return entry.view.blocked[entry.client["id"]]


def _days(entry: Entry) -> str:
    return str((entry.view.today - date.fromisoformat(_since(entry))).days)


CLIENTS: Final = laid_out(
    """
Codigo Tipo CNPJ_CNPF Nome Endereco Numero Complemento Bairro Cidade Distrito UF CEP TelComercial TelResidencial
TelCelular BcoCobr RG_IE Nascimento CodCobr=1 Cobranca=R TipoImpressao=C DiaCobr=5 DiasProtesto=0 Sigla Cobr_Endereco
Cobr_Complemento Cobr_Bairro Cobr_Cidade Cobr_UF Cobr_CEP Bloqueavel=S Inclusao usuario Observacoes MapsMarkLat
MapsMarkLng Grupo Situacao Email AvisoPagamento
""",
    {
        "Codigo": Column(own("id"), number=True),
        "Tipo": of(own("tipo_pessoa"), lambda kind: "J" if kind == "J" else "F"),
        "CNPJ_CNPF": of(own("cnpj_cpf"), digits),
        "Nome": own("razao"),
        "Endereco": own("endereco"),
        "Numero": own("numero"),
        "Complemento": own("complemento"),
        "Bairro": own("bairro"),
        "Cidade": city,
        "UF": state,
        "CEP": of(own("cep"), digits),
        "TelComercial": own("telefone_comercial"),
        "TelResidencial": own("fone"),
        "TelCelular": mobile,
        "Nascimento": of(own("data_nascimento"), dated),
        "Inclusao": of(own("data_cadastro"), dated),
        "usuario": always(MARK),
        "Observacoes": always(MARK),
        "Grupo": Column(own("id_tipo_cliente"), number=True),
        "Situacao": situation,
        "Email": own("email"),
        "AvisoPagamento": _notice,
    },
)
BLOCKED_CLIENTS: Final = laid_out(
    "Codigo Nome DataBloqueio DiasBloqueio",
    {
        "Codigo": Column(client("id"), number=True),
        "Nome": client("razao"),
        "DataBloqueio": of(_since, "{} 02:10:00".format),
        "DiasBloqueio": Column(_days, number=True),
    },
)
GROUPS: Final = laid_out(
    "Codigo Nome Descricao",  # the vendor's sample has Nome
    {
        "Codigo": Column(own("id"), number=True),
        "Nome": own("tipo_cliente"),
        "Descricao": own("tipo_cliente"),
    },
)
