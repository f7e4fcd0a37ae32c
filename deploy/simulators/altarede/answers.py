"""Rows of the webhooks, in the ISP's own shapes; `schemas/erp/ALTAREDE.md` tells where each was seen."""

from datetime import date
from typing import Final

from deploy.simulators.altarede import rows
from deploy.simulators.altarede.desk import PERMUTA
from deploy.simulators.ixc.chance import lot
from deploy.simulators.ixc.filters import ZERO_DATE, Row
from deploy.simulators.ixc.store import Provider

Answer = dict[str, object]

COMMA: Final = 0.1  # of the clients: their sums come with a decimal comma
DOTTED: Final = 0.3  # of the rows: their codes come with thousand dots
FIRST_TRANSACTION: Final = 900_000_000
CLOSED: Final = {"R": "PAGO", "C": "CANCELADO"}


def open_bill(provider: Provider, client: Row, bill: Row, today: date) -> Answer:
    """What is still open of one bill, due before `today` or not."""
    return _bill(provider, client, bill, bill["valor_aberto"], "VENCIDO" if overdue(bill, today) else "EM DIA")


def overdue(bill: Row, today: date) -> bool:
    """Whether an open bill was due before `today`; one without a due date never was."""
    return ZERO_DATE < bill["data_vencimento"] < today.isoformat()


def closed_bill(provider: Provider, client: Row, bill: Row) -> Answer:
    """A bill that is paid or cancelled, with its whole value."""
    row = _bill(provider, client, bill, bill["valor"], CLOSED[bill["status"]])
    return {**row, "DATA_PAGAMENTO": bill["pagamento_data"] if bill["status"] == "R" else ZERO_DATE}


def _bill(provider: Provider, client: Row, bill: Row, amount: str, status: str) -> Answer:
    booklet = rows.in_booklet(bill)
    return {
        "ID_TRANSACAO": str(FIRST_TRANSACTION + int(bill["id"])),
        "COD_CLIENTE": _code(client["id"], bill["id"]),
        "NOME": client["razao"],
        "CIDADE": rows.city(provider, client),
        "BAIRRO": client["bairro"],
        "RUA": client["endereco"],
        "DATA_VENCIMENTO": bill["data_vencimento"],
        "VALOR_TOTAL": amount.replace(".", ",") if lot("comma", client["id"]) < COMMA else amount,
        "PIX_TXT": "" if booklet else f"000201{bill['id']:0>20}",
        "CODIGO_BARRA_TRANSACAO": "" if booklet else bill["nn_boleto"],
        "link_carne_completo": bill["gateway_link"] if booklet else "",
        "COD_ARECEBER": _code(bill["id"], client["id"]),
        "OBS": bill["obs"],
        "STATUS": status,
    }


def status(provider: Provider, client: Row, contract: Row, *, late: bool) -> Answer:
    """One contract's connection; `late`: a bill of the client is overdue.

    CODIGO is our addition: what was seen names a contract only by its LOGIN, and a reader needs the same id as in exports.
    """
    online = contract["status_internet"] not in {"CA", "CM", "D"}
    return {
        "COD_CLIENTE": _code(client["id"], contract["id"]),
        "CODIGO": _code(contract["id"], client["id"]),
        "nomeCliente": client["razao"],
        "CPF": client["cnpj_cpf"],
        "plano": contract["contrato"],
        "velocidadeContratada": str(rows.speed(contract["contrato"])),
        "LOGIN": rows.login_name(contract),
        "statusIP": _access(contract),
        "statusPPPoE": "ONLINE" if online else "OFFLINE",
        "conectadoDesde": f"{contract['data_ativacao']} 08:00:00" if online else "",
        "minutosConectado": int(contract["id"]) if online else 0,
        "ipv4": rows.address(contract),
        "ENDERECO": client["endereco"],
        "BAIRRO": client["bairro"],
        "CIDADE": rows.city(provider, client),
        "COMPLEMENTO": client["complemento"],
        "CTO": "",
        "PON": "",
        "OLT": "",
        "STATUS_TIPO": "PERMUTA" if client["id_tipo_cliente"] == PERMUTA else "INADIMPLENTE" if late else "ATIVO",
        "SERIAL": "",
        "os_aberta": "FALSE",
        "onu_run_state": "online" if online else "offline",
        "onu_last_down_cause": "",
        "massiva": False,
    }


def contract(provider: Provider, client: Row, row: Row) -> Answer:
    """What `infoscontrato` tells of one contract."""
    return {
        "nomeCliente": client["razao"],
        "ENDERECO": client["endereco"],
        "BAIRRO": client["bairro"],
        "CIDADE": rows.city(provider, client),
        "COMPLEMENTO": client["complemento"],
        "LOGIN": rows.login_name(row),
        "plano": row["contrato"],
    }


def plan(row: Row) -> Answer:
    """A row of Planos under the webhook's names."""
    return {
        "COD_PLANO": row["COD_PLANO"],
        "NOME": row["NOME"],
        "VALOR_MENSAL": row["VALOR_MENSAL"],
        "VEL_DOWNLOAD": row["DOWNLOAD"],
        "VEL_UPLOAD": row["UPLOAD"],
        "EXCLUIDO": "N",
        "HABILITAR_CONTRATACAO": "S",
    }


def _access(contract: Row) -> str:
    if contract["status_internet"] in {"CA", "CM"}:
        return "BLOQUEIO"
    if contract["status_internet"] == "FA" or contract["status_velocidade"] == "R":
        return "SEMIBLOQUEIO"
    return "ATIVO"


def _code(code: str, salt: str) -> str:
    return rows.dotted(code) if lot("dotted", code, salt) < DOTTED else code
