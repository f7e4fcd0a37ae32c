"""More of a made-up provider: branches, bills of contracts, what came back, and the snapshots of a month."""

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from schemas import views
from schemas.debtor import Access, Bill, Client, Contract, Debtor, Speed
from schemas.figures.scope import AGES
from schemas.figures.snapshots import row_id
from schemas.instances import Instance
from tests.integration.dashboard_provider import AHEAD, BAIRROS, TYPES, Seeded, beats, client_types, sweeps

BRANCHES = {"1": "Centro", "2": "Praia"}
"""Of the ERP's table; a client of branch 9 has one that is in no table."""
STATES: tuple[tuple[Access, str, Speed, bool], ...] = (
    ("active", "A", "normal", False),
    ("active", "A", "normal", True),
    ("active", "A", "reduced", False),
    ("notice", "FA", "normal", False),
    ("blocked_auto", "CA", "normal", False),
    ("blocked_manual", "CM", "normal", False),
    ("unknown", "CE", "unknown", False),
)
"""Access, the ERP's code, speed, trust unlock."""


def debtors(of: Instance, seed: int, n: int, today: date, at: datetime, names: Sequence[str] = ()) -> list[Debtor]:
    """`n` clients of one or two contracts; bills of either, of a contract that is not listed, and of none."""
    rng = random.Random(seed)
    return [_debtor(of, rng, code, today, at, names) for code in range(n)]


def _debtor(of: Instance, rng: random.Random, code: int, today: date, at: datetime, names: Sequence[str]) -> Debtor:
    contracts = {}
    for number in range(rng.choice((1, 1, 2))):
        access, raw, speed, trust = rng.choice(STATES)
        since = at - timedelta(days=rng.randint(0, 90)) if rng.random() < 0.8 else None
        contracts[f"{code}{number}"] = Contract(
            plan="500 MEGA",
            status="active",
            access=access,
            access_raw=raw,
            access_since=since,
            speed=speed,
            trust_unlock=trust,
            seen_at=at,
        )
    bills = {
        f"{code}-{i}": Bill(
            contract=rng.choice((*contracts, *contracts, f"{code}9", "")),
            due_on=today - timedelta(days=rng.choice((-3, 0, 1, 3, 7, 8, 9, 15, 16, 30, 31, 60, 61, 90, 91, 140))),
            open_cents=rng.randint(1_000, 30_000),
            status=rng.choice(("open", "open", "partial", "unknown")),
            seen_at=at,
        )
        for i in range(rng.choice((0, 0, 1, 1, 2, 3)))
    }
    client = Client(
        name=names[code % len(names)] if names else f"Cliente {code:04}",
        active=True,
        bairro=rng.choice(list(BAIRROS)),
        client_type=rng.choice(list(TYPES)),
        branch=rng.choice((*BRANCHES, "9", "")),
        seen_at=at,
    )
    return Debtor(
        instance=of.name, code=f"{code}", version=1, changed_at=at, client=client, contracts=contracts, bills=bills
    )


def branches(of: Instance) -> list[views.Document]:
    """The ERP's table of them."""
    return [
        {
            "_id": f"{of.name}:filial:{code}",
            "version": 1,
            "instance": of.name,
            "table": "filial",
            "code": code,
            "row": {"razao": f"{name} LTDA", "fantasia": name},
        }
        for code, name in BRANCHES.items()
    ]


def closed(of: Instance, today: date) -> list[tuple[date, int, bool]]:
    """Bills that were paid: local day, cents, whether somebody answered a call the day before."""
    rng = random.Random(of.name)
    return [(today - timedelta(days=rng.randint(0, 40)), rng.randint(1_000, 20_000), rng.random() < 0.4) for _ in range(60)]


def closed_documents(of: Instance, today: date) -> tuple[list[views.Document], list[views.Document]]:
    """Those bills, and their calls."""
    bills, calls = [], []
    for n, (day, cents, called) in enumerate(closed(of, today)):
        noon = datetime.combine(day, time(12), of.clock).astimezone(UTC)
        shared = {"version": 1, "instance": of.name, "code": f"p{n}"}
        bills.append(
            {
                **shared,
                "_id": f"{of.name}:p{n}:{n}",
                "bill": str(n),
                "contract": "",
                "cents": cents,
                "due_on": day.isoformat(),
                "closed_at": noon,
                "closed_on": day.isoformat(),
                "how": "paid",
                "how_raw": "R",
            }
        )
        if called:
            at = noon - timedelta(days=1)
            calls.append({**shared, "_id": f"{of.name}:p{n}:call", "at": at, "outcome": "human", "dry_run": False})
    return bills, calls


def snapshots(of: Instance, now: datetime) -> list[views.Document]:
    """One a day at noon for 40 days: figures that grow by one a day."""
    today = now.astimezone(of.clock).date()
    return [_snapshot(of, today - timedelta(days=ago), 40 - ago) for ago in range(40, 0, -1)] + [_of_now(of, now)]


def _snapshot(of: Instance, day: date, n: int) -> views.Document:
    at = datetime.combine(day, time(12), of.clock).astimezone(UTC)
    return {"_id": row_id(of.name, at), "instance": of.name, "at": at, **_known(_figures(n))}


def _of_now(of: Instance, now: datetime) -> views.Document:
    at = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0)
    return {"_id": row_id(of.name, at), "instance": of.name, "at": at, **_known(_figures(40))}


def _figures(n: int) -> dict[str, float]:
    ages = {f"standing.age_{since}_cents": 100_000 * position + n for position, (since, _) in enumerate(AGES, start=1)}
    states = {f"access.{word}": 10 * position + n for position, (word, _, _, _) in enumerate(STATES) if position > 2}
    speeds = {"access.speed_normal": 200 + n, "access.speed_reduced": 20 + n, "access.speed_unknown": 1}
    totals = {"standing.bills": 900 + n, "standing.overdue_cents": 9_000_000 + n, "standing.debtors": 500 + n}
    totals |= {"standing.clients": 700, "standing.pre_cents": 1_000 + n, "standing.collection_cents": 8_000 + n}
    return {**ages, **states, **speeds, **totals, "access.blocked": 3, "access.active": 40 + n}


def _known(figures: dict[str, float]) -> dict[str, Any]:
    families = ("standing", "access")
    return {
        "figures": figures,
        "known": list(families),
        "version": dict.fromkeys(families, 1),
        "source": dict.fromkeys(families, "measured"),
    }


def add(found: Seeded, of: Instance, some: Sequence[Debtor], now: datetime) -> None:
    """Everything that the pages of debt read."""
    today = now.astimezone(of.clock).date()
    found.database[views.INSTANCES].replace_one(
        {"_id": of.name}, {"_id": of.name, **of.model_dump(mode="json")}, upsert=True
    )
    fresh = datetime.now(UTC)  # a test begins long after its import
    found.put("sweeps", [views.sweep(sweep) for sweep in sweeps(of, fresh)])
    found.put(views.STAGES, [views.stage(beat) for beat in beats(fresh + AHEAD)])
    bills, calls = closed_documents(of, today)
    if some:
        found.put("debtors", [views.debtor(one) for one in some])
    found.put("references", [*branches(of), *(views.reference(row) for row in client_types(of, now))])
    found.put(views.CLOSED_BILLS, bills)
    found.put("calls", calls)
    found.put(views.SNAPSHOTS, snapshots(of, now))
