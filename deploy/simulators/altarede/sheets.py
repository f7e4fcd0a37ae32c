"""The exported files, as data: name, columns in order, and where the rows come from."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Final, Literal, NamedTuple

from deploy.simulators.altarede import rows
from deploy.simulators.ixc.filters import Row
from deploy.simulators.ixc.store import Provider

Form = Literal["xls", "csv"]
Kind = Literal["String", "Number", "DateTime"]


class Sheet(NamedTuple):
    """`kinds`: columns whose cells are typed in a spreadsheet; `twice`: columns whose name comes again in a CSV."""

    name: str
    columns: tuple[str, ...]
    rows: Callable[[Provider], Iterator[Row]]
    kinds: Mapping[str, Kind]
    twice: tuple[str, ...] = ()


_BILL: Final = ("COD_ARECEBER", "COD_CLIENTE", "DATA_VENCIMENTO", "VALOR", "VALOR_PAGO", "DATA_PAGAMENTO")
_SUMS: Final[Mapping[str, Kind]] = {"VALOR": "Number", "VALOR_PAGO": "Number"}
# dates are texts in one report and typed in another: a reader must bear both where it matters most
_DATES: Final[Mapping[str, Kind]] = {"DATA_VENCIMENTO": "DateTime", "DATA_PAGAMENTO": "DateTime"}

SHEETS: Final = (
    Sheet(
        "Clientes",
        (
            *("COD_CLIENTE", "NOME", "TIPO_CLIENTE", "CPF", "CNPJ", "IDENTIDADE", "DATA_NASCIMENTO", "EMAIL1"),
            *("TELEFONE_CELULAR1", "TELEFONE_RESIDENCIAL", "ATIVO", "LOGRADOURO", "ENDERECO", "COMPLEMENTO"),
            *("BAIRRO", "CIDADE", "ESTADO", "CEP", "SENHA"),
        ),
        rows.clients,
        {},
        ("NOME", "CIDADE"),
    ),
    Sheet(
        "Logins",
        ("COD_CLIENTE", "COD_PLANO", "CODIGO", "LOGIN", "SENHA", "IP", "MAC", "DIA_VENCIMENTO", "DATA_INSTALACAO"),
        rows.logins,
        {"DIA_VENCIMENTO": "Number", "DATA_INSTALACAO": "DateTime"},
    ),
    Sheet(
        "Planos",
        ("COD_PLANO", "NOME", "VALOR_MENSAL", "DOWNLOAD", "UPLOAD"),
        rows.plans,
        {"VALOR_MENSAL": "Number", "DOWNLOAD": "Number", "UPLOAD": "Number"},
    ),
    Sheet("Financeiro", _BILL, partial(rows.bills, booklets=False), _SUMS),
    Sheet("Carnes", _BILL, partial(rows.bills, booklets=True), {**_SUMS, **_DATES}),
    Sheet(
        "OS",
        ("ID_OS", "COD_CLIENTE", "DATA_CADASTRO", "DATA_CONCLUSAO", "TIPO_SERVICO", "OBS", "OBS_CONCLUSAO"),
        rows.services,
        {},
    ),
)
