"""What the provider itself owes: open documents of Tipo F, which a reader of clients' debts must leave out."""

from datetime import date
from random import Random
from typing import Final

from deploy.simulators.ixc import documents, names
from deploy.simulators.ixc.chance import day, money
from deploy.simulators.ixc.changes import OPEN
from deploy.simulators.ixc.filters import Row
from deploy.simulators.ixc.store import Provider, Table

FIRST_DOCUMENT: Final = 900_000_001
FIRST_SUPPLIER: Final = 900_001
SUPPLIERS: Final = 20
BILLS_PER_DOCUMENT: Final = 200


def is_suppliers(document: str) -> bool:
    """Their documents have a range of codes of their own."""
    return int(document) >= FIRST_DOCUMENT


def suppliers(provider: Provider, seed: int, today: date) -> Provider:
    """About one document for 200 open bills, kept in IXC's columns as if suppliers were clients."""
    rng, pools = Random(f"{seed}:suppliers"), names.pools(seed)
    wanted = -(-provider["fn_areceber"].select(OPEN).size // BILLS_PER_DOCUMENT)
    people = {
        code: {"id": str(code), "razao": f"{names.company(rng, pools)} LTDA", "cnpj_cpf": documents.company_document(rng)}
        for code in range(FIRST_SUPPLIER, FIRST_SUPPLIER + SUPPLIERS)
    }
    owed = {code: _document(code, rng, today) for code in range(FIRST_DOCUMENT, FIRST_DOCUMENT + wanted)}
    return Provider({name: Table(name, rows) for name, rows in {"cliente": people, "fn_areceber": owed}.items()})


def _document(code: int, rng: Random, today: date) -> Row:
    amount = money(rng.randrange(50_00, 20_000_00))
    return {
        "id": str(code),
        "id_cliente": str(FIRST_SUPPLIER + rng.randrange(SUPPLIERS)),
        "data_emissao": day(today, -rng.randrange(30, 90)),
        "data_vencimento": day(today, rng.randrange(-30, 30)),
        "valor": amount,
        "valor_aberto": amount,
        "documento": f"NF-{code % FIRST_DOCUMENT + 1}",
    }
