"""`collector pabx set|arm|disarm`, `block` and `promise` as an operator runs them."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from schemas.attempts import LEDGER
from schemas.audit import AUDIT
from schemas.controls import BLOCKLIST, PROMISES
from schemas.pabx import Pabx
from schemas.runtime.arming import PABX_TESTS
from schemas.runtime.restores import RESTORES
from schemas.runtime.secrets import seal
from schemas.views import INSTANCES
from tests.integration.asked import Store
from tests.integration.command import Collector
from tests.integration.instance_store import KEY, TOKEN, collector, store, stored
from tests.strategies import instance

__all__ = ["collector", "store"]
pytestmark = pytest.mark.integration

ROUTE = ("--ari", "http://127.0.0.1:9/ari", "--user", "collector", "--context", "cobranca")


@pytest.fixture(autouse=True)
def norte(store: Store) -> None:
    document = instance(name="norte", pabx=None).model_dump(mode="json")
    document["erp"]["token"] = seal(TOKEN, KEY)
    store[INSTANCES].insert_one({"_id": "norte", **document})


def pabx_of(store: Store) -> Pabx:
    found = stored(store)["norte"].pabx
    assert found is not None
    return found


def test_a_pabx_is_armed_after_a_call_was_seen_to_its_end_and_not_over_another_route(
    collector: Collector, store: Store, tmp_path: Path
) -> None:
    nothing = collector("pabx", "arm", "norte")
    assert (nothing.returncode, nothing.stderr.count("\n")) == (2, 1)
    assert "has no PABX" in nothing.stderr

    done = collector("pabx", "set", "norte", *ROUTE, PABX_PASSWORD="of-a-simulator")
    assert done.returncode == 0, done.stderr
    pabx = pabx_of(store)
    assert pabx.control.password not in ("", "of-a-simulator")
    assert not pabx.armed
    assert "of-a-simulator" not in done.stdout + done.stderr

    untested = collector("pabx", "arm", "norte")
    assert (untested.returncode, untested.stderr.count("\n")) == (2, 1)
    assert "collector pabx test norte --call" in untested.stderr

    store[PABX_TESTS].insert_one({"_id": "norte", "route": pabx.route})
    store[LEDGER].insert_many([{"_id": "dry:number:+1"}, {"_id": "number:+1"}])
    assert collector("pabx", "arm", "norte").returncode == 0
    assert pabx_of(store).armed
    assert [one["_id"] for one in store[LEDGER].find()] == ["number:+1"]

    slower = collector("pabx", "set", "norte", "--calls-per-second", "0.5")
    assert slower.returncode == 0, slower.stderr
    still = pabx_of(store)
    assert (still.calls_per_second, still.armed) == (0.5, True)

    elsewhere = collector("pabx", "set", "norte", "--context", "outro")
    assert "nobody is rung yet" in elsewhere.stderr
    other = pabx_of(store)
    assert (other.context, other.armed) == ("outro", False)
    assert collector("pabx", "arm", "norte").returncode == 2
    assert [one["action"] for one in store[AUDIT].find().sort("at")] == [
        "pabx_changed",
        "arm",
        "pabx_changed",
        "pabx_changed",
    ]

    open_secret = tmp_path / "pabx.json"
    open_secret.write_text(json.dumps({"control": {"password": "x"}}))
    refused = collector("pabx", "set", "norte", "--config", str(open_secret))
    assert "must not lie open" in refused.stderr
    assert "PABX_PASSWORD" in refused.stderr


def test_after_a_restore_nobody_is_armed_before_the_longest_limit_is_over_but_with_a_reason(
    collector: Collector, store: Store
) -> None:
    """Whoever was rung between backup and loss is in no ledger. A test call of after the restore changes nothing of that."""
    assert collector("pabx", "set", "norte", *ROUTE, PABX_PASSWORD="of-a-simulator").returncode == 0
    store[PABX_TESTS].insert_one({"_id": "norte", "route": pabx_of(store).route})
    now = datetime.now(UTC)
    longest, week = timedelta(days=30), timedelta(days=7)
    store[INSTANCES].update_one({"_id": "norte"}, {"$set": {"rules.rest_days_after_human": longest.days}})

    store[RESTORES].insert_one({"_id": "01BACKUP", "at": now - 2 * week, "began": now - week})
    cut = collector("pabx", "arm", "norte")
    assert (cut.returncode, cut.stderr.count("\n")) == (2, 1)
    assert "not all of it is there" in cut.stderr

    done = now.replace(microsecond=0) - week
    store[RESTORES].update_one({"_id": "01BACKUP"}, {"$set": {"done": done}})
    refused, blank = collector.each([("pabx", "arm", "norte"), ("pabx", "arm", "norte", "--despite-restore", " ")])
    assert (refused.returncode, refused.stderr.count("\n"), blank.stderr) == (2, 1, refused.stderr)
    assert f"norte may be armed from {done + longest:%Y-%m-%d %H:%M:%S} UTC on" in refused.stderr
    assert "collector pabx arm norte --despite-restore REASON" in refused.stderr
    assert not pabx_of(store).armed
    assert not [one for one in store[AUDIT].find() if one["action"] == "arm"]

    told = collector("pabx", "arm", "norte", "--despite-restore", "moved to another server; stopped before the backup")
    assert told.returncode == 0, told.stderr
    assert pabx_of(store).armed
    (entry,) = store[AUDIT].find({"action": "arm"})
    assert entry["what"] == "despite a restore: moved to another server; stopped before the backup"

    assert collector("pabx", "disarm", "norte").returncode == 0
    assert collector("pabx", "arm", "norte").returncode == 2, "a reason holds for once"
    store[INSTANCES].update_one({"_id": "norte"}, {"$set": {"rules.rest_days_after_human": 0}})
    assert collector("pabx", "arm", "norte").returncode == 0, "a week is over"


def test_all_are_disarmed_at_once_even_one_that_is_not_valid(collector: Collector, store: Store) -> None:
    assert collector("pabx", "set", "norte", *ROUTE, PABX_PASSWORD="of-a-simulator").returncode == 0
    store[INSTANCES].update_one({"_id": "norte"}, {"$set": {"pabx.armed": True, "zone": "Brasil"}})

    neither = collector("pabx", "disarm")
    done = collector("pabx", "disarm", "--all")

    assert neither.returncode == 2
    assert done.returncode == 0
    assert "norte: nobody is rung any more" in done.stderr
    assert store[INSTANCES].find_one({"_id": "norte"}, {"pabx.armed": 1}) == {"_id": "norte", "pabx": {"armed": False}}


def test_numbers_people_and_promises_are_kept_and_taken_back(collector: Collector, store: Store) -> None:
    number, person, wrong, invented = collector.each(
        [
            ("block", "norte", "--phone", "(82) 99999-0000"),
            ("block", "norte", "--document", "000.000.001-91"),
            ("block", "norte", "--phone", "190"),
            ("block", "norte", "--document", "123"),
        ]
    )
    assert (number.returncode, person.returncode) == (0, 0), number.stderr + person.stderr
    assert (wrong.returncode, invented.returncode) == (2, 2)
    found = sorted(((one["phone"], len(one["person"])) for one in store[BLOCKLIST].find()), reverse=True)
    assert found == [("+5582999990000", 0), ("", 32)]
    assert not any("00000000191" in str(one) for one in [*store[BLOCKLIST].find(), *store[AUDIT].find()])

    assert collector("promise", "norte", "1042", "--until", "2026-12-10").returncode == 0
    assert [(one["code"], one["until"]) for one in store[PROMISES].find()] == [("1042", "2026-12-10")]

    assert collector("promise", "norte", "1042", "--take-back").returncode == 0
    assert collector("block", "norte", "--phone", "82999990000", "--lift").returncode == 0
    assert store[PROMISES].count_documents({}) == 0
    assert store[BLOCKLIST].count_documents({}) == 1
    assert {one["action"] for one in store[AUDIT].find()} == {"block", "promise", "promise_taken_back", "unblock"}
