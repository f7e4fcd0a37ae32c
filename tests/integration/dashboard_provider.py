"""A made-up provider: its clients, bills and queue as view documents, written by the sinks' own functions."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from pymongo import MongoClient

from dashboard.facts.stages import READING, needed
from schemas import views
from schemas.debtor import Access, Bill, Client, Contract, Debtor
from schemas.erp.ixc import Ixc
from schemas.instances import Instance, Rules, Window
from schemas.queue import Facts, HoldReason, QueueEntry, Verdict
from schemas.rows import ErpRow
from schemas.stages import Heartbeat
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
BAIRROS = {
    "CENTRO": "Centro",
    "centro ": "Centro",
    "Ctr.": "Centro",
    "JATIUCA": "Jatiúca",
    "jardim das rosas II": "Jardim das Rosas II",
    "": "Indefinido",
    "0": "Indefinido",
    **{f"VILA {letter}": f"Vila {letter}" for letter in "BCFGHJKLMNP"},
}
"""As the ERP writes it, and as people read it: by the reverse map or in title case."""
REVERSE = {"bairro": {"Centro": ["Ctr."], "Jatiúca": ["Jatiuca"]}}
TYPES = {"1": "Residencial", "2": "Residencial", "3": "Rural", "77": "77", "": "Indefinido"}
"""By id. 77 is in no table of the ERP."""
TYPE_NAMES = {"1": "Residencial", "2": "RESIDENCIAL ", "3": "rural"}
ACCESS: tuple[tuple[Access, str, str], ...] = (
    ("active", "A", "Ativo"),
    ("blocked_auto", "CA", "Bloqueio Automático"),
    ("unknown", "CE", "CE"),
)
"""Our word, the ERP's code, its own term."""
LOST = 97
NO_AREA_CODE = 50
"""Every so many clients have a bill that was lost, a telephone without area code."""
PLANS = (7990, 9990, 11990, 14990, 19990)
HOLD_SETS: tuple[tuple[HoldReason, ...], ...] = (
    ("no_phone",),
    ("promise",),
    ("blocklist",),
    ("voluntary_suspension",),
    ("awaiting_confirmation", "no_phone"),
)
AT_ANY_HOUR = dict.fromkeys(range(7), Window(opens=time.min, closes=time.max))


@dataclass(frozen=True)
class Owing:
    """One client in plain values: (due date, cents) of each open bill; bairro and client type as the ERP has them."""

    code: str
    name: str
    active: bool
    bills: tuple[tuple[date, int], ...]
    bairro: str = ""
    client_type: str = ""

    @property
    def access(self) -> tuple[Access, str, str]:
        """Of the one contract."""
        return ACCESS[int(self.code) % len(ACCESS)]


def instance(
    name: str,
    title: str,
    zone: str = "America/Sao_Paulo",
    min_days: int = 7,
    windows: Mapping[int, Window] = AT_ANY_HOUR,
) -> Instance:
    """A configured provider, by default one that calls at any hour; its ERP does not exist."""
    erp = Ixc.model_validate({"url": "https://erp.invalid/", "token": "sealed"})
    rules = Rules(
        min_days_overdue=min_days, max_days_overdue=3_650, windows=dict(windows), call_on_holidays=True, call_inactive=True
    )
    control = {"kind": "ari", "url": "http://pabx.invalid:8088/ari", "user": "cobranca"}
    return Instance.model_validate(
        {
            "name": name,
            "title": title,
            "zone": zone,
            "state": "SC",  # where no law names hours
            "ddd": "48",
            "erp": erp,
            "pabx": {"control": control, "context": "cobranca"},
            "rules": rules,
            "reverse": REVERSE,
        }
    )


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
        where, what = rng.choice(list(BAIRROS)), rng.choice(list(TYPES))
        found.append(Owing(str(10_000 + i), name, rng.random() > 0.06, bills, where, what))
    return found


