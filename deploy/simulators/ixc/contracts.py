"""Rows of `cliente_contrato`. Only a contract with status A is ever blocked, unlocked on trust, slowed or suspended."""

from datetime import date
from random import Random
from typing import Final

from deploy.simulators.ixc.chance import day, happens, pick
from deploy.simulators.ixc.filters import Row
from deploy.simulators.ixc.places import PLANS

ENDED: Final = {"I": 0.985, "N": 0.007, "D": 0.007, "P": 0.001}
PAYING: Final = {"A": 0.965, "D": 0.01, "AA": 0.015, "CM": 0.008, "CE": 0.002}
ACCESS_BY_DAYS_LATE: Final = (
    (5, {"A": 0.70, "FA": 0.30}),
    (15, {"CA": 0.55, "FA": 0.20, "A": 0.20, "CM": 0.05}),
    (10_000, {"CA": 0.75, "A": 0.10, "CM": 0.10, "FA": 0.05}),
)
TRUSTED: Final = 0.12
SLOWED: Final = 0.10
SUSPENDED: Final = 0.012
PRICES: Final = {str(number): plan.cents for number, plan in enumerate(PLANS, 1)}
DISCONNECTING: Final = frozenset({"CA", "FA"})
OLDEST_DAYS: Final = 2_500


def contract(row_id: int, client: Row, rng: Random, today: date) -> Row:
    """What active and ended contracts share; with these columns alone it is active and connected."""
    plan = int(len(PLANS) * rng.random() ** 2)
    since = rng.randrange(30, OLDEST_DAYS)
    return {
        "id": str(row_id),
        "id_cliente": client["id"],
        "id_filial": client["filial_id"],
        "contrato": PLANS[plan].name,
        "id_vd_contrato": str(plan + 1),
        "data": day(today, -since),
        "data_ativacao": day(today, 2 - since),
        "dt_ult_ativacao": day(today, 2 - since),
        "ultima_atualizacao": f"{day(today, -rng.randrange(1, 30))} 02:{rng.randrange(60):02d}:00",
    }


def cents(row: Row) -> int:
    """The monthly price of the contract's plan; a contract that somebody wrote without one has the first."""
    return PRICES.get(row["id_vd_contrato"], PLANS[0].cents)


def ended(rng: Random, today: date) -> Row:
    """Columns of a contract that is over (or never began)."""
    status, on = pick(rng, ENDED), day(today, -rng.randrange(1, 30))
    date_column = {"I": "data_acesso_desativado", "N": "dt_utl_negativacao", "D": "dt_ult_desiste"}.get(status, "data")
    return {"status": status, "status_internet": "AA" if status == "P" else "D", date_column: on}


def access(days_late: int, rng: Random, today: date) -> Row:
    """Columns of an active contract whose oldest bill is `days_late` (0: none is)."""
    if happens(rng, SUSPENDED):
        return suspension(rng, today)
    if not days_late:
        return {"status_internet": pick(rng, PAYING)}
    shares = next(shares for most, shares in ACCESS_BY_DAYS_LATE if days_late <= most)
    code = pick(rng, shares)
    row = blocking(code, day(today, -rng.randrange(min(days_late, 10))))
    if code in DISCONNECTING and happens(rng, TRUSTED):
        row |= trust(today)
    if happens(rng, SLOWED):
        row["status_velocidade"] = "R"
    return row | {"num_parcelas_atraso": str(1 + days_late // 30), "pago_ate_data": day(today, -days_late - 30)}


def blocking(code: str, on: str) -> Row:
    """Columns that show access `code` since the ISO date `on`."""
    column = {"CA": "dt_ult_bloq_auto", "CM": "dt_ult_bloq_manual", "FA": "dt_ult_finan_atraso"}.get(code)
    return {"status_internet": code} | ({column: on} if column else {})


def trust(today: date) -> Row:
    """Columns of a trust unlock: access is back, so that only the flag tells."""
    return {
        "status_internet": "A",
        "desbloqueio_confianca_ativo": "S",
        "dt_ult_des_bloq_conf": day(today, 0),
        "nao_bloquear_ate": day(today, 3),
    }


def suspension(rng: Random, today: date) -> Row:
    """Columns of a suspension that the client asked for: no debt."""
    return {
        "status_internet": "D",
        "contrato_suspenso": "S",
        "data_inicial_suspensao": day(today, -rng.randrange(1, 60)),
        "data_final_suspensao": day(today, rng.randrange(1, 60)),
    }
