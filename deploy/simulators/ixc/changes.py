"""What happens at a provider while nobody looks: one seeded change at a time, as an edit."""

from collections.abc import Callable, Mapping
from datetime import datetime
from random import Random
from typing import Final, NamedTuple

from deploy.simulators.ixc import bills, contracts, phones
from deploy.simulators.ixc.chance import day
from deploy.simulators.ixc.filters import Conditions, Row, condition
from deploy.simulators.ixc.store import Edit, Provider, Table

Draw = Callable[[Provider, Random, datetime], Edit | None]
PATIENCE: Final = 50

OPEN: Final = (condition("liberado", "=", "S"), condition("status", "IN", "A,P"))
ACTIVE: Final = (condition("status", "=", "A"), condition("contrato_suspenso", "=", "N"))
ONLINE: Final = (*ACTIVE, condition("status_internet", "=", "A"), condition("desbloqueio_confianca_ativo", "=", "N"))
BLOCKED: Final = (*ACTIVE, condition("status_internet", "IN", "CA,CM,FA"))
TRUSTED: Final = (*ACTIVE, condition("desbloqueio_confianca_ativo", "=", "S"))
FAST: Final = (*ACTIVE, condition("status_velocidade", "=", "N"))
SLOWED: Final = (*ACTIVE, condition("status_velocidade", "=", "R"))
CLIENTS: Final = (condition("ativo", "=", "S"),)


class Change(NamedTuple):
    """What happened, by name, and to which row."""

    kind: str
    edit: Edit


def payment(provider: Provider, bill: int, rng: Random, now: datetime) -> Edit | None:
    """The whole payment of one bill; None if it is not open."""
    table = provider["fn_areceber"]
    if not table.select((*OPEN, condition("id", "=", str(bill)))).size:
        return None
    return Edit(table.name, bill, bills.paid(table.full(bill), now.date(), rng))


def draw(provider: Provider, rng: Random, now: datetime, kind: str | None = None) -> Change | None:
    """The next change, of `kind` if given; None if the data offer no row for one. Raises KeyError for an unknown kind."""
    for _ in range(1 if kind else PATIENCE):
        name = kind or rng.choices(tuple(KINDS), WEIGHTS)[0]
        edit = KINDS[name].draw(provider, rng, now)
        if edit is not None:
            return Change(name, edit)
    return None


def _one(table: Table, conditions: Conditions, rng: Random) -> Row | None:
    span = table.select(conditions)
    return table.full(span.ids[rng.randrange(span.low, span.high)]) if span.size else None


def _on(table: str, conditions: Conditions, columns: Callable[[Row, Random, datetime], Row | None]) -> Draw:
    """A change of one random row among those that meet `conditions`; None of columns: the row is gone."""

    def change(provider: Provider, rng: Random, now: datetime) -> Edit | None:
        row = _one(provider[table], conditions, rng)
        return None if row is None else Edit(table, int(row["id"]), columns(row, rng, now))

    return change


def _new_bill(provider: Provider, rng: Random, now: datetime) -> Edit | None:
    contract = _one(provider["cliente_contrato"], ACTIVE, rng)
    if contract is None:
        return None
    bill_id = provider["fn_areceber"].next_id
    return Edit("fn_areceber", bill_id, bills.bill(bill_id, contract, rng.randrange(5, 31), rng, now.date()))


def _block(_: Row, rng: Random, now: datetime) -> Row:
    return contracts.blocking(rng.choice(("CA", "CA", "CA", "CM")), day(now.date(), 0))


def _untrust(_: Row, __: Random, now: datetime) -> Row:
    return {"desbloqueio_confianca_ativo": "N", **contracts.blocking("CA", day(now.date(), 0))}


def _call_number(_: Row, rng: Random, __: datetime) -> Row:
    cell = phones.phone(rng, "82")
    return {"telefone_celular": cell, "whatsapp": phones.whatsapp(rng, "82", cell)}


class Kind(NamedTuple):
    """One sort of change; `weight` is how often it comes beside the others."""

    weight: float
    draw: Draw


# about as many bills come as go
KINDS: Final[Mapping[str, Kind]] = {
    "pay": Kind(30, _on("fn_areceber", OPEN, lambda row, rng, now: bills.paid(row, now.date(), rng))),
    "pay_part": Kind(3, _on("fn_areceber", OPEN, lambda row, _, __: bills.partly_paid(row, 0.5))),
    "cancel": Kind(3, _on("fn_areceber", OPEN, lambda row, _, now: bills.cancelled(row, now.date()))),
    "delete": Kind(0.5, _on("fn_areceber", OPEN, lambda *_: None)),
    "new_bill": Kind(36, _new_bill),
    "block": Kind(8, _on("cliente_contrato", ONLINE, _block)),
    "unblock": Kind(6, _on("cliente_contrato", BLOCKED, lambda *_: {"status_internet": "A"})),
    "trust_on": Kind(4, _on("cliente_contrato", BLOCKED, lambda _, __, now: contracts.trust(now.date()))),
    "trust_off": Kind(4, _on("cliente_contrato", TRUSTED, _untrust)),
    "slow": Kind(4, _on("cliente_contrato", FAST, lambda *_: {"status_velocidade": "R"})),
    "fast": Kind(4, _on("cliente_contrato", SLOWED, lambda *_: {"status_velocidade": "N"})),
    "deactivate": Kind(0.5, _on("cliente", CLIENTS, lambda *_: {"ativo": "N"})),
    "phone": Kind(5, _on("cliente", CLIENTS, _call_number)),
}
WEIGHTS: Final = tuple(kind.weight for kind in KINDS.values())
