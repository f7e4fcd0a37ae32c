"""Providers with whatever breaks a page: no client, no debtor, half a first reading, ugly names, thousands of rows."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from ulid import ULID

from schemas import views
from schemas.attempts import Outcome
from schemas.audit import AUDIT, Audited
from schemas.calls import Call
from schemas.debtor import Bill, Contract, Debtor
from schemas.evidence import Evidence, Heard
from schemas.instances import Instance
from schemas.sweeps import Sweep
from sinks.views.letters import dead_letter
from tests.integration import dashboard_debt
from tests.integration.dashboard_provider import AHEAD, Owing, Seeded, beats, entry, instance
from tests.unit.records import Given

LONG, SCRIPT = "W" * 200, "<script>document.title='broken'</script>"
UGLY = (LONG, SCRIPT)
MILLIONS = 1_000_000_000
"""Cents: R$ 10 million."""
MANY = 5_000
WEB = {"url": "https://erp.invalid/", "token": "sealed"}
ERPS: Mapping[str, Mapping[str, Any]] = {
    "norte": {"kind": "ixc", **WEB},
    "vazio": {"kind": "altarede-export", "folder": "/nowhere"},
    "emdia": {"kind": "altarede-webhooks", **WEB},
    "novo": {"kind": "rbx", **WEB},
    "feio": {"kind": "ixc", **WEB},
    "cheio": {"kind": "ixc", **WEB},
}
"""By the provider's name: one with everything, without a client, without a debtor, half read, ugly, full."""
TITLES = {
    "norte": "Norte Telecom",
    "vazio": "Vazio",
    "emdia": "Em Dia",
    "novo": "Novo",
    "feio": f"<b>{LONG}",
    "cheio": "Cheio",
}
SLOW = dict.fromkeys(("client", "contract", "bill", "reference"), 86_400)
"""Seconds between two readings, so that none is late however long the tests last."""
ENDS: tuple[Outcome | None, ...] = ("human", "machine", "busy", "no_answer", None)


def providers() -> dict[str, Instance]:
    """All of them, on one calendar."""
    made = {name: instance(name, title).model_dump(mode="json") for name, title in TITLES.items()}
    return {name: Instance.model_validate({**made[name], "erp": {**ERPS[name], "every": SLOW}}) for name in made}


def fill(found: Seeded, now: datetime) -> None:
    """Write everything that the pages read, as the sinks would."""
    of = providers()
    today = now.astimezone(of["norte"].clock).date()
    norte = dashboard_debt.debtors(of["norte"], 1, 300, today, now)
    paid = [one.model_copy(update={"bills": {}}) for one in dashboard_debt.debtors(of["emdia"], 2, 20, today, now)]
    half = dashboard_debt.debtors(of["novo"], 3, 20, today, now)
    ugly = [uglified(one, today) for one in dashboard_debt.debtors(of["feio"], 4, 24, today, now, UGLY)]
    (like,) = dashboard_debt.debtors(of["cheio"], 5, 1, today, now)
    some = {"norte": norte, "vazio": (), "emdia": paid, "novo": half, "feio": ugly, "cheio": (like,)}
    for name, one in of.items():
        dashboard_debt.add(found, one, some[name], now)
        found.put("sweeps", [views.sweep(done(one, kind, now)) for kind in one.erp.every])
        queued(found, one, some[name], today, now)
    found.database["sweeps"].delete_many({"instance": "novo", "kind": {"$in": ["bill", "contract"]}})
    found.put("sweeps", [views.sweep(failed(of["novo"], now))])
    found.database["calls"].delete_many(
        {"attempt": {"$exists": False}}
    )  # of the pages of debt, which ask for no more of them
    many(found, like, today)
    called(found, of, now)
    told(found, now)
    found.put(views.STAGES, [views.stage(beat) for beat in beats(datetime.now(UTC) + AHEAD)])


def done(of: Instance, kind: Any, at: datetime) -> Sweep:  # noqa: ANN401 - a Kind, as a mapping's key
    return Sweep(instance=of.name, erp=of.erp.kind, kind=kind, sweep="1", phase="completed", at=at, rows=100)


def failed(of: Instance, at: datetime) -> Sweep:
    error = f"no answer from the ERP on {'y' * 200}: ConnectTimeout"
    return Sweep(instance=of.name, erp=of.erp.kind, kind="bill", sweep="1", phase="failed", at=at, error=error)


def uglified(one: Debtor, today: date) -> Debtor:
    """Every name of it is one that breaks a page, every bill ten million, and all of it has been due for long."""
    name = UGLY[int(one.code) % 2]
    where = {"bairro": f"B{int(one.code) % 4}{name}", "client_type": f"T{name}", "branch": f"F{name}"}
    bills = {
        code: bill.model_copy(
            update={"open_cents": MILLIONS, "status": "open", "due_on": today - timedelta(days=9 + i * 40)}
        )
        for i, (code, bill) in enumerate(one.bills.items())
    }
    contracts = {code: contract.model_copy(update={"plan": name}) for code, contract in one.contracts.items()}
    client = one.client.model_copy(update=where) if one.client else None
    return one.model_copy(update={"bills": bills, "client": client, "contracts": contracts})


