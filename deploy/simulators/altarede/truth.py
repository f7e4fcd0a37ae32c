"""What readers of Altarede must finally show, computed from the provider's IXC rows alone: one judge for each form.

Written apart from `rows` and `answers` on purpose: it shares no code with what it judges.
"""

from collections.abc import Iterator
from decimal import Decimal

from deploy.simulators.ixc.filters import Row
from deploy.simulators.ixc.store import Provider
from deploy.simulators.ixc.truth import ClientFacts


def of_export(provider: Provider) -> dict[str, ClientFacts]:
    """Exports tell no access: a login says only that the contract exists. A bill of which anything is paid is `P`."""
    found = _clients(provider)
    for client, row in _open_bills(provider):
        if client in found:
            left, whole = _cents(row["valor_aberto"]), _cents(row["valor"])
            found[client].bills[row["id"]] = (row["data_vencimento"], left, "P" if left < whole else "A")
    for client, row in _active_contracts(provider):
        if client in found:
            found[client].contracts[row["id"]] = ("", "N", False, False)
    return found


def of_webhooks(provider: Provider) -> dict[str, ClientFacts]:
    """Webhooks are asked by document: who has none, has neither bills nor contracts there. Parts paid do not show."""
    found = _clients(provider)
    known = {row["id"] for row in provider["cliente"].each() if any(map(str.isalnum, row["cnpj_cpf"]))}
    for client, row in _open_bills(provider):
        if client in known:
            found[client].bills[row["id"]] = (row["data_vencimento"], _cents(row["valor_aberto"]), "A")
    for client, row in _active_contracts(provider):
        if client in known:
            found[client].contracts[row["id"]] = (_access(row), "N", False, False)
    return found


def _clients(provider: Provider) -> dict[str, ClientFacts]:
    return {row["id"]: ClientFacts(row["razao"], row["ativo"] == "S", "P") for row in provider["cliente"].each()}


def _open_bills(provider: Provider) -> Iterator[tuple[str, Row]]:
    rows = provider["fn_areceber"].each()
    return ((row["id_cliente"], row) for row in rows if row["liberado"] == "S" and row["status"] in {"A", "P"})


def _active_contracts(provider: Provider) -> Iterator[tuple[str, Row]]:
    return ((row["id_cliente"], row) for row in provider["cliente_contrato"].each() if row["status"] == "A")


def _access(row: Row) -> str:
    if row["status_internet"] in {"CA", "CM"}:
        return "BLOQUEIO"
    return "SEMIBLOQUEIO" if row["status_velocidade"] == "R" or row["status_internet"] == "FA" else "ATIVO"


def _cents(text: str) -> int:
    return int(Decimal(text or "0") * 100)
