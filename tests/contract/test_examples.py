"""An example is the contract: producers aim at it, consumers must survive it."""

import shutil
from pathlib import Path

import pytest

from schemas.codec import decode
from schemas.queue import QueueEntry
from schemas.rows import ErpRow
from schemas.sweeps import Sweep
from schemas.topics import DEAD, ROW_TOPICS, TOPICS
from tests.contract.policy import example_faults, letter_of, person_faults
from tests.contract.spoiling import Change, move, spoil
from tests.strategies import EXAMPLES

FILES = [path for topic in TOPICS for path in sorted((EXAMPLES / topic.name).glob("*.json"))]


def test_there_are_examples() -> None:
    assert len(FILES) > len(TOPICS)


def test_examples_and_topics_belong_together() -> None:
    assert list(example_faults(EXAMPLES)) == []


def test_every_kind_of_row_and_every_phase_is_shown() -> None:
    """What a consumer must survive: a row that is there and one that is gone, each phase, a hold and a call."""
    rows = {
        kind: [decode(ErpRow, path.read_bytes()) for path in (EXAMPLES / topic.name).glob("*.json")]
        for kind, topic in ROW_TOPICS.items()
    }
    sweeps = {decode(Sweep, path.read_bytes()).phase for path in (EXAMPLES / "erp.sweep.v1").glob("*.json")}
    queued = [decode(QueueEntry, path.read_bytes()) for path in (EXAMPLES / "queue.v1").glob("*.json")]

    assert {kind: {event.kind for event in events} for kind, events in rows.items()} == {kind: {kind} for kind in ROW_TOPICS}
    assert {event.row is None for event in rows["bill"]} == {True, False}
    assert {event.client for event in rows["reference"]} == {"tipo_cliente", "cidade", "uf", "filial"}
    assert sweeps == {"started", "completed", "failed", "held"}
    assert {not entry.verdict.holds for entry in queued} == {True, False}


def test_no_example_shows_a_real_person() -> None:
    assert list(person_faults(EXAMPLES)) == []


@pytest.mark.parametrize("path", sorted((EXAMPLES / DEAD.name).glob("*.json")), ids=lambda path: path.stem)
def test_a_dead_letter_says_all_that_is_needed_to_replay_it(path: Path) -> None:
    letter = letter_of(path)

    assert letter.value is not None
    assert {name for name, _ in letter.headers()} == {"stage", "place", "field", "reason"}
    assert letter.why.stage in DEAD.producers


# --- each check can fail


def empty_topic(folder: Path) -> None:
    for path in (folder / "queue.v1").glob("*.json"):
        path.unlink()


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda folder: shutil.rmtree(folder / "queue.v1"), "queue.v1 has no example"),
        (empty_topic, "queue.v1 has no example"),
        (move("queue.v1", "queue.v2"), "queue.v2 belongs to no topic"),
        (move("queue.v1/call.json", "notes.txt"), "notes.txt belongs to no topic"),
        (move("queue.v1/call.json", "queue.v1/call.jsn"), "queue.v1/call.jsn: is no JSON file"),
        (
            spoil("queue.v1/call.json", '"score"', '"points"'),
            "queue.v1/call.json: QueueEntry.verdict.points: extra_forbidden",
        ),
        (
            spoil("debtor.v1/blocked.json", '"blocked_auto"', '"cut"'),
            "debtor.v1/blocked.json: Debtor.contracts.2077.access: literal_error",
        ),
        (spoil("erp.bill.v1/open.json", "{", "["), "erp.bill.v1/open.json: ErpRow.value: json_invalid"),
        (spoil("dead.v1/cut_body.json", '"reason"', '"because"'), "dead.v1/cut_body.json"),
        (
            spoil("dead.v1/cut_body.json", '"headers"', '"header"'),
            "dead.v1/cut_body.json: a dead letter has headers, key, value",
        ),
    ],
)
def test_each_check_of_the_examples_can_fail(tmp_path: Path, change: Change, complaint: str) -> None:
    folder = tmp_path / "examples"
    shutil.copytree(EXAMPLES, folder)
    change(folder)

    assert any(said.startswith(complaint) for said in example_faults(folder)), list(example_faults(folder))


@pytest.mark.parametrize(
    "text",
    [
        '"529.982.247-25"',
        '"11.222.333/0001-81"',
        '"+5582988776655"',
        '"(82) 98877-6655"',
        '"82988776655"',
        "fulano@provedor.com.br",
        "https://provedor.com.br",
    ],
)
def test_a_real_person_or_host_would_be_noticed(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.json").write_text(text)

    assert len(list(person_faults(tmp_path))) == 1