def queued(found: Seeded, of: Instance, some: Sequence[Debtor], today: date, now: datetime) -> None:
    owing = [
        Owing(
            one.code,
            one.client.name if one.client else "",
            True,
            tuple((b.due_on, b.open_cents) for b in one.bills.values()),
        )
        for one in some
    ]
    if owing:
        found.put("queue", [views.queue(entry(of, one, today, now)) for one in owing])


def many(found: Seeded, like: Debtor, today: date) -> None:
    """`MANY` debtors after the likeness of one, each with one bill of a blocked contract, and as many calls."""
    contract = Contract(plan="500 MEGA", status="active", access="blocked_auto", access_raw="CA", seen_at=like.changed_at)
    bill = Bill(contract="c", due_on=today - timedelta(days=9), open_cents=9_990, status="open", seen_at=like.changed_at)
    model = views.debtor(like.model_copy(update={"contracts": {"c": contract}, "bills": {"b": bill}}))
    found.put(
        "debtors",
        [
            {**model, "_id": f"cheio:{i}", "code": str(i), "client": {**model["client"], "name": f"Cliente {i:05}"}}
            for i in range(MANY)
        ],
    )


def called(found: Seeded, of: Mapping[str, Instance], now: datetime) -> None:
    """Forty calls of two providers, five thousand of one; of the newest a witness told."""
    (newest, *more) = [call(of[name], number, now) for name in ("norte", "feio") for number in range(40)]
    found.put("calls", [views.call(one) for one in (newest, *more)])
    model = views.call(call(of["cheio"], 0, now))
    found.put(
        "calls",
        [{**model, "_id": f"cheio:c{i}", "attempt": f"{i:026}", "at": now - timedelta(minutes=i)} for i in range(MANY)],
    )
    piece = {"witness": "sql", "piece": "record", "fields": {"disposition": "ANSWERED", "lastdata": LONG}, "seen_at": now}
    of_newest = {"instance": newest.instance, "code": newest.code, "attempt": newest.attempt}
    found.put("evidence", [views.evidence(Evidence.model_validate({**of_newest, **piece}))])


def call(of: Instance, number: int, now: datetime) -> Call:
    at = now - timedelta(seconds=number) - timedelta(days=number % 4)
    outcome = ENDS[number % len(ENDS)]
    heard = Heard(amd_status="MACHINE", amd_cause="MAXWORDS-3-3") if outcome == "machine" else Heard()
    attempt = str(ULID.from_datetime(at))[:20] + f"{number:06}"
    return Call(
        instance=of.name, code=str(number % 20), attempt=attempt, version=1, at=at, number="+5582999990001",
        outcome=outcome, talk_s=5.0 + number if outcome in {"human", "machine"} else None, heard=heard, why="decided",
    )  # fmt: skip


def told(found: Seeded, now: datetime) -> None:
    """Records that nobody could read, and what people did."""
    why = {"stage": b"hydrate", "field": b"due_on", "reason": LONG.encode()}
    letters = [
        Given(
            "dead.v1",
            0,
            n,
            b"norte:bill:7",
            LONG.encode(),
            int(now.timestamp() * 1000),
            tuple({**why, "place": b"erp.bill.v1[3]@%d" % n}.items()),
        )
        for n in range(3)
    ]
    found.put(views.DEAD_LETTERS, [{**dead_letter(one), "version": one.offset} for one in letters])
    acts = [Audited(at=now, by=f"user:{LONG[:60]}", action="promise", instance="norte", code="7", what="2026-12-01")]
    found.database[AUDIT].insert_many([one.model_dump() for one in acts])


def change(found: Seeded, now: datetime) -> None:
    """Something on every page: amounts, a call, a figure of the past, a letter, a name that nobody knows."""
    norte = {"instance": "norte"}
    found.database["debtors"].update_many({**norte, "bills.0": {"$exists": True}}, {"$inc": {"bills.$[].open_cents": 100}})
    found.database["debtors"].update_many(
        {**norte, "code": {"$regex": "7$"}}, {"$set": {"client.bairro": "ZZYZX", "bills": []}}
    )
    found.put("calls", [views.call(call(providers()["norte"], 41, now))])
    for one in found.database[views.SNAPSHOTS].find(norte):
        figures = {name: value + 100 for name, value in one["figures"].items()}
        found.put(views.SNAPSHOTS, [{**one, "figures": figures}])
    letter = Given(
        "dead.v1",
        0,
        9,
        b"norte:bill:9",
        b"newer",
        int(now.timestamp() * 1000),
        (("stage", b"hydrate"), ("place", b"erp.bill.v1[3]@9"), ("field", b"due_on"), ("reason", b"no date")),
    )
    found.put(views.DEAD_LETTERS, [{**dead_letter(letter), "version": 9}])
