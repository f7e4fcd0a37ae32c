"""What a key in mode Homologação is shown: invented people, whatever is asked. Nothing in an answer says so."""

from typing import Final

from deploy.simulators.ixc.filters import Row
from deploy.simulators.ixc.places import reference_rows
from deploy.simulators.ixc.store import Provider, Table

CLIENTS: Final = ("330531", "330570", "330593")
CONTRACTS: Final[tuple[tuple[str, Row], ...]] = (
    ("26551", {}),
    ("26552", {"status_internet": "CA", "dt_ult_bloq_auto": "2024-01-10"}),
    ("26553", {"status_velocidade": "R"}),
)
OPEN: Final = {"valor_aberto": "100.00"}
PAID: Final = {"status": "R", "valor_recebido": "100.00", "baixa_data": "2024-01-20"}


def invented() -> Provider:
    """Three clients, each with a contract, an open and a paid document; one is blocked and one slowed down."""
    people: dict[int, Row] = {
        int(code): {
            "id": code,
            "razao": f"Cliente {number:02d}",
            "cnpj_cpf": "111.444.777-35",
            "endereco": "Rua Presidente Nereu Ramos",
            "numero": "1001",
            "bairro": "Centro",
            "cidade": "1777",
            "uf": "27",
            "id_tipo_cliente": "1",
            "telefone_celular": "82999990001",
            "data_cadastro": "2023-12-01",
        }
        for number, code in enumerate(CLIENTS, 1)
    }
    contracts: dict[int, Row] = {
        int(code): {"id": code, "id_cliente": client, "contrato": "Plano 200 MB", "id_vd_contrato": "1", **state}
        for (code, state), client in zip(CONTRACTS, CLIENTS, strict=True)
    }
    bills: dict[int, Row] = {
        number: {
            "id": str(number),
            "id_cliente": client,
            "data_vencimento": "2024-01-15",
            "valor": "100.00",
            "documento": str(number),
            **state,
        }
        for number, client, state in (
            *((12_345 + number, client, OPEN) for number, client in enumerate(CLIENTS)),
            *((138 + number, client, PAID) for number, client in enumerate(CLIENTS)),
        )
    }
    tables = {"cliente": people, "cliente_contrato": contracts, "fn_areceber": bills, **reference_rows()}
    return Provider({name: Table(name, rows) for name, rows in tables.items()})
