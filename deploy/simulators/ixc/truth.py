"""What every reader of this ERP must finally show, computed here from the rows alone.

Deliberately written apart from our mapping and from the simulator's own filters: it shares no code with what it judges.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

from deploy.simulators.ixc.filters import Row
from deploy.simulators.ixc.store import Provider

BUCKETS: Final = ((1, 7), (8, 15), (16, 30), (31, 60), (61, 90), (91, None))
ISO_LENGTH: Final = 10
NOTHING: Final = ("", "0")
ENDED: Final = ("I", "N", "D")
"""Of contracts: inactive, handed to a credit bureau, withdrawn. Whether they were suspended before says nothing."""

Bill = tuple[str, int, str]
Facts = Mapping[str, "ClientFacts"]


@dataclass(slots=True)
class ClientFacts:
    """One client: open bills as (due date ISO, open cents, status), problem contracts as (access, speed, DC, suspended).

    `aside`: those of the bills that nobody is called for; `kept`: those of these for which only instalments stand that are
    due no more: who began to read later has never seen one.
    """

    name: str
    active: bool
    participa_cobranca: str
    bills: dict[str, Bill] = field(default_factory=dict)
    contracts: dict[str, tuple[str, str, bool, bool]] = field(default_factory=dict)
    aside: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


def clients(provider: Provider) -> dict[str, ClientFacts]:
    """By client code. A bill or contract of no existing client is nobody's."""
    found = {
        row["id"]: ClientFacts(row["razao"], row["ativo"] == "S", row["participa_cobranca"])
        for row in provider["cliente"].each()
    }
    suspended = {
        row["id"]
        for row in provider["cliente_contrato"].each()
        if row["contrato_suspenso"] == "S" and row["status"] not in ENDED
    }
    owed = [
        row
        for row in provider["fn_areceber"].each()
        if row["id_cliente"] in found and row["liberado"] == "S" and row["status"] in {"A", "P"}
    ]
    instalments = Counter((row["id_cliente"], row["id_renegociacao_novo"]) for row in owed)
    kept = _kept(provider)
    for row in owed:
        open_cents = int(Decimal(row["valor_aberto"] or "0") * 100)
        client = found[row["id_cliente"]]
        client.bills[row["id"]] = (row["data_vencimento"], open_cents, row["status"])
        if _is_aside(row, suspended, instalments):
            client.aside.append(row["id"])
        elif (row["id_cliente"], row["id_renegociacao"]) in kept:
            client.aside.append(row["id"])
            client.kept.append(row["id"])
    for row in provider["cliente_contrato"].each():
        if row["id_cliente"] in found and _is_problem(row):
            found[row["id_cliente"]].contracts[row["id"]] = (
                row["status_internet"],
                row["status_velocidade"],
                row["desbloqueio_confianca_ativo"] == "S",
                row["contrato_suspenso"] == "S",
            )
    return found


def _kept(provider: Provider) -> set[tuple[str, str]]:
    """By client, agreements of which an instalment was paid, or went into another agreement, and none was cancelled."""
    kept, broken = set[tuple[str, str]](), set[tuple[str, str]]()
    for row in provider["fn_areceber"].each():
        agreement = row["id_cliente"], row["id_renegociacao_novo"]
        if agreement[1] in NOTHING or (row["liberado"] == "S" and row["status"] in {"A", "P"}):
            continue
        if row["status"] == "R" or row["id_renegociacao"] not in NOTHING:
            kept.add(agreement)
        elif row["status"] == "C":
            broken.add(agreement)
    return kept - broken


def _is_aside(bill: Row, suspended: Collection[str], instalments: Mapping[tuple[str, str], int]) -> bool:
    """`instalments`: how many are open, by client and agreement. What they replace waits as long as another bill is one."""
    linked = [bill[column] for column in ("id_contrato", "id_contrato_avulso", "id_contrato_principal")]
    contract = next((one for one in linked if one not in NOTHING), "")
    agreement = bill["id_renegociacao"]
    others = instalments.get((bill["id_cliente"], agreement), 0) - (bill["id_renegociacao_novo"] == agreement)
    replaced = agreement not in NOTHING and others > 0
    return replaced or bill["aguardando_confirmacao_pagamento"] == "S" or contract in suspended


def totals(facts: Facts) -> dict[str, int]:
    """Counts over all clients."""
    bills = [bill for each in facts.values() for bill in each.bills.values()]
    return {
        "clients": len(facts),
        "active_clients": sum(each.active for each in facts.values()),
        "open_bills": len(bills),
        "open_cents": sum(cents for _, cents, _ in bills),
        "problem_contracts": sum(len(each.contracts) for each in facts.values()),
    }


def debt(facts: Facts, today: date, min_days: int) -> dict[str, Any]:
    """What is overdue on `today`: all, by age, and split at `min_days` (pre-collection ≤, collection >).

    Split by debtors: each with all that is overdue, by the age of the oldest bill. Inactive clients count too.
    """
    late = {code: ages for code, each in facts.items() if (ages := _ages(each, today))}
    bills = [bill for ages in late.values() for bill in ages]
    owing = [(max(age for age, _ in ages), sum(cents for _, cents in ages)) for ages in late.values()]
    return {
        "today": today.isoformat(),
        "min_days": min_days,
        "debtors": len(late),
        "bills": len(bills),
        "overdue_cents": sum(cents for _, cents in bills),
        "aging": {_label(low, high): _between(bills, low, high) for low, high in BUCKETS},
        "pre_collection": {
            "cents": sum(cents for age, cents in owing if age <= min_days),
            "debtors": sum(age <= min_days for age, _ in owing),
        },
        "collection": {
            "cents": sum(cents for age, cents in owing if age > min_days),
            "debtors": sum(age > min_days for age, _ in owing),
        },
    }


def _is_problem(row: Row) -> bool:
    return (
        (row["status"] == "A" and row["status_internet"] != "A")
        or row["desbloqueio_confianca_ativo"] == "S"
        or row["status_velocidade"] == "R"
        or row["contrato_suspenso"] == "S"
    )


def _ages(client: ClientFacts, today: date) -> list[tuple[int, int]]:
    """(days late, cents) of each overdue bill; a bill without a due date is never overdue."""
    known = [(due, cents) for due, cents, _ in client.bills.values() if len(due) == ISO_LENGTH and due > "0001"]
    ages = [((today - date.fromisoformat(due)).days, cents) for due, cents in known]
    return [(age, cents) for age, cents in ages if age > 0]


def _label(low: int, high: int | None) -> str:
    return f"{low}+" if high is None else f"{low}-{high}"


def _between(bills: list[tuple[int, int]], low: int, high: int | None) -> dict[str, int]:
    inside = [cents for age, cents in bills if low <= age and (high is None or age <= high)]
    return {"bills": len(inside), "cents": sum(inside)}
