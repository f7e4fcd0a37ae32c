"""Altarede's rows, from the provider's rows in IXC columns: what both forms are made of. All values are texts."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from deploy.simulators.ixc import places
from deploy.simulators.ixc.bills import cents_of
from deploy.simulators.ixc.chance import lot, money
from deploy.simulators.ixc.columns import MARK
from deploy.simulators.ixc.filters import ZERO_DATE, Row
from deploy.simulators.ixc.store import Provider, Table

KBPS: Final = {"MEGA": 1024, "GIGA": 1024 * 1024}
DUE_DAYS: Final = (5, 10, 15, 20, 25)
BOOKLETS: Final = 0.2
SERVICES: Final = 12


def dotted(code: str) -> str:
    """`"1042"` → `"1.042"`, as Altarede writes codes."""
    return f"{int(code):,}".replace(",", ".")


def each(table: Table) -> Iterator[Row]:
    """Whole IXC rows by ascending id."""
    return (table.full(row_id) for row_id in sorted(table.rows))


def clients(provider: Provider) -> Iterator[Row]:
    """Rows of Clientes."""
    return (client(provider, row) for row in each(provider["cliente"]))


def client(provider: Provider, row: Row) -> Row:
    """One row of Clientes from a whole row of `cliente`."""
    company = row["tipo_pessoa"] == "J"
    kind, _, street = row["endereco"].partition(" ")
    return {
        "COD_CLIENTE": dotted(row["id"]),
        "NOME": row["razao"],
        "TIPO_CLIENTE": "J" if company else "F",
        "CPF": "" if company else row["cnpj_cpf"],
        "CNPJ": row["cnpj_cpf"] if company else "",
        "IDENTIDADE": row["ie_identidade"],
        "DATA_NASCIMENTO": row["data_nascimento"],
        "EMAIL1": row["email"],
        "TELEFONE_CELULAR1": row["telefone_celular"],
        "TELEFONE_RESIDENCIAL": row["fone"],
        "ATIVO": row["ativo"],
        "LOGRADOURO": kind.upper(),
        "ENDERECO": f"{street} {row['numero']}".strip(),
        "COMPLEMENTO": row["complemento"],
        "BAIRRO": row["bairro"],
        "CIDADE": city(provider, row),
        "ESTADO": _of(provider["uf"], row["uf"], "sigla"),
        "CEP": row["cep"],
        "SENHA": MARK,
    }


def city(provider: Provider, row: Row) -> str:
    """The name of the city of a row of `cliente`; empty where there is none."""
    return _of(provider["cidade"], row["cidade"], "nome")


def logins(provider: Provider) -> Iterator[Row]:
    """Rows of Logins: one for each active contract."""
    return (login(row) for row in each(provider["cliente_contrato"]) if row["status"] == "A")


def login(row: Row) -> Row:
    """One row of Logins from a whole row of `cliente_contrato`."""
    number = int(row["id"])
    return {
        "COD_CLIENTE": dotted(row["id_cliente"]),
        "COD_PLANO": row["id_vd_contrato"],
        "CODIGO": dotted(row["id"]),
        "LOGIN": login_name(row),
        "SENHA": MARK,
        "IP": address(row),
        "MAC": ":".join(f"{byte:02x}" for byte in (2, 0, *number.to_bytes(4))),
        "DIA_VENCIMENTO": str(DUE_DAYS[number % len(DUE_DAYS)]),
        "DATA_INSTALACAO": row["data_ativacao"],
    }


def login_name(row: Row) -> str:
    """The PPPoE name of a contract; after its last dot stands the contract's id."""
    return f"cliente{row['id_cliente']}.{row['id']}"


def address(row: Row) -> str:
    """An IPv4 address of the range that is set aside for benchmarks."""
    number = int(row["id"])
    return f"198.18.{number >> 8 & 255}.{number & 255}"


def plans(_: Provider) -> Iterator[Row]:
    """Rows of Planos; speeds in kbps."""
    for number, plan in enumerate(places.PLANS, 1):
        down = speed(plan.name)
        yield {
            "COD_PLANO": str(number),
            "NOME": plan.name,
            "VALOR_MENSAL": money(plan.cents),
            "DOWNLOAD": str(down),
            "UPLOAD": str(down // 2),
        }


def speed(plan: str) -> int:
    """Speed in kbps as the plan's name tells: `FIBRA 100 MEGA` → 102400; 0 if it tells none."""
    words = plan.upper().split()
    told = (int(number) * KBPS[unit] for number, unit in pairwise(words) if unit in KBPS)
    return next(told, 0)


def bills(provider: Provider, *, booklets: bool) -> Iterator[Row]:
    """Rows of Financeiro, or of Carnês if `booklets`: each bill is in one of them; cancelled and hidden ones in none."""
    shown = (row for row in each(provider["fn_areceber"]) if in_booklet(row) is booklets)
    return (bill(row) for row in shown if row["liberado"] == "S" and row["status"] in {"A", "P", "R"})


def in_booklet(row: Row) -> bool:
    """Whether a bill belongs to a carnê."""
    return lot("carne", row["id"]) < BOOKLETS


def bill(row: Row) -> Row:
    """One bill from a whole row of `fn_areceber`; until all is paid it has no payment date, whatever was received."""
    paid = row["status"] == "R"
    received = cents_of(row["valor"]) - (0 if paid else cents_of(row["valor_aberto"]))
    return {
        "COD_ARECEBER": dotted(row["id"]),
        "COD_CLIENTE": dotted(row["id_cliente"]),
        "DATA_VENCIMENTO": row["data_vencimento"],
        "VALOR": row["valor"],
        "VALOR_PAGO": money(received) if received else "",
        "DATA_PAGAMENTO": row["pagamento_data"] if paid else ZERO_DATE,
    }


def services(provider: Provider) -> Iterator[Row]:
    """A few rows of OS, for readers that must pass over them."""
    for number, row_id in enumerate(sorted(provider["cliente"].rows)[:SERVICES], 1):
        row = provider["cliente"].full(row_id)
        yield {
            "ID_OS": str(number),
            "COD_CLIENTE": dotted(row["id"]),
            "DATA_CADASTRO": row["data_cadastro"],
            "DATA_CONCLUSAO": ZERO_DATE if number % 2 else row["data_cadastro"],
            "TIPO_SERVICO": "SUPORTE" if number % 2 else "INSTALAÇÃO",
            "OBS": "",
            "OBS_CONCLUSAO": "",
        }


def _of(table: Table, row_id: str, column: str) -> str:
    return table.rows.get(int(row_id or 0), {}).get(column, "")