def debtor(of: Instance, client: Owing, at: datetime) -> Debtor:
    """The event of one client."""
    access, raw, _ = client.access
    bills = [
        Bill(due_on=due, open_cents=cents, status="partial" if i % 5 == 4 else "open", status_raw="A", seen_at=at)
        for i, (due, cents) in enumerate(client.bills)
    ]
    lost = [bill.model_copy(update={"status": "unknown", "lost": True}) for bill in bills[: int(client.code) % LOST == 0]]
    return Debtor(
        instance=of.name,
        code=client.code,
        version=1,
        changed_at=at,
        client=Client(
            name=client.name,
            active=client.active,
            phones=("+5582999990000",),
            phone_problems=() if int(client.code) % NO_AREA_CODE else ("no_area_code",),
            bairro=client.bairro,
            client_type=client.client_type,
            seen_at=at,
        ),
        contracts={client.code: Contract(plan="500 MEGA", status="active", access=access, access_raw=raw, seen_at=at)},
        bills={f"{client.code}-{i}": bill for i, bill in enumerate([*bills, *lost])},
    )


def entry(of: Instance, client: Owing, today: date, at: datetime) -> QueueEntry:
    """An entry like the dialer's: every fourth is held, some by a promise that ends, or ended yesterday."""
    number = int(client.code)
    holds = HOLD_SETS[number // 4 % len(HOLD_SETS)] if number % 4 == 0 else ()
    until: dict[HoldReason, date] = {"promise": today + timedelta(days=number // 20 % 4 - 1)} if "promise" in holds else {}
    return QueueEntry(
        instance=of.name,
        code=client.code,
        version=1,
        debtor_version=1,
        decided_at=at,
        facts=Facts(
            name=client.name,
            known=True,
            active=client.active,
            phones=(f"+55829{number:08d}",),
            due=client.bills,
            blocked=number % 3 == 0,
            trust_unlock=number % 7 == 0,
        ),
        verdict=Verdict(holds=holds, until=until),
    )


def sweeps(of: Instance, at: datetime) -> list[Sweep]:
    """Everything read just before `at`."""
    return [
        Sweep(instance=of.name, erp="ixc", kind=kind, sweep="1", phase="completed", at=at - timedelta(seconds=20), rows=100)
        for kind in of.erp.every
    ]


def client_types(of: Instance, at: datetime) -> list[ErpRow]:
    """The ERP's table of them."""
    return [
        ErpRow(
            instance=of.name,
            erp="ixc",
            kind="reference",
            id=code,
            client="tipo_cliente",
            row={"tipo_cliente": name},
            seen_at=at,
            sweep="1",
        )
        for code, name in TYPE_NAMES.items()
    ]


AHEAD = timedelta(hours=1)
"""By the clock of these heartbeats: nobody sends newer ones while a test lasts."""


def beats(at: datetime) -> list[Heartbeat]:
    """Every stage is well at `at`, with nothing to do."""
    return [
        Heartbeat(stage=stage, worker="0", at=at, since=at, lag=None if stage == READING else 0, progress=at)
        for stage in needed(calls=True)
    ]


class Seeded:
    """A database with the views of several providers, over a synchronous client."""

    def __init__(self, mongo_uri: str, database: str) -> None:
        self.client: MongoClient = MongoClient(mongo_uri)
        self.database = self.client[database]

    def add(self, of: Instance, found: list[Owing], today: date, at: datetime) -> None:
        """Write the documents that the sinks would, as fresh as can be: a test begins long after its import."""
        now = datetime.now(UTC)
        self.database[views.INSTANCES].replace_one(
            {"_id": of.name}, {"_id": of.name, **of.model_dump(mode="json")}, upsert=True
        )
        self.put("debtors", [views.debtor(debtor(of, client, at)) for client in found])
        self.put("queue", [views.queue(entry(of, client, today, at)) for client in found])
        self.put("sweeps", [views.sweep(sweep) for sweep in sweeps(of, now)])
        self.put("references", [views.reference(row) for row in client_types(of, at)])
        self.put(views.STAGES, [views.stage(beat) for beat in beats(now + AHEAD)])

    def put(self, view: str, documents: list[views.Document]) -> None:
        """Insert the documents, replacing those of the same `_id`."""
        self.database[view].delete_many({"_id": {"$in": [document["_id"] for document in documents]}})
        self.database[view].insert_many(documents)

    def close(self) -> None:
        """Give the connections back."""
        self.client.close()
