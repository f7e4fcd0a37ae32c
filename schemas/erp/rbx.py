"""RBX (RouterBox): connection, tables and words (`schemas/erp/RBX.md`). How it is asked is in `rbx_protocol`."""

from typing import ClassVar, Literal

from schemas.erp import rbx_protocol
from schemas.erp.codes import UNKNOWN, Codes
from schemas.erp.conditions import ORDER, Where
from schemas.erp.days import closing_day_of_form, due_day_of_form
from schemas.erp.declaration import DATE_FORM, POINT, Col, Erp, Filter, Mark, Table
from schemas.erp.money import cents
from schemas.erp.numbers import reference
from schemas.erp.options import Web
from schemas.erp.phones import phone_problems, phones
from schemas.erp.values import first_of, perhaps, something, text, unmapped


class Rbx(Web):
    """`token`: the v1 integration key; `token_v2`: the v2 key, which settles how due dates are written; both sealed."""

    secret_fields: ClassVar[tuple[str, ...]] = ("token", "token_v2")

    kind: Literal["rbx"] = "rbx"
    token_v2: str = ""


CLIENT = Codes(
    {
        "A": ("active", "Ativo"),
        "B": ("active", "Bloqueado"),
        "S": ("active", "Suspenso"),
        "I": ("inactive", "Inativo"),
        "C": ("inactive", "Cancelado"),
    }
)
STATUS = Codes({"A": ("active", "Ativo"), "B": ("active", "Bloqueado"), "I": ("inactive", "Inativo")})
ACCESS = Codes({"A": ("active", "Ativo"), "B": ("blocked", "Bloqueado"), "I": ("disabled", "Inativo")})
BILL = Codes({"": ("open", "Em aberto"), "PAGTO": ("paid", "Pagamento")})
BLOCKED, REDUCED = "Bloqueio", "Reducao"
PHONES = ("TelCelular", "TelResidencial", "TelComercial")


def access(situation: str, blocked: str) -> str:
    """The list of blocked contracts says more than the contract's own situation."""
    return "blocked" if blocked else ACCESS(situation)


def active(situation: str) -> bool:
    """Who is not known to have left may still owe and be called."""
    return CLIENT(situation) in {"active", UNKNOWN}


def unknown(situation: str, promised: str) -> dict[str, str]:
    """See `Client.unmapped`."""
    is_unknown = CLIENT(situation) == UNKNOWN and something(situation)
    return ({"active": text(situation)} if is_unknown else {}) | FLAG_OF_CLIENT(promised)


FLAG_OF_CLIENT = unmapped("promised")
EVERYTHING = Filter("", "")
"""No server was seen to filter by nothing else; then one answer holds the whole list."""
ENDED = Where("Situacao_Codigo", "=", "I")
NEITHER_WELL_NOR_ENDED = (
    Where("Situacao_Codigo", "!=", ACCESS.code_of("active")),
    Where("Situacao_Codigo", "!=", ACCESS.code_of("disabled")),
)
"""Blocked ones, and those in a state that nobody has mapped: they are published, unknown, and counted."""
CLIENTS = Table(
    name="ConsultaClientes",
    kind="client",
    key="Codigo",
    owner="Codigo",
    document=("CNPJ_CNPF",),
    filters=(Filter("Codigo", "Codigo"), EVERYTHING),
    decorative=frozenset({"Bairro", "Cidade", "Grupo", "TelResidencial", "TelComercial"}),
    filled=frozenset({"Situacao"}),
    queries=((Where("Codigo", ">", "0"),),),
    words={
        "name": Col(("Nome",), lambda name: text(first_of(name))),
        "active": Col(("Situacao",), active, codes=CLIENT),
        "person": Col(("person",), text),
        "document": Col(("document",), text),
        "document_problem": Col(("document_problem",), text),
        "company": Col(("document_of",), lambda of: of == "company"),
        "phones": Col(PHONES, phones, with_event=True),
        "phone_problems": Col(PHONES, phone_problems, with_event=True),
        "bairro": Col(("Bairro",), text),
        "city": Col(("Cidade",), text),
        "uf": Col(("UF",), text),
        "client_type": Col(("Grupo",), reference),
        "promised": Col(("AvisoPagamento",), perhaps),
        "unmapped": Col(("Situacao", "AvisoPagamento"), unknown),
    },
)
CONTRACTS = Table(
    name="ConsultaContratos",
    kind="contract",
    key="Numero",
    owner="Cliente_Codigo",
    filters=(Filter("Numero", "Numero"), Filter("Cliente_Codigo", "Cliente_Codigo")),
    decorative=frozenset({"Plano_Descricao"}),
    filled=frozenset({"Situacao_Codigo"}),
    marks=(
        Mark(BLOCKED, "ConsultaContratosBloqueados", "Contrato_Numero", "Contrato_Bloqueio", over=ENDED),
        Mark(REDUCED, "ConsultaClientesReducao", "Contrato_Numero", "Regra", over=ENDED),
    ),
    queries=(
        NEITHER_WELL_NOR_ENDED,
        (Where(BLOCKED, "!=", ""),),
        (Where(REDUCED, "!=", ""),),
    ),
    words={
        "plan": Col(("Plano_Descricao",), text),
        "status": Col(("Situacao_Codigo",), STATUS),
        "status_raw": Col(("Situacao_Codigo",), text),
        "access": Col(("Situacao_Codigo", BLOCKED), access, codes=ACCESS),
        "access_raw": Col(("Situacao_Codigo",), text),
        "speed": Col((REDUCED,), lambda rule: "reduced" if rule else "normal"),
    },
)
BILLS = Table(
    name="ConsultaDocumentosAbertos",
    kind="bill",
    key="Sequencia",
    owner="CliFor",
    filters=(Filter("Sequencia", "Sequencia"), Filter("Cliente", "CliFor")),
    dates="Vencimento",
    amounts=("Valor",),
    days=("Vencimento", "DataBaixa"),
    filled=frozenset({"Tipo", "Vencimento", "Valor"}),
    known={"Tipo": frozenset({"C", "F"})},  # of customers, of suppliers
    withdrawn=(Where("Tipo", "!=", "C"), Where("DataBaixa", "=", "")),
    endings={"closed_on": Col(("DataBaixa", DATE_FORM, ORDER), closing_day_of_form, with_event=True)},
    lost="unknown",  # neither open nor settled: RBX has no list of what was deleted
    queries=((Where("Tipo", "=", "C"), Where("DataBaixa", "=", "")),),
    words={
        "contract": Col(("ContratosVinculados",), lambda linked: reference(*linked.replace(";", ",").split(","))),
        "due_on": Col(("Vencimento", DATE_FORM, ORDER), due_day_of_form, with_event=True),
        "open_cents": Col(("Valor", POINT), cents),
        "status": Col(("Motivo",), BILL),
        "status_raw": Col(("Motivo",), text),
    },
)
GROUPS = Table(
    name="ConsultaGruposCliente",
    kind="reference",
    key="Codigo",
    owner="",
    filters=(Filter("Codigo", "Codigo"), EVERYTHING),
    decorative=frozenset({"Nome"}),
    queries=((Where("Codigo", ">", "0"),),),
    extra=("Nome",),
)
RBX = Erp("rbx", "RBX (RouterBox)", (CLIENTS, CONTRACTS, BILLS, GROUPS), rbx_protocol.PROTOCOL)
