"""What every reader of this RBX must finally show, computed here from the provider's rows alone.

Deliberately written apart from our mapping and from this simulator's own columns: it shares no code with what it judges.
"""

from decimal import Decimal

from deploy.simulators.ixc.store import Provider
from deploy.simulators.ixc.truth import ClientFacts


def clients(provider: Provider) -> dict[str, ClientFacts]:
    """By client code. RBX has no flag against collection, no trust unlock and no suspension, and one state of open bills."""
    found = {row["id"]: ClientFacts(row["razao"], row["ativo"] != "N", "P") for row in provider["cliente"].each()}
    for row in provider["fn_areceber"].each():
        if row["id_cliente"] in found and row["liberado"] == "S" and row["status"] in {"A", "P"}:
            open_cents = int(Decimal(row["valor_aberto"]) * 100)
            found[row["id_cliente"]].bills[row["id"]] = (row["data_vencimento"], open_cents, "A")
    for row in provider["cliente_contrato"].each():
        blocked, slowed = row["status_internet"] in {"CA", "CM"}, row["status_velocidade"] == "R"
        if row["id_cliente"] in found and row["status"] == "A" and (blocked or slowed):
            access, speed = "B" if blocked else "A", "R" if slowed else "N"
            found[row["id_cliente"]].contracts[row["id"]] = (access, speed, False, False)
    return found
