"""New reads old, old reads new: today's code reads what every release wrote, and every release reads what today's writes."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deploy.released import FOLDER, release, schema_of
from processors.dialer.stage import World
from processors.dialer.stage import fold as decide
from processors.hydrate.stage import HYDRATE
from schemas.codec import decode
from schemas.debtor import Debtor
from schemas.queue import QueueEntry
from schemas.rows import ErpRow
from schemas.topics import BILLS, DEAD, DEBTORS, QUEUE, ROW_TOPICS, SWEEPS, TOPICS, Topic
from tests.contract.released import lost_faults, new_reads_old, old_reads_new
from tests.contract.spoiling import Change, move, remove, spoil
from tests.strategies import EXAMPLES
from tests.unit.records import of, of_row

FIRST = "0.1.0"
NOW = datetime(2026, 1, 14, 15, tzinfo=UTC)
GROWN = frozenset({"erp.sweep.v1/held.json"})
"""Examples, as `TOPIC/FILE`, with a word or bound newer than a release (`CONTRIBUTING.md`, "Models that travel")."""
IN_FIRST = frozenset({DEAD.name, DEBTORS.name, QUEUE.name, SWEEPS.name, *(topic.name for topic in ROW_TOPICS.values())})
"""Topics that came later have examples of later releases only."""
OF_A_DEBTOR = [topic for kind, topic in ROW_TOPICS.items() if kind != "reference"]


def kept(topic: Topic) -> list[Path]:
    return sorted((EXAMPLES / topic.name / FOLDER).glob("*/*.json"))


def test_a_release_is_kept_whole() -> None:
    assert list(lost_faults(EXAMPLES, [topic for topic in TOPICS if topic.name in IN_FIRST], FIRST)) == []
    assert list(lost_faults(EXAMPLES, [topic for topic in TOPICS if topic.name not in IN_FIRST])) == []


def test_new_reads_old() -> None:
    assert list(new_reads_old(EXAMPLES)) == []


def test_old_reads_new() -> None:
    assert list(old_reads_new(EXAMPLES, GROWN)) == []


@pytest.mark.parametrize("path", kept(DEBTORS), ids=lambda path: path.stem)
def test_hydrate_goes_on_from_a_released_state(path: Path) -> None:
    """With a released row: nothing is lost of what the state held, and nothing becomes a dead letter."""
    state = decode(Debtor, path.read_bytes())
    bill = decode(ErpRow, (EXAMPLES / BILLS.name / FOLDER / FIRST / "open.json").read_bytes())
    mine = bill.model_copy(update={"instance": state.instance, "client": state.code, "id": "990001", "seen_at": NOW})

    folded = HYDRATE.fold(state.key, path.read_bytes(), [of_row(mine)], NOW)

    assert folded.letters == []
    assert folded.changed
    after = decode(Debtor, folded.state)
    assert {**state.bills, "990001": after.bills["990001"]} == after.bills
    assert (after.client, after.contracts) == (state.client, state.contracts)


@pytest.mark.parametrize("path", [path for topic in OF_A_DEBTOR for path in kept(topic)], ids=lambda path: path.stem)
def test_hydrate_folds_a_released_row(path: Path) -> None:
    row = decode(ErpRow, path.read_bytes())

    assert HYDRATE.fold(f"{row.instance}:{row.client}".encode(), None, [of_row(row)], NOW).letters == []


@pytest.mark.parametrize("path", kept(QUEUE), ids=lambda path: path.stem)
def test_the_dialer_goes_on_from_a_released_entry(path: Path) -> None:
    """With a released debtor of the same key: it decides anew, and nothing becomes a dead letter."""
    entry = decode(QueueEntry, path.read_bytes())
    debtor = decode(Debtor, (EXAMPLES / DEBTORS.name / FOLDER / FIRST / "blocked.json").read_bytes())
    mine = debtor.model_copy(update={"instance": entry.instance, "code": entry.code, "version": entry.debtor_version + 1})

    folded = decide(World(), entry.key, path.read_bytes(), [of(DEBTORS.name, entry.key, mine)], NOW)

    assert folded.letters == []
    assert decode(QueueEntry, folded.state).key == entry.key


# --- each check can fail


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(EXAMPLES, tmp_path / "examples")
    return tmp_path / "examples"


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (remove("queue.v1/released/0.1.0.schema.json"), "queue.v1 has no schema of 0.1.0"),
        (remove("queue.v1/released/0.1.0.schema.json"), "queue.v1/released/0.1.0 is of no release"),
        (move("queue.v1/released/0.1.0", "queue.v1/released/0.1.1"), "queue.v1 has no example of 0.1.0"),
        (lambda folder: shutil.rmtree(folder / "queue.v1/released"), "queue.v1 has no schema of 0.1.0"),
    ],
)
def test_a_release_that_is_not_whole_is_noticed(folder: Path, change: Change, complaint: str) -> None:
    change(folder)

    assert complaint in list(lost_faults(folder, TOPICS, FIRST))


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (
            spoil("debtor.v1/released/0.1.0/blocked.json", '"blocked_auto"', '"cut"'),
            "debtor.v1/released/0.1.0/blocked.json: Debtor.contracts.2077.access: literal_error",
        ),
        (
            spoil("erp.sweep.v1/released/0.1.0/failed.json", '"sweep":', '"run":'),
            "erp.sweep.v1/released/0.1.0/failed.json: Sweep.sweep: missing",
        ),
        (
            spoil("dead.v1/released/0.1.0/cut_body.json", '"headers"', '"header"'),
            "dead.v1/released/0.1.0/cut_body.json: a dead letter has headers, key, value",
        ),
    ],
)
def test_an_old_event_that_today_cannot_read_is_noticed(folder: Path, change: Change, complaint: str) -> None:
    change(folder)

    assert list(new_reads_old(folder)) == [complaint]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (spoil("debtor.v1/blocked.json", '"code": "1042"', '"client_code": "1042"'), "cannot read it: required"),
        (spoil("debtor.v1/blocked.json", '"changed_at": "2026-01-14T12:00:00Z"', '"changed_at": 5'), "changed_at: type"),
        (
            spoil("debtor.v1/blocked.json", 'ed_at": "2026-01-14T12:00:00Z"', 'ed_at": "2026-01-14T12:00:00"'),
            "changed_at: format",
        ),
        (spoil("debtor.v1/blocked.json", '"blocked_auto"', '"cut"'), "contracts.2077.access: enum"),
        (spoil("dead.v1/cut_body.json", '"reason"', '"because"'), "headers: required"),
    ],
)
def test_an_event_of_today_that_a_release_cannot_read_is_noticed(folder: Path, change: Change, complaint: str) -> None:
    change(folder)

    (said,) = old_reads_new(folder, GROWN)
    assert f"0.1.0 {complaint}" in said or said.endswith(complaint)


def test_a_field_more_is_no_fault(folder: Path) -> None:
    spoil("debtor.v1/blocked.json", '"instance"', '"since_then": {"is": 1}, "instance"')(folder)

    assert list(old_reads_new(folder, GROWN)) == []


def test_a_word_more_is_named_as_one(folder: Path) -> None:
    """A new word must be named where older readers are known to dead-letter it; a name that is not needed is a fault too."""
    name = "debtor.v1/blocked.json"
    assert list(old_reads_new(folder, {*GROWN, name})) == [f"{name} is read by every release: it is not grown"]

    spoil(name, '"blocked_auto"', '"cut"')(folder)
    assert list(old_reads_new(folder, {*GROWN, name})) == []

    spoil(name, '"changed_at": "2026-01-14T12:00:00Z"', '"changed_at": 5')(folder)
    assert f"{name}: {FIRST} cannot read changed_at: type" in list(old_reads_new(folder, {*GROWN, name}))


def test_the_next_release_is_written_once(folder: Path) -> None:
    written = release("0.9.0", folder)

    assert written == len([path for topic in TOPICS for path in (folder / topic.name).glob("*.json")])
    assert list(lost_faults(folder, TOPICS, "0.9.0")) == []
    assert list(new_reads_old(folder)) == []
    assert list(old_reads_new(folder, GROWN)) == []
    with pytest.raises(FileExistsError):
        release("0.9.0", folder)


def test_a_schema_is_as_open_as_a_reader() -> None:
    """It refuses what a field may not be, and no field that it does not know."""
    closed: Callable[[object], bool] = lambda found: (  # noqa: E731 - it calls itself
        found.get("additionalProperties") is False or any(map(closed, found.values()))
        if isinstance(found, dict)
        else isinstance(found, list) and any(map(closed, found))
    )
    assert [topic.name for topic in TOPICS if closed(schema_of(topic))] == []
    assert closed(Debtor.model_json_schema())
