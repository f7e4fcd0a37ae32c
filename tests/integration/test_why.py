"""`collector why` as an operator runs it, on a real MongoDB: what views, ledger and attempts hold is what it tells."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from ulid import ULID

from deploy.why import BY_HOUR
from schemas import views
from schemas.attempts import ATTEMPTS, LEDGER
from schemas.controls import PROMISES
from schemas.instances import Instance
from schemas.pabx import PABX_HOLDS
from schemas.queue import Facts, QueueEntry, Verdict
from schemas.stages import Heartbeat
from schemas.views import INSTANCES, STAGES
from tests.integration.asked import Store
from tests.integration.command import Collector
from tests.integration.instance_store import collector, store
from tests.strategies import instance

__all__ = ["collector", "store"]
pytestmark = pytest.mark.integration

NUMBER, PERSON = "+5582999990001", "p" * 32
PABX = {"control": {"kind": "ari", "url": "http://127.0.0.1:9/ari", "user": "u"}, "context": "c", "armed": True}


@pytest.fixture
def now(store: Store) -> datetime:
    """Of a debtor of 10 days, whose data is fresh and who is rung by nobody yet."""
    at = datetime.now(UTC)
    plain = instance(name="norte").model_dump(mode="json")
    found = Instance.model_validate({**plain, "zone": "America/Maceio", "state": "AL", "pabx": PABX})
    store[INSTANCES].insert_one({"_id": "norte", **found.model_dump(mode="json")})
    due = (at.astimezone(found.clock) - timedelta(days=10)).date()
    facts = Facts(known=True, active=True, person=PERSON, phones=(NUMBER,), uf="AL", due=((due, 9_990),))
    entry = QueueEntry(
        instance="norte", code="7", version=1, debtor_version=1, decided_at=at, facts=facts, verdict=Verdict(number=NUMBER)
    )
    store["queue"].insert_one(views.queue(entry))
    store["sweeps"].insert_one({"_id": "norte:bill:completed", "instance": "norte", "at": at})
    beat = Heartbeat(stage="hydrate", worker="0", at=at, since=at, lag=0, progress=at)
    store[STAGES].insert_one(views.stage(beat))
    return at


def told(collector: Collector) -> defaultdict[str, list[tuple[str, str]]]:
    """What it says by what it is about, but for what the hour of this test objects."""
    done = collector("why", "norte", "7", "--output", "why.json")
    assert done.returncode == 0, done.stderr
    found = defaultdict(list)
    for row in orjson.loads((collector.folder / "why.json").read_bytes()):
        if row["detail"].split(":")[0] not in BY_HOUR:
            found[row["about"]].append((row["what"], row["detail"]))
    return found


def test_it_tells_what_objects_and_whom_it_counts_on(collector: Collector, store: Store, now: datetime) -> None:
    free = told(collector)
    assert (free["hold"], free["number"]) == ([], [(NUMBER, "1 known")])

    attempt = str(ULID.from_datetime(now - timedelta(minutes=30)))
    call = {"attempt": attempt, "at": now - timedelta(minutes=30), "open": False, "human": True}
    store[LEDGER].insert_one({"_id": f"person:{PERSON}", "n": 1, "calls": [call], "expires_at": now + timedelta(days=91)})
    store[LEDGER].insert_one({"_id": "person:other", "n": 1, "calls": [call], "expires_at": now + timedelta(days=91)})
    base = {
        "instance": "norte",
        "code": "7",
        "person": PERSON,
        "number": NUMBER,
        "pabx": "h:1",
        "subjects": ["client:norte:7"],
    }
    times = {"at": now, "changed_at": now, "ring_seconds": 30, "dry_run": False}
    store[ATTEMPTS].insert_one({"_id": attempt, "state": "refused", "outcome": None, "reason": "limit_gap", **base, **times})
    store[PROMISES].insert_one({"instance": "norte", "code": "7", "until": (now + timedelta(days=3)).date().isoformat()})
    store[PABX_HOLDS].insert_one({"_id": "norte", "reason": "answered 403 Write access denied", "at": now})

    held = told(collector)
    assert [what for what, _ in held["hold"]] == ["Promise to pay in force", "PABX refuses calls"]
    assert ("PABX refuses calls", "pabx_refuses: answered 403 Write access denied") in held["hold"]
    assert held["mark"] == [(f"person:{PERSON}", f"over, a conversation; attempt {attempt}")]
    assert [detail.split(":")[0] for _, detail in held["limit"]] == ["limit_hour", "limit_gap"]
    assert held["attempt"] == [(attempt, f"refused, limit_gap; {NUMBER}")]


def test_stale_data_holds_and_a_client_of_whom_nothing_is_known_is_none(
    collector: Collector, store: Store, now: datetime
) -> None:
    store["sweeps"].update_one({"_id": "norte:bill:completed"}, {"$set": {"at": now - timedelta(hours=3)}})
    assert [what for what, _ in told(collector)["hold"]] == ["Debts not read recently"]
    nobody = collector("why", "norte", "8")
    assert (nobody.returncode, nobody.stderr.count("\n")) == (2, 1)
    assert "nothing is known of a client 8 of norte" in nobody.stderr
