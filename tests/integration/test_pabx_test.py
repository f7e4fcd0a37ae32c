"""`collector pabx test` as an operator runs it, on the simulated PABX and a real MongoDB: what it finds, and one call."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import orjson
import pytest

from deploy.simulators.pabx.core import Core
from deploy.simulators.pabx.pabx import Pabx
from deploy.simulators.pabx.serving import PASSWORD, READER, USER, in_thread
from deploy.simulators.pabx.writers import Places, writers
from schemas.attempts import ATTEMPTS, LEDGER
from schemas.audit import AUDIT
from schemas.runtime.arming import PABX_TESTS
from schemas.runtime.secrets import seal
from schemas.views import INSTANCES
from tests.integration import manager_line
from tests.integration.asked import Store
from tests.integration.command import Collector, Done
from tests.integration.instance_store import KEY, collector, store
from tests.strategies import instance

__all__ = ["collector", "store"]
pytestmark = pytest.mark.integration

ZONE = "America/Maceio"
HUMAN, SILENT, MINE = "82 99999-0001", "82 99999-0004", "+5582999990001"
FASTER = 20.0


class Served(NamedTuple):
    """`control`: the way to it, but for the password; `rang`: how many calls were placed."""

    pabx: Pabx
    control: Mapping[str, Any]
    folder: Path

    @property
    def rang(self) -> int:
        return self.pabx.counts["rang"]


@pytest.fixture
def simulated(tmp_path: Path) -> Pabx:
    places = Places(ZoneInfo(ZONE), csv=tmp_path / "Master.csv", sql=f"sqlite:///{tmp_path / 'cdr.db'}")
    return Pabx(Core(speed=FASTER), lambda: datetime.now(UTC), tmp_path / "log.jsonl", writers(places))


@pytest.fixture
def pabx(simulated: Pabx, tmp_path: Path) -> Iterator[Served]:
    with in_thread(simulated) as url:
        yield Served(simulated, {"kind": "ari", "url": f"{url}/ari", "user": USER}, tmp_path)


@pytest.fixture
def without_ari(simulated: Pabx, tmp_path: Path) -> Iterator[Served]:
    """The same by its manager."""
    with manager_line.in_thread(simulated) as port:
        yield Served(simulated, {"kind": "ami", "host": "127.0.0.1", "port": port, "user": USER}, tmp_path)


class Tried(NamedTuple):
    """`found`: by check, of the questions; `done`: the command."""

    found: dict[str, str]
    done: Done


class Operator:
    """Gives an instance this PABX, changed by `fields`, and tries it."""

    def __init__(self, collector: Collector, store: Store, pabx: Served) -> None:
        self._collector = collector
        self._store = store
        self._pabx = pabx

    def configure(self, name: str, **fields: Any) -> None:  # noqa: ANN401 - JSON
        document = instance(name=name).model_dump(mode="json")
        control = {**self._pabx.control, "password": seal(PASSWORD, KEY)}
        document["pabx"] = {
            "control": {**control, **fields.pop("control", {})},
            "context": "collection",
            "records": {"kind": "csv", "zone": ZONE, "path": str(self._pabx.folder / "Master.csv")},
            **fields,
        }
        self._store[INSTANCES].replace_one({"_id": name}, {"_id": name, **document}, upsert=True)

    def test(self, name: str, *arguments: str) -> Tried:
        return self.each({name: arguments})[name]

    def rung(self, **numbers: str) -> dict[str, Tried]:
        """Instances by name, each with a call to a number; a few at a time."""
        return self.each({name: ("--call", number, "--yes") for name, number in numbers.items()})

    def each(self, asked: Mapping[str, tuple[str, ...]]) -> dict[str, Tried]:
        files = {name: self._collector.folder / f"{name}.json" for name in asked}
        for file in files.values():
            file.unlink(missing_ok=True)
        commands = [("pabx", "test", name, "--output", files[name].name, *arguments) for name, arguments in asked.items()]
        done = dict(zip(asked, self._collector.each(commands), strict=True))
        return {name: self._read(files[name], done[name]) for name in asked}

    def _read(self, file: Path, done: Done) -> Tried:
        rows = orjson.loads(file.read_bytes()) if file.exists() else []
        assert PASSWORD not in done.stdout + done.stderr
        return Tried({row["check"]: row["found"] for row in rows}, done)


@pytest.fixture
def operator(collector: Collector, store: Store, pabx: Served) -> Operator:
    return Operator(collector, store, pabx)


ALL_THERE = {
    "reachable": "yes",
    "authorised": "yes",
    "may ring": "yes",
    "trunk online": "yes",
    "clocks agree": "yes",
    "events open": "yes",
    "call records": "?",
}


def test_a_call_that_was_answered_is_seen_by_every_witness_and_lets_the_pabx_be_armed(
    operator: Operator, collector: Collector, store: Store, pabx: Served
) -> None:
    operator.configure("norte")
    asked = operator.test("norte")
    assert (asked.found, asked.done.returncode, pabx.rang) == (ALL_THERE, 0, 0), asked.done.stderr

    unsure = operator.test("norte", "--call", HUMAN)
    assert (unsure.done.returncode, pabx.rang) == (2, 0)
    assert "nobody is rung" in unsure.done.stderr

    rung = operator.test("norte", "--call", HUMAN, "--yes")
    assert rung.done.returncode == 0, rung.done.stdout + rung.done.stderr
    assert pabx.rang == 1
    assert "human: AMD HUMAN" in rung.done.stdout
    assert {"ari event", "csv record"} <= {word for word in ("ari event", "csv record") if word in rung.done.stdout}
    kept = store[PABX_TESTS].find_one({"_id": "norte"})
    assert kept is not None
    assert kept["outcome"] == "human"
    assert [one["action"] for one in store[AUDIT].find()] == ["pabx_test_call"]
    assert "99999" not in str(list(store[AUDIT].find()))
    assert (store[ATTEMPTS].count_documents({}), store[LEDGER].count_documents({})) == (0, 0)
    assert collector("pabx", "arm", "norte").returncode == 0

    operator.configure("sql", records={"kind": "sql", "zone": ZONE, "url": f"sqlite:///{pabx.folder / 'cdr.db'}"})
    newest = operator.test("sql")
    assert newest.found == {**ALL_THERE, "call records": "yes"}, newest.done.stderr


def test_a_pabx_without_ari_is_tried_by_its_manager_from_beginning_to_end(
    collector: Collector, store: Store, without_ari: Served
) -> None:
    """What is asked, who may not, a call that is answered and arms, and one that nobody answers."""
    operator = Operator(collector, store, without_ari)
    operator.configure("norte")
    asked = operator.test("norte")
    assert (asked.found, asked.done.returncode, without_ari.rang) == (ALL_THERE, 0, 0), asked.done.stderr

    rung = operator.test("norte", "--call", HUMAN, "--yes")
    assert rung.done.returncode == 0, rung.done.stdout + rung.done.stderr
    assert without_ari.rang == 1
    assert "human: AMD HUMAN" in rung.done.stdout
    assert all(word in rung.done.stdout for word in ("ami event", "csv record"))
    kept = store[PABX_TESTS].find_one({"_id": "norte"})
    assert kept is not None
    assert kept["outcome"] == "human"
    assert collector("pabx", "arm", "norte").returncode == 0

    operator.configure("stranger", control={"user": "nobody"})
    operator.configure("reader", control={"user": READER})
    operator.configure("elsewhere", endpoint="PJSIP/{national}@none")
    operator.configure("silent", ring_seconds=5)
    found = operator.rung(stranger=SILENT, reader=SILENT, elsewhere=SILENT, silent=SILENT)

    missing = {name: [check for check, answer in one.found.items() if answer == "no"] for name, one in found.items()}
    assert missing == {"stranger": ["authorised"], "reader": ["may ring"], "elsewhere": ["trunk online"], "silent": []}
    assert {one.done.returncode for one in found.values()} == {1}
    assert "nobody answered" in found["silent"].done.stderr
    assert (without_ari.rang, store[PABX_TESTS].count_documents({})) == (2, 1)


def test_what_is_missing_is_named_and_then_nobody_is_rung(operator: Operator, store: Store, pabx: Served) -> None:
    """Each thing by itself: one that is not needed for another is told all the same."""
    operator.configure("nobody", control={"url": "http://127.0.0.1:9/ari"})
    operator.configure("stranger", control={"user": "nobody"})
    operator.configure("reader", control={"user": READER})
    operator.configure("elsewhere", endpoint="PJSIP/{national}@none")
    operator.configure(
        "nowhere", records={"kind": "sql", "zone": ZONE, "url": f"sqlite:///{pabx.folder / 'cdr.db'}", "table": "no"}
    )
    found = operator.rung(nobody=HUMAN, stranger=HUMAN, reader=HUMAN, elsewhere=HUMAN, nowhere=HUMAN)

    pabx.pabx.core.offset = datetime(2026, 1, 1, 1, tzinfo=UTC) - datetime(2026, 1, 1, tzinfo=UTC)
    operator.configure("ahead")
    found["ahead"] = operator.test("ahead", "--call", HUMAN, "--yes")

    missing = {name: [check for check, answer in one.found.items() if answer == "no"] for name, one in found.items()}
    assert missing == {
        "nobody": ["reachable"],
        "stranger": ["authorised"],
        "reader": ["may ring"],
        "elsewhere": ["trunk online"],
        "nowhere": ["call records"],
        "ahead": ["clocks agree"],
    }
    assert {one.done.returncode for one in found.values()} == {1}
    assert all(f"{missing[name][0]}: " in one.done.stderr for name, one in found.items())
    assert (pabx.rang, store[PABX_TESTS].count_documents({})) == (0, 0)


def test_a_call_that_proves_nothing_arms_nothing(operator: Operator, store: Store, pabx: Served) -> None:
    """Asterisk rings for a context that does not exist; who does not answer does not hear who would have spoken."""
    operator.configure("unknown", context="no-such-context")
    operator.configure("silent", ring_seconds=5)
    operator.configure("zone", records={"kind": "csv", "zone": "Asia/Tokyo", "path": str(pabx.folder / "Master.csv")})
    said = {name: one.done for name, one in operator.rung(unknown=HUMAN, silent=SILENT, zone=HUMAN).items()}

    assert {name: one.returncode for name, one in said.items()} == {"unknown": 1, "silent": 1, "zone": 1}
    assert pabx.rang == 3
    assert "do the context and the extension, or the app, exist?" in said["unknown"].stderr
    assert "nobody answered" in said["silent"].stderr
    assert "12.0 h off" in said["zone"].stdout
    assert store[PABX_TESTS].count_documents({}) == 0


def test_no_client_of_anybody_is_rung_for_a_test(operator: Operator, store: Store, pabx: Served) -> None:
    operator.configure("norte")
    client = {"_id": "sul:1", "instance": "sul", "code": "1", "client": {"phones": ["+5582888880000", MINE]}}
    for collection, theirs in (
        ("debtors", client),
        ("queue", {"_id": "sul:1", "instance": "sul", "facts": {"phones": [MINE]}}),
        ("blocklist", {"instance": "sul", "person": "", "phone": MINE}),
    ):
        store[collection].insert_one(theirs)
        refused = operator.test("norte", "--call", HUMAN, "--yes").done
        assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
        store[collection].delete_many({})
    assert pabx.rang == 0
