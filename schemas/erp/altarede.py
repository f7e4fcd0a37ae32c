"""Altarede: tables and words of its exports (`schemas/erp/ALTAREDE.md`), which an ISP's webhooks show by other names.

No documentation of the vendor exists: everything here is unverified against it, and users are told so.
"""

from schemas.erp.codes import Codes
from schemas.erp.conditions import ORDER, Where
from schemas.erp.days import closing_day, due_day
from schemas.erp.declaration import POINT, Col, Erp, Table
from schemas.erp.money import cents
from schemas.erp.phones import phone_problems, phones
from schemas.erp.values import first_of, text, unmapped, yes
from schemas.nothing import is_broken, is_no_amount

UNVERIFIED = "não verificado com o fornecedor"
ACCESS = Codes(
    {
        "ATIVO": ("active", "Ativo"),
        "SEMIBLOQUEIO": ("throttled", "Semibloqueio"),
        "BLOQUEIO": ("blocked", "Bloqueio"),
    }
)
STATUS = Codes(
    {
        "ATIVO": ("active", "Ativo"),
        "INADIMPLENTE": ("active", "Inadimplente"),
        "PERMUTA": ("active", "Permuta"),
        "CANCELADO": ("inactive", "Cancelado"),
    }
)
BILL = Codes(
    {
        "": ("open", "Em aberto"),  # exports have no status: a bill is open until it has a date of payment
        "VENCIDO": ("open", "Vencido"),
        "EM DIA": ("open", "Em dia"),
        "EM ABERTO": ("open", "Em aberto"),
        "PENDENTE": ("open", "Pendente"),
        "PAGO": ("paid", "Pago"),
        "QUITADO": ("paid", "Quitado"),
        "LIQUIDADO": ("paid", "Liquidado"),
        "BAIXADO": ("paid", "Baixado"),
        "CANCELADO": ("cancelled", "Cancelado"),
    }
)
CLOSED = tuple(Where("STATUS", "!=", code) for word in ("paid", "cancelled") for code in BILL.codes_of(word))
UNPAID = Where("DATA_PAGAMENTO", "none", "")
ACTIVE, INACTIVE = "ATIVO", "INATIVO"
PHONES = ("TELEFONE_CELULAR1", "TELEFONE_RESIDENCIAL")


def active(value: str) -> bool:
    """The column's own name is a yes, too."""
    return yes(value) or value.strip().upper() == ACTIVE


def received_cents(received: str, point: str) -> int:
    """What was paid of the bill."""
    return 0 if is_no_amount(received) else cents(received, point)


def open_cents(value: str, received: str, point: str) -> int:
    """What is left of the bill."""
    return max(0, cents(value, point) - received_cents(received, point))


def bill_status(status: str, received: str, point: str) -> str:
    """A bill on which something was received and that is not closed is partly paid."""
    word = BILL(text(status if is_broken(status) else first_of(status)).upper())  # as `Where` compares
    return "partial" if word == "open" and received_cents(received, point) > 0 else word


CLIENTS = Table(
    name="Clientes",
    kind="client",
    key="COD_CLIENTE",
    owner="COD_CLIENTE",
    lost="unknown",
    document=("CPF", "CNPJ"),
    queries=((Where("COD_CLIENTE", "!=", ""),),),
    words={
        "name": Col(("NOME",), lambda name: text(first_of(name))),
        "active": Col(("ATIVO",), active),
        "unmapped": Col(("ATIVO",), unmapped("active", also=(ACTIVE, INACTIVE))),
        "person": Col(("person",), text),
        "document": Col(("document",), text),
        "document_problem": Col(("document_problem",), text),
        "company": Col(("document_of",), lambda of: of == "company"),
        "phones": Col(PHONES, phones, with_event=True),
        "phone_problems": Col(PHONES, phone_problems, with_event=True),
        "bairro": Col(("BAIRRO",), text),
        "city": Col(("CIDADE",), text),
        "uf": Col(("ESTADO",), text),
    },
)
CONTRACTS = Table(
    name="Logins",
    kind="contract",
    key="CODIGO",
    owner="COD_CLIENTE",
    lost="unknown",
    optional=frozenset({"COD_PLANO", "plano", "statusIP", "STATUS_TIPO"}),
    queries=((Where("CODIGO", "!=", ""),),),
    words={
        "plan": Col(("plano", "COD_PLANO"), lambda *names: text(first_of(*names))),
        "status": Col(("STATUS_TIPO",), STATUS),
        "status_raw": Col(("STATUS_TIPO",), text),
        "access": Col(("statusIP",), ACCESS),
        "access_raw": Col(("statusIP",), text),
    },
)
BILLS = Table(
    name="Financeiro",
    kind="bill",
    key="COD_ARECEBER",
    owner="COD_CLIENTE",
    lost="unknown",
    optional=frozenset({"STATUS", "VALOR_PAGO", "DATA_PAGAMENTO"}),
    amounts=("VALOR", "VALOR_PAGO"),
    days=("DATA_VENCIMENTO", "DATA_PAGAMENTO"),
    filled=frozenset({"DATA_VENCIMENTO", "VALOR"}),
    endings={"paid_on": Col(("DATA_PAGAMENTO", ORDER), closing_day, with_event=True)},
    queries=((UNPAID, *CLOSED),),
    words={
        "due_on": Col(("DATA_VENCIMENTO", ORDER), due_day, with_event=True),
        "open_cents": Col(("VALOR", "VALOR_PAGO", POINT), open_cents),
        "status": Col(("STATUS", "VALOR_PAGO", POINT), bill_status, codes=BILL),
        "status_raw": Col(("STATUS",), text),
    },
)
PLANS = Table(
    name="Planos",
    kind="reference",
    key="COD_PLANO",
    owner="",
    lost="unknown",
    queries=((Where("COD_PLANO", "!=", ""),),),
    extra=("NOME", "VALOR_MENSAL"),
)
CODES = frozenset({"COD_CLIENTE", "COD_PLANO", "CODIGO", "COD_ARECEBER"})
"""Columns whose thousands are separated by dots: `1.152` is 1152."""
TABLES = (CLIENTS, CONTRACTS, BILLS, PLANS)
EXPORT = Erp("altarede-export", f"Altarede, exportações ({UNVERIFIED})", TABLES, verified=False)
WEBHOOKS = Erp("altarede-webhooks", f"Altarede, webhooks do provedor ({UNVERIFIED})", TABLES, verified=False)
