"""Every view: documents that MongoDB can hold, made of the examples, and indexes for what is asked."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import bson
import orjson
import pytest
from pymongo import ReplaceOne

from dashboard.facts.findings import pipelines
from deploy.stages import STAGES
from schemas.codec import decode, encode
from schemas.figures.access import access_pipeline
from schemas.figures.call_answers import amd_pipeline, answers_pipeline
from schemas.figures.call_list import calls_list_pipeline, dry_runs_pipeline, evidence_pipeline
from schemas.figures.calls import calls_pipeline
from schemas.figures.calls_through_the_day import hours_pipeline, week_pipeline
from schemas.figures.collection import contracts_pipeline, last_calls_pipeline, list_pipeline
from schemas.figures.debts import SUBJECTS, debt_pipeline
from schemas.figures.queue import queue_pipeline, waiting_pipeline
from schemas.figures.recovered import recovered_pipeline
from schemas.figures.scope import Scope
from schemas.figures.standing import standing_pipeline
from schemas.keys import row_key
from schemas.model import Model
from schemas.rows import ErpRow
from schemas.sweeps import Sweep
from schemas.topics import DEAD, HEARTBEATS, TOPICS
from schemas.views import DEAD_LETTERS, EPOCHS, INSTANCES, LEASES, SNAPSHOTS, VIEWS, View
from sinks.views.letters import dead_letter
from sinks.views.places import partition
from sinks.views.writes import Batch, batch
from tests.contract.policy import Query, index_faults, letter_of
from tests.strategies import EXAMPLES, SEEN
from tests.unit.records import Given

SCOPE = Scope("norte", date(2026, 1, 14), 7)
FOUND: list[Query] = [
    ("debtors", standing_pipeline(SCOPE)),
    ("queue", waiting_pipeline(SCOPE)),
    ("queue", queue_pipeline(SCOPE)),
    ("queue", queue_pipeline(SCOPE, 100)),
    ("debtors", contracts_pipeline(SCOPE)),
    ("debtors", list_pipeline(SCOPE, "action")),
    ("calls", last_calls_pipeline("norte", ["1042"])),
    ("calls", calls_pipeline("norte", "America/Maceio", SEEN, SEEN)),
    ("calls", hours_pipeline("norte", "America/Maceio", SEEN, SEEN)),
    ("calls", week_pipeline("norte", "America/Maceio", SEEN, SEEN)),
    ("calls", answers_pipeline("norte", SEEN, SEEN)),
    ("calls", amd_pipeline("norte", SEEN, SEEN)),
    ("calls", dry_runs_pipeline("norte", SEEN, SEEN)),
    ("calls", calls_list_pipeline("norte", SEEN, SEEN)[:1]),  # its order is that of the index, read backwards
    ("evidence", evidence_pipeline("norte", "01KEZ0000000000000000000AA")),
    ("debtors", access_pipeline(SCOPE)),
    ("closed_bills", recovered_pipeline("norte", "America/Maceio", SCOPE.today, SCOPE.today)),
    ("sweeps", [{"$match": {"instance": "norte", "phase": "completed"}}]),
    ("references", [{"$match": {"instance": "norte", "table": "cidade"}}]),
]
"""What the dashboard and the snapshots ask."""
CASES = [(view, path) for view in VIEWS for path in sorted((EXAMPLES / view.topic.name).glob("*.json"))]


def record(view: View, path: Path, offset: int = 0) -> Given:
    assert view.topic.model is not None
    event = decode(view.topic.model, path.read_bytes())
    key = key_of(event)
    return Given(view.topic.name, partition(view, key.decode()), offset, key, encode(event))


def key_of(event: Model) -> bytes:
    if isinstance(event, ErpRow):
        return row_key(event.instance, event.client, event.kind, event.id)
    if isinstance(event, Sweep):
        return f"{event.instance}:{event.kind}:{event.phase}".encode()  # of a tombstone; an event's own has no phase
    return getattr(event, "key", b"")


def made(view: View, *records: Given) -> Batch:
    return batch(view, records, lambda record: record.offset, SEEN)


def test_every_view_has_examples() -> None:
    assert {view.name for view, _ in CASES} == {view.name for view in VIEWS}


@pytest.mark.parametrize(("view", "path"), CASES, ids=lambda value: getattr(value, "stem", getattr(value, "name", "")))
def test_an_example_becomes_one_document_that_mongodb_can_hold(view: View, path: Path) -> None:
    batched = made(view, record(view, path), record(view, path, 1))
    (write,) = batched.writes()
    document = write._doc if isinstance(write, ReplaceOne) else write._doc["$set"]  # of a bill that is closed: a part

    assert batched.letters == []
    assert bson.decode(bson.encode(document))["_id"] == document["_id"]
    assert (document.get("instance"), isinstance(document["version"], int)) == (
        None if view.topic is HEARTBEATS else "norte",
        True,
    )


@pytest.mark.parametrize(("view", "path"), CASES, ids=lambda value: getattr(value, "stem", getattr(value, "name", "")))
def test_a_tombstone_erases_the_document_that_its_key_names(view: View, path: Path) -> None:
    (write,) = made(view, record(view, path)).writes()
    (erasure,) = made(view, replace(record(view, path), value=None)).writes()

    assert erasure._filter == {"_id": write._filter["_id"]}


@pytest.mark.parametrize("path", sorted((EXAMPLES / DEAD.name).glob("*.json")), ids=lambda path: path.stem)
def test_a_dead_letter_becomes_a_document_with_its_bytes(path: Path) -> None:
    letter = letter_of(path)
    document = dead_letter(Given(DEAD.name, 0, 7, letter.key, letter.value, 1_768_392_000_000, tuple(letter.headers())))

    assert bson.encode(document)
    assert (document["value"], document["reason"]) == (letter.value, letter.why.reason)


def test_a_view_shows_what_its_example_says() -> None:
    """Two documents whole, so that a field that gets lost on the way is seen."""
    shown = {
        view.name: made(view, record(view, EXAMPLES / view.topic.name / f"{name}.json")).writes()[0]._doc
        for view, name in ((VIEWS[0], "blocked"), (VIEWS[1], "hold"))
    }
    debtor, queue = shown["debtors"], shown["queue"]
    example = orjson.loads((EXAMPLES / "debtor.v1/blocked.json").read_bytes())

    assert debtor["client"]["phones"] == example["client"]["phones"]
    assert {bill.pop("id"): bill for bill in debtor["bills"]} == {
        code: {
            "awaiting_confirmation": False,
            "renegotiated": False,
            "agreement": "",
            "instalment_of": "",
            "lost": False,
            "unmapped": {},
            **bill,
        }
        for code, bill in example["bills"].items()
    }
    assert queue["verdict"] == {
        "holds": ["promise"],
        "until": {"promise": "2026-01-23"},
        "ends": {},
        "number": "+5582988880003",
        "oldest_due_on": "2026-01-20",
    }


# --- policy


def test_every_query_has_its_index() -> None:
    assert list(index_faults(VIEWS, FOUND)) == []


SCOPE = Scope("norte", date(2026, 1, 14), 7)


@pytest.mark.parametrize(
    "pipeline",
    [*(query for _, query in FOUND), *(debt_pipeline(one, SCOPE) for one in SUBJECTS), *pipelines("norte").values()],
    ids=str,
)
def test_no_figure_counts_a_grave(pipeline: Sequence[Mapping[str, Any]]) -> None:
    """A grave has no instance: every pipeline asks for one, before anything else."""
    assert pipeline[0]["$match"]["instance"] in ("norte", {"$in": ["norte"]}, {"$in": ["norte", "sul"]})


def test_every_view_is_written_by_the_stage_that_reads_its_topic() -> None:
    assert "views" in STAGES
    assert all("views" in view.topic.consumers for view in VIEWS)
    assert {topic.name for topic in TOPICS if "views" in topic.consumers} == {view.topic.name for view in VIEWS} | {
        DEAD.name
    }


def test_view_names_are_each_others_and_nobody_elses() -> None:
    names = [view.name for view in VIEWS]

    assert len({*names, DEAD_LETTERS, EPOCHS, INSTANCES, LEASES, SNAPSHOTS}) == len(names) + 5


@pytest.mark.parametrize(
    ("indexes", "complaints"),
    [
        ((), 3),
        (((("instance", 1),),), 2),
        (((("verdict.oldest_due_on", 1), ("phase", 1)),), 3),
        (((("instance", 1), ("phase", 1), ("verdict.oldest_due_on", 1)),), 2),
        (((("instance", 1), ("verdict.oldest_due_on", -1)),), 0),
    ],
)
def test_a_missing_or_wrong_index_is_noticed(indexes: tuple[tuple[tuple[str, int], ...], ...], complaints: int) -> None:
    """An index read backwards serves as well; one in another order does not."""
    queue = replace(VIEWS[1], indexes=indexes)

    assert len(list(index_faults([queue], FOUND[1:3]))) == complaints


def test_a_view_that_cannot_be_asked_by_instance_is_noticed() -> None:
    (said,) = index_faults([replace(VIEWS[0], indexes=((("bills.due_on", 1),),))], [])

    assert said == "debtors cannot be asked by instance"
