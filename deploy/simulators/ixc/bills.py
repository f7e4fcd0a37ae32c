"""Rows of `fn_areceber`."""

from collections.abc import Sequence
from datetime import date
from random import Random
from typing import Final

from deploy.simulators.ixc.chance import day, happens, lot, money, pick
from deploy.simulators.ixc.contracts import cents
from deploy.simulators.ixc.filters import Row

OPEN: Final = {
    "plain": 0.95,
    "partial": 0.02,
    "awaiting": 0.01,
    "agreement": 0.012,
    "renegotiating": 0.005,
    "nothing_left": 0.003,
}
CLOSED: Final = {"paid": 0.80, "cancelled": 0.08, "hidden": 0.06, "renegotiated": 0.06}
LINKS: Final = {"id_contrato": 0.85, "id_contrato_avulso": 0.07, "id_contrato_principal": 0.05, "none": 0.03}
AGREED: Final = 0.05  # of the clients with several open bills
PIX: Final = 0.4
EMPTY_LINK: Final = {"": 0.5, "0": 0.5}


def bill(row_id: int, contract: Row, due: int, rng: Random, today: date) -> Row:
    """An open bill over the contract's monthly price, due `due` days after `today`."""
    amount = money(cents(contract))
    return {
        "id": str(row_id),
        "id_cliente": contract["id_cliente"],
        "filial_id": contract["id_filial"],
        "data_emissao": day(today, min(due, 0) - 20),
        "data_vencimento": day(today, due),
        "valor": amount,
        "valor_aberto": amount,
        "documento": f"V-{row_id}",
        "nn_boleto": f"{row_id:017d}",
        "gateway_link": f"https://example.invalid/boleto/{row_id}",
        "ultima_atualizacao": f"{day(today, min(due, 0) - 20)} 04:{rng.randrange(60):02d}:00",
        **_link(rng, contract["id"]),
    }


def still_open(row: Row, rng: Random) -> Row:
    """Columns of one of the ways to be open."""
    match pick(rng, OPEN):
        case "partial":
            return partly_paid(row, 0.5)
        case "awaiting":
            return {"aguardando_confirmacao_pagamento": "S"}
        case "agreement":
            return {"id_renegociacao": row["id"], "tipo_renegociacao": "G"}
        case "renegotiating":
            return {"id_renegociacao_novo": row["id"]}
        case "nothing_left":
            return {"valor_aberto": "0.00"}
    return {}


def agreed(rows: Sequence[Row]) -> Sequence[Row]:
    """One client's open bills; where it is its lot, an agreement replaced the oldest and the others are its instalments.

    Drawn from the client alone, so that it changes nothing else that is drawn.
    """
    first, *others = rows or ({},)
    if not others or lot("agreement", first["id_cliente"]) >= AGREED:
        return rows
    number = first["id"]
    replaced = first | {"id_renegociacao": number, "tipo_renegociacao": "G"}
    return [replaced, *(row | {"id_renegociacao_novo": number} for row in others)]


def closed(row: Row, rng: Random, today: date) -> Row:
    """Columns of one of the ways not to be open."""
    match pick(rng, CLOSED):
        case "cancelled":
            return cancelled(row, today)
        case "hidden":
            return {"liberado": "N"}
        case "renegotiated":
            return cancelled(row, today) | {"id_renegociacao_novo": row["id"]}
    return paid(row, today, rng)


def cents_of(text: str) -> int:
    """`"26.00"` → `2600`, as this module writes money."""
    whole, _, part = text.partition(".")
    return int(whole) * 100 + int(part)


def paid(row: Row, on: date, rng: Random) -> Row:
    """Columns after the whole payment on the day `on`."""
    when = day(on, 0)
    return {
        "status": "R",
        "valor_aberto": "0.00",
        "valor_recebido": row["valor"],
        "pagamento_valor": row["valor"],
        "pagamento_data": when,
        "baixa_data": when,
        "credito_data": when,
        "recebido_via_pix": "S" if happens(rng, PIX) else "N",
        "aguardando_confirmacao_pagamento": "N",
    }


def partly_paid(row: Row, share: float) -> Row:
    """Columns after a payment of `share` (0 to 1) of what is open."""
    before = cents_of(row["valor_aberto"])
    left = before - round(before * share)
    received = cents_of(row.get("valor_recebido", "0.00")) + before - left
    return {"status": "P", "valor_aberto": money(left), "valor_recebido": money(received)}


def cancelled(row: Row, on: date) -> Row:
    """Columns after the ERP's user cancelled the bill on the day `on`."""
    return {
        "status": "C",
        "valor_aberto": "0.00",
        "valor_cancelado": row["valor_aberto"],
        "data_cancelamento": day(on, 0),
        "id_mot_cancelamento": "2",
    }


def _link(rng: Random, contract: str) -> Row:
    column = pick(rng, LINKS)
    if column == "id_contrato":
        return {column: contract}
    empty = {"id_contrato": pick(rng, EMPTY_LINK)}
    return empty if column == "none" else empty | {column: contract}
