"""The services of version 1: which of the provider's rows each shows, in which columns, and how a filter names them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from deploy.simulators.ixc.changes import OPEN
from deploy.simulators.ixc.filters import Conditions, condition
from deploy.simulators.rbx import clients, contracts, documents
from deploy.simulators.rbx.entries import BLOCKED, Column, Entry

OPEN_DOCUMENTS: Final = "ConsultaDocumentosAbertos"
EVERYBODY: Final[Conditions] = ()
STILL_HERE: Final = condition("ativo", "!=", "N")
SETTLED: Final = (condition("liberado", "=", "S"), condition("status", "IN", "R,C"))
SLOWED: Final = (condition("status", "=", "A"), condition("status_velocidade", "=", "R"))


@dataclass(frozen=True, slots=True)
class Service:
    """`table` and `members`: the provider's rows it is about, of which `only` leaves some. `key`: its column of codes.

    `rbx_table`: what a qualified name in a filter begins with. `strict`: without a `Filtro` it answers HTTP 500.
    `volatile`: columns that change without their row. `also`: names that only a filter knows. `owed`: shows suppliers too.
    """

    table: str
    members: Conditions
    key: str
    columns: Mapping[str, Column]
    rbx_table: str
    only: Callable[[Entry], bool] | None = None
    strict: bool = False
    volatile: tuple[str, ...] = ()
    also: Mapping[str, Column] = field(default_factory=dict)
    owed: bool = False
    names: Mapping[str, Column] = field(init=False)

    def __post_init__(self) -> None:
        """What a filter may name, in small letters, bare and qualified."""
        bare = {name.lower(): column for name, column in self.columns.items()} | {**self.also}
        qualified = {f"{self.rbx_table}.{name}": column for name, column in bare.items()}
        object.__setattr__(self, "names", bare | qualified)  # frozen for everybody else

    @property
    def keys(self) -> frozenset[str]:
        """How a filter may name the column of codes."""
        return frozenset({self.key.lower(), f"{self.rbx_table}.{self.key.lower()}"})


SERVICES: Final[Mapping[str, Service]] = {
    "ConsultaClientes": Service(
        "cliente", EVERYBODY, "Codigo", clients.CLIENTS, "clientes", volatile=("Situacao", "AvisoPagamento")
    ),
    "ConsultaClientesBloqueados": Service(
        table="cliente",
        members=(STILL_HERE,),
        key="Codigo",
        columns=clients.BLOCKED_CLIENTS,
        rbx_table="clientes",
        only=lambda entry: clients.situation(entry) == "B",
        volatile=("DataBloqueio", "DiasBloqueio"),
    ),
    "ConsultaClientesReducao": Service("cliente_contrato", SLOWED, "Contrato_Numero", contracts.SLOWED, "contratos"),
    "ConsultaContratos": Service("cliente_contrato", EVERYBODY, "Numero", contracts.CONTRACTS, "contratos", strict=True),
    "ConsultaContratosBloqueados": Service(
        "cliente_contrato", BLOCKED, "Contrato_Numero", contracts.BLOCKED_CONTRACTS, "contratos"
    ),
    OPEN_DOCUMENTS: Service(
        table="fn_areceber",
        members=OPEN,
        key="Sequencia",
        columns=documents.OPEN,
        rbx_table="movimento",
        strict=True,
        also=documents.FILTERED_AS,
        owed=True,
    ),
    "ConsultaDocumentosBaixados": Service(
        table="fn_areceber",
        members=SETTLED,
        key="Sequencia",
        columns=documents.SETTLED,
        rbx_table="movimento",
        strict=True,
        also=documents.FILTERED_AS,
    ),
    "ConsultaGruposCliente": Service("tipo_cliente", EVERYBODY, "Codigo", clients.GROUPS, "gruposcliente"),
}
