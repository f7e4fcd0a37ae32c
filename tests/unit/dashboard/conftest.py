"""A small, complete snapshot by hand, and the two languages."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from dashboard.facts.failures import Failure
from dashboard.facts.findings import Findings, What, findings
from dashboard.facts.snapshot import Debtor, InstanceFigures, InstanceRows, Reading, Rows, Snapshot
from dashboard.facts.sources import Source
from dashboard.facts.stages import Stage, needed
from dashboard.words.language import Language
from schemas.calling.calendar import Gate
from schemas.calling.freshness import Signs
from schemas.figures.debts import Debt
from schemas.figures.queue import REASONS, Hold, Waiting
from schemas.figures.standing import Band, Share, Standing
from schemas.instances import Instance
from schemas.queue import Closed
from schemas.reverse_map import Subject
from schemas.stages import Heartbeat

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)  # 09:00 in São Paulo

DEBTS: Mapping[Subject, tuple[Debt, ...]] = {
    "bairro": (Debt("Centro", Share(3, 4, 123_456)), Debt("Farol", Share(2, 2, 10_099))),
    "client_type": (Debt("Residencial", Share(5, 6, 133_555)),),
}

OPEN = Gate()

MakeFigures = Callable[..., InstanceFigures]
MakeReading = Callable[..., Reading]


def _debtor(code: str, score: int, due_on: date = date(2026, 11, 1), name: str = "", instance: str = "norte") -> Debtor:
    shown = (instance.title(), code, name or f"Client {code}", "•••• 0001", "Bloqueio Automático")
    return Debtor(instance, *shown, due_on, 22, 12_345, score, (("days_late", score),))


def _figures(
    name: str = "norte",
    *,
    zone: str = "America/Sao_Paulo",
    min_days: int = 7,
    head: tuple[Debtor, ...] = (),
    holds: tuple[Hold, ...] = (),
    sources: tuple[Source, ...] = (),
    title: str = "",
    debts: Mapping[Subject, tuple[Debt, ...]] = DEBTS,
    unverified: str = "",
    gate: Gate = OPEN,
    gated: int = 0,
    away: tuple[tuple[str, Closed, int], ...] = (),
) -> InstanceFigures:
    aging = (Band(1, 2, 10_000), Band(8, 3, 123_456), Band(16), Band(31), Band(61), Band(91, 1, 99))
    standing = Standing(1_234, Share(2, 2, 10_000), Share(3, 4, 123_555), aging)
    held = sum(hold.debtors for hold in holds) + gated
    waiting = Waiting(len(head), sum(debtor.cents for debtor in head), held, holds, gated, away)
    fresh = (Source("bill", NOW - timedelta(seconds=30), 7, None, "", "fresh"),)
    erp = (unverified or "IXC Soft", not unverified)
    figures = (standing, waiting, debts, head, sources or fresh)
    return InstanceFigures(name, title or name.title(), *erp, zone, min_days, gate, *figures)


WELL = tuple(Stage(name, "fresh", passed=NOW) for name in needed(calls=True))


def _reading(
    *instances: InstanceFigures,
    age: timedelta = timedelta(0),
    failure: Failure | None = None,
    dead: int = 0,
    stages: tuple[Stage, ...] = WELL,
    deaf: bool = False,
) -> Reading:
    return Reading(NOW, Snapshot(NOW - age, instances, dead, (), (), stages, deaf=deaf), failure)


def _beat(stage: str, at: datetime = NOW, lag: int | None = 0, **more: object) -> Heartbeat:
    """A heartbeat of one process, at the end of what it reads and just turned unless told otherwise."""
    like = {"stage": stage, "worker": "0", "at": at, "since": at - timedelta(hours=1), "lag": lag, "progress": at}
    return Heartbeat.model_validate(like | more)


def _rows(*read: InstanceRows, at: datetime = NOW, **more: Any) -> Rows:  # noqa: ANN401 - the fields of `Rows`
    swept = {one.instance.name: at - timedelta(minutes=1) for one in read}
    like = {"sweeps": [], "dead_letters": 0, "wrong": {}, "signs": Signs(swept, (_beat("hydrate", at),))}
    return Rows(read, **(like | more))


PABX = {"control": {"kind": "ari", "url": "http://pabx.invalid:8088/ari", "user": "cobranca"}, "context": "cobranca"}


def _instance(name: str = "norte", **settings: object) -> Instance:
    erp = {"kind": "ixc", "url": "https://erp.invalid/", "token": "sealed", "every": {"bill": 120}}
    place = {"zone": "America/Sao_Paulo", "state": "SP", "ddd": "11"}
    return Instance.model_validate({"name": name, **place, "erp": erp, "pabx": PABX, **settings})


@pytest.fixture
def instance() -> Callable[..., Instance]:
    """A configured provider whose bills are swept every 120 s; `Instance`'s own fields by keyword."""
    return _instance


@pytest.fixture
def debtor() -> Callable[..., Debtor]:
    """One place in the queue, by code and score."""
    return _debtor


@pytest.fixture
def figures() -> MakeFigures:
    """One instance: 5 debtors, R$ 1.335,55 overdue in 6 bills, read 30 s ago, unless told otherwise."""
    return _figures


@pytest.fixture
def reading() -> MakeReading:
    """A reading at `NOW` of a snapshot that is `age` old."""
    return _reading


@pytest.fixture
def beat() -> Callable[..., Heartbeat]:
    """A heartbeat of one process, by stage and time; just turned, at the end of what it reads, unless told otherwise."""
    return _beat


@pytest.fixture
def rows_of() -> Callable[..., Rows]:
    """What a refresh at `at` read of these instances: bills read a minute before, `hydrate` well; `Rows`' own by keyword."""
    return _rows


@pytest.fixture
def holds() -> tuple[Hold, ...]:
    """One debtor for each reason there is."""
    return tuple(Hold(reason, 1, 1) for reason in REASONS)


@pytest.fixture
def finding(instance: Callable[..., Instance]) -> Findings:
    """One of everything that can be found; no client type."""
    values = {"JARDIM DAS ROSAS": 5, "Jd. das Rosas": 2, "jardim  das rosas": 2}
    lost = {"clients": 2, "bills": 3, "contracts": 1, "cents": 23_970}
    rows: dict[What, list[dict[str, object]]] = {
        "bairro": [{"_id": raw, "clients": clients} for raw, clients in values.items()],
        "client_type": [],
        "codes": [{"_id": {"word": "contract.access", "raw": raw}, "clients": 3} for raw in ("CE", "CA")],
        "phones": [{"_id": "no_area_code", "clients": 4}],
        "documents": [{"_id": "check_digits", "clients": 1}],
        "lost": [{"_id": None, **lost}],
    }
    return findings(instance(title="Norte"), rows)


@pytest.fixture
def now() -> datetime:
    """Monday, 23 November 2026, 12:00 UTC, 09:00 in São Paulo."""
    return NOW


@pytest.fixture(params=["pt_BR", "en"])
def language(request: pytest.FixtureRequest) -> Language:
    """Each locale in turn."""
    return Language(request.param)


@pytest.fixture
def portuguese() -> Language:
    """The default locale."""
    return Language("pt_BR")
