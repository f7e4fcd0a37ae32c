"""A provider of some size as the views hold it at one moment, with a year of snapshots. Seeded, no I/O.

27,000 clients have 74,000 open bills; every seventh owes. The figures of the snapshots are drawn by lot: nobody checks them.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Final

from ulid import ULID

from deploy.bench.callees import CALLING, OUTCOMES
from deploy.bench.debtors import debtor as any_debtor
from schemas.calling.decide import decide
from schemas.calling.facts import facts_of
from schemas.calls import Call
from schemas.controls import NO_CONTROLS
from schemas.debtor import Access, Debtor
from schemas.figures.names import FAMILIES, FIGURES, VERSIONS
from schemas.figures.snapshots import STEP, quarter, row_id
from schemas.instances import Instance, Rules, Window
from schemas.queue import QueueEntry
from schemas.stages import Heartbeat
from schemas.sweeps import Sweep
from schemas.views import Document

AT_ANY_HOUR = dict.fromkeys(range(7), Window(opens=time.min, closes=time.max))
WITHOUT_HOURS = "SC"
"""A state whose law names no hours: the queue is never empty."""
PROVIDER: Final[Instance] = CALLING.model_copy(
    update={
        "state": WITHOUT_HOURS,
        "zone": "America/Sao_Paulo",
        "title": "Provedor de Ensaio",
        "rules": Rules(windows=AT_ANY_HOUR, call_on_holidays=True),
    }
)
OWES_EACH: Final = 7
"""One client of so many has overdue bills."""
TWO_BILLS_OF, EACH = 7, 27
"""So many of each 27 clients have two open bills, the others three: 74 together."""
MONTH = timedelta(days=30)
OLDEST_DAYS: Final = 100
ACCESS: tuple[Access, ...] = ("active", "notice", "throttled", "blocked_auto", "blocked_manual")
CALLS_TODAY, CALL_LASTS = 400, 40
AHEAD = timedelta(hours=2)
"""By the clock of the stages' heartbeats: nobody sends newer ones while the benchmark lasts."""
YEAR_ROWS: Final = round(timedelta(days=365) / STEP)
STAGES = ("erp-poller", "hydrate", "dialer", "views", "cdr-poller", "classify", "originate")


def debtors(count: int, today: date) -> Iterator[Debtor]:
    """All of them, on the provider's date `today`."""
    return (_debtor(number, today) for number in range(count))


def _debtor(number: int, today: date) -> Debtor:
    one = any_debtor(number, 1)
    rng = Random(number)  # noqa: S311 - nobody's secret
    late = number % OWES_EACH == 0
    first = today - timedelta(days=1 + min(int(rng.expovariate(1 / 20)), OLDEST_DAYS)) if late else today
    first += timedelta(days=0 if late else rng.randrange(30))
    kept = list(one.bills.items())[: 2 if number % EACH < TWO_BILLS_OF else 3]
    bills = {name: bill.model_copy(update={"due_on": first + MONTH * month}) for month, (name, bill) in enumerate(kept)}
    access = rng.choice(ACCESS) if late else "active"
    contracts = {
        name: contract.model_copy(update={"access": access, "trust_unlock": late and number % 5 == 0})
        for name, contract in one.contracts.items()
    }
    return one.model_copy(update={"instance": PROVIDER.name, "bills": bills, "contracts": contracts})


def overdue(found: Iterator[Debtor], today: date) -> int:
    """How many debtors a page must show: the number that tells a right page from a wrong one."""
    return sum(any(bill.due_on < today for bill in one.bills.values()) for one in found)


def entry(one: Debtor, now: datetime) -> QueueEntry:
    """Its place in the call queue, as the dialer decides."""
    facts = facts_of(one)
    return QueueEntry(
        instance=one.instance,
        code=one.code,
        version=1,
        debtor_version=1,
        decided_at=now,
        facts=facts,
        verdict=decide(facts, one.code, PROVIDER, NO_CONTROLS),
    )


def calls(now: datetime) -> Iterator[Call]:
    """Those of today, one after the other until now."""
    rng = Random(CALLS_TODAY)  # noqa: S311 - nobody's secret
    midnight = datetime.combine(now.astimezone(PROVIDER.clock).date(), time(0), PROVIDER.clock).astimezone(UTC)
    step = (now - midnight) / CALLS_TODAY
    for number in range(CALLS_TODAY):
        at = midnight + step * number
        outcome = rng.choice(OUTCOMES)
        yield Call(
            instance=PROVIDER.name,
            code=str(number * OWES_EACH),
            attempt=str(ULID.from_datetime(at)),
            version=1,
            placed=True,
            number="+5582999990000",
            at=at,
            ended_at=at,
            ring_s=8.0,
            talk_s=float(rng.randrange(CALL_LASTS)) if outcome == "human" else None,
            outcome=outcome,
        )


def sweeps(now: datetime) -> Iterator[Sweep]:
    """Everything was read just now."""
    for kind in PROVIDER.erp.every:
        yield Sweep(instance=PROVIDER.name, erp=PROVIDER.erp.kind, kind=kind, sweep="1", phase="completed", at=now, rows=100)


def beats(now: datetime) -> Iterator[Heartbeat]:
    """Every stage is well, and nothing waits for it."""
    at = now + AHEAD
    return (Heartbeat(stage=name, worker="0", at=at, since=now, lag=0, progress=at) for name in STAGES)


def snapshots(now: datetime) -> Iterator[Document]:
    """A row each quarter of an hour for a year, until now: 35,040."""
    rng = Random(YEAR_ROWS)  # noqa: S311 - nobody's secret
    last = quarter(now)
    for back in range(YEAR_ROWS):
        at = last - STEP * back
        scale = 1 + rng.random() / 10
        yield {
            "_id": row_id(PROVIDER.name, at),
            "instance": PROVIDER.name,
            "at": at,
            "figures": {
                name: 0.2 * scale if one.unit == "share" else round((10**7 if one.unit == "cents" else 900) * scale)
                for name, one in FIGURES.items()
            },
            "version": dict(VERSIONS),
            "source": dict.fromkeys(FAMILIES, "measured"),
            "known": list(FAMILIES),
            "top": {},
        }
