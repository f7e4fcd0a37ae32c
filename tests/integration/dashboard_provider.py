"""A made-up provider: its clients, bills and queue as view documents, written by the sinks' own functions."""

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pymongo import MongoClient

from schemas import views
from schemas.debtor import Bill, Client, Contract, Debtor
from schemas.erp.ixc import Ixc
from schemas.instances import Instance, Rules
from schemas.queue import Facts, QueueEntry, Verdict
from schemas.sweeps import Sweep

FIRST = [
    "Ana",
    "Bruno",
    "Carla",
    "Davi",
    "Elisa",
    "Fábio",
    "Gabriela",
    "Heitor",
    "Isabel",
    "João",
    "Karina",
    "Luís",
    "Marina",
    "Nelson",
    "Olívia",
    "Paulo",
    "Rita",
    "Sérgio",
    "Tânia",
]
LAST = [
    "Almeida",
    "Barbosa",
    "Cardoso",
    "Dias",
    "Esteves",
    "Ferreira",
    "Gomes",
    "Henriques",
    "Lima",
    "Moraes",
    "Nunes",
    "Oliveira",
    "Pereira",
    "Ramos",
    "Silva",
    "Teixeira",
]
PLANS = (7990, 9990, 11990, 14990, 19990)
HOLD_SETS = (("no_phone",), ("promise",), ("blocklist",), ("voluntary_suspension",), ("awaiting_confirmation", "no_phone"))


@dataclass(frozen=True)
class Owing:
    """One client in plain values: (due date, cents) of each open bill."""

    code: str
    name: str
    active: bool
    bills: tuple[tuple[date, int], ...]


def instance(name: str, title: str, zone: str = "America/Sao_Paulo", min_days: int = 7) -> Instance:
    """A configured provider; its ERP does not exist."""
    erp = Ixc.model_validate({"url": "https://erp.invalid/", "token": "sealed"})
    return Instance(name=name, title=title, zone=zone, erp=erp, rules=Rules(min_days_overdue=min_days))


def clients(seed: int, n: int, owing: int, today: date) -> list[Owing]:
    """`n` clients, the first `owing` of them with overdue bills; the others with one that is not due yet."""
    rng = random.Random(seed)
    found = []
    for i in range(n):
        plan = rng.choice(PLANS)
        if i < owing:
            oldest = min(int(rng.expovariate(1 / 32)) + 1, 240)
            dues = [today - timedelta(days=late) for late in range(oldest, 0, -30)]
        else:
            dues = []
        dues.append(today + timedelta(days=rng.randint(0, 25)))
        name = f"{rng.choice(FIRST)} {rng.choice(LAST)} {rng.choice(LAST)}"
        bills = tuple((due, plan + (rng.randint(0, 3) * 250)) for due in dues)
        found.append(Owing(str(10_000 + i), name, active=rng.random() > 0.06, bills=bills))
    return found


def debtor(of: Instance, client: Owing, at: datetime) -> Debtor:
    """The event of one client."""
    return Debtor(
        instance=of.name,
        code=client.code,
        version=1,
        changed_at=at,
        client=Client(name=client.name, active=client.active, phones=("+5582999990000",), bairro="Centro", seen_at=at),
        contracts={client.code: Contract(plan="500 MEGA", status="active", access="active", seen_at=at)},
        bills={
            f"{client.code}-{i}": Bill(due_on=due, open_cents=cents, status="partial" if i % 5 == 4 else "open", seen_at=at)
            for i, (due, cents) in enumerate(client.bills)
        },
    )


def entry(of: Instance, client: Owing, today: date, at: datetime) -> QueueEntry:
    """A verdict like the dialer's: too early, nothing due, some with another hold, the rest may be called."""
    number = int(client.code)
    overdue = [(due, cents) for due, cents in client.bills if due < today]
    oldest = min((due for due, _ in overdue), default=None)
    late = (today - oldest).days if oldest else 0
    cents = sum(cents for _, cents in overdue)
    holds: tuple[str, ...] = ()
    if not overdue:
        holds = ("nothing_due",)
    elif late < of.rules.min_days_overdue:
        holds = ("too_early",)
    elif number % 4 == 0:
        holds = HOLD_SETS[number // 4 % len(HOLD_SETS)]
    parts = {"days_late": min(late, 60), "amount_due": min(cents // 1000, 40)}
    if number % 3 == 0:
        parts["blocked_or_trust_unlock"] = 15
    if number % 7 == 0:
        parts["never_reached"] = 10
    return QueueEntry(
        instance=of.name,
        code=client.code,
        version=1,
        debtor_version=1,
        decided_at=at,
        facts=Facts(name=client.name, known=True, active=client.active, phones=(f"+55829{number:08d}",)),
        verdict=Verdict(holds=holds, score=sum(parts.values()), parts=parts, oldest_due_on=oldest, overdue_cents=cents),
    )


def sweeps(of: Instance, at: datetime) -> list[Sweep]:
    """Everything read just before `at`."""
    return [
        Sweep(instance=of.name, erp="ixc", kind=kind, sweep="1", phase="completed", at=at - timedelta(seconds=20), rows=100)
        for kind in of.erp.every
    ]


class Seeded:
    """A database with the views of several providers, over a synchronous client."""

    def __init__(self, mongo_uri: str, database: str) -> None:
        self.client: MongoClient = MongoClient(mongo_uri)
        self.database = self.client[database]

    def add(self, of: Instance, found: list[Owing], today: date, at: datetime) -> None:
        """Write the documents that the sinks would."""
        self.database[views.INSTANCES].replace_one(
            {"_id": of.name}, {"_id": of.name, **of.model_dump(mode="json")}, upsert=True
        )
        self.put("debtors", [views.debtor(debtor(of, client, at)) for client in found])
        self.put("queue", [views.queue(entry(of, client, today, at)) for client in found])
        self.put("sweeps", [views.sweep(sweep) for sweep in sweeps(of, at)])

    def put(self, view: str, documents: list[views.Document]) -> None:
        """Insert the documents, replacing those of the same `_id`."""
        self.database[view].delete_many({"_id": {"$in": [document["_id"] for document in documents]}})
        self.database[view].insert_many(documents)

    def close(self) -> None:
        """Give the connections back."""
        self.client.close()
