"""A small, complete snapshot by hand, and the two languages."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta

import pytest

from dashboard.facts.findings import Findings, What, findings
from dashboard.facts.freshness import Source
from dashboard.facts.snapshot import Debtor, InstanceFigures, Reading, Snapshot
from dashboard.words.language import Language
from schemas.calling.calendar import Gate
from schemas.figures.debts import Debt
from schemas.figures.queue import REASONS, Hold, Waiting
from schemas.figures.standing import Band, Share, Standing
from schemas.instances import Instance
from schemas.queue import Closed
from schemas.reverse_map import Subject

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


def _reading(*instances: InstanceFigures, age: timedelta = timedelta(0), failure: str = "", dead: int = 0) -> Reading:
    return Reading(NOW, Snapshot(NOW - age, instances, dead, ()), failure)


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
def holds() -> tuple[Hold, ...]:
    """One debtor for each reason there is."""
    return tuple(Hold(reason, 1, 1) for reason in REASONS)


@pytest.fixture
def finding(instance: Callable[..., Instance]) -> Findings:
    """One of everything that can be found; no client type."""
    values = {"JARDIM DAS ROSAS": 5, "Jd. das Rosas": 2, "jardim  das rosas": 2}
    lost = {"debtors": 2, "bills": 3, "contracts": 1, "cents": 23_970}
    rows: dict[What, list[dict[str, object]]] = {
        "bairro": [{"_id": raw, "debtors": debtors} for raw, debtors in values.items()],
        "client_type": [],
        "codes": [{"_id": {"word": "contract.access", "raw": raw}, "debtors": 3} for raw in ("CE", "CA")],
        "phones": [{"_id": "no_area_code", "debtors": 4}],
        "documents": [{"_id": "check_digits", "debtors": 1}],
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
