"""What an event is in MongoDB."""

from collections.abc import Callable
from datetime import timedelta

import bson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.calls import Call
from schemas.debtor import Debtor
from schemas.errors import RejectRecord
from schemas.evidence import Evidence, Heard
from schemas.keys import row_key
from schemas.queue import Facts, QueueEntry, Verdict
from schemas.rows import ErpRow
from schemas.stages import Heartbeat
from schemas.sweeps import Sweep, told_at
from schemas.views import VIEWS, View, bill, call, debtor, evidence, queue, reference, sweep
from tests.strategies import CODES, DEBTORS, SEEN, facts
from tests.strategies import event as row

BY_NAME = {view.name: view for view in VIEWS}
QUEUED = QueueEntry(
    instance="norte", code="1042", version=3, debtor_version=2, decided_at=SEEN, facts=Facts(), verdict=Verdict()
)
CALL = Call(
    instance="norte", code="1042", attempt="01KEZ0000000000000000000AA", version=3, at=SEEN, number="+5582999990001",
    answer="ringing", placed=True, person="p" * 32, ended_at=SEEN + timedelta(seconds=9), ring_s=7.5, outcome="busy",
    why="cause 17", heard=Heard(witnesses=("ari",), hangup_cause=17),
)  # fmt: skip
SAID = Evidence(
    instance="norte", code="1042", attempt=CALL.attempt, witness="ari", piece="event", fields={"cause": "17"}, seen_at=SEEN
)
CITY = ErpRow(
    instance="norte", erp="ixc", kind="reference", id="1777", client="cidade", row={"id": "1777"}, seen_at=SEEN, sweep="1"
)


@given(DEBTORS)
def test_a_debtor_is_one_document_that_mongodb_can_hold(state: Debtor) -> None:
    document = debtor(state)

    assert bson.decode(bson.encode(document))["_id"] == f"norte:{state.code}"
    assert [bill["id"] for bill in document["bills"]] == list(state.bills)
    assert [contract["id"] for contract in document["contracts"]] == list(state.contracts)


@given(DEBTORS)
def test_due_dates_compare_as_text_like_dates(state: Debtor) -> None:
    """The pipelines of `schemas.figures` compare them so."""
    texts = [bill["due_on"] for bill in debtor(state)["bills"]]

    assert sorted(texts) == [day.isoformat() for day in sorted(bill.due_on for bill in state.bills.values())]


@given(facts())
def test_a_place_says_since_when_anything_is_owed(evidence: Facts) -> None:
    """Which no clock changes; as text, that compares as dates do."""
    verdict = Verdict(holds=("promise",), until={"promise": SEEN.date()})
    document = queue(QUEUED.model_copy(update={"facts": evidence, "verdict": verdict}))
    owed = [due_on.isoformat() for due_on, cents in evidence.due if cents]
    owed += [due_on.isoformat() for due_on in evidence.set_aside.values()]

    assert bson.encode(document)
    assert document["verdict"] == {
        "holds": ["promise"],
        "until": {"promise": "2026-01-14"},
        "ends": {},
        "number": "",
        "oldest_due_on": min(owed, default=None),
    }


def test_each_phase_of_a_sweep_keeps_its_newest() -> None:
    begun = Sweep(instance="norte", erp="ixc", kind="bill", sweep="1", phase="started", at=SEEN)
    ended = begun.model_copy(update={"phase": "completed", "at": SEEN + timedelta(seconds=9)})

    assert [sweep(event)["_id"] for event in (begun, ended)] == ["norte:bill:started", "norte:bill:completed"]
    assert [told_at(sweep(event)) for event in (ended, ended.as_old_as(begun.at))] == [ended.at, begun.at]


@pytest.mark.parametrize(
    ("view", "key", "document"),
    [
        (
            BY_NAME["debtors"],
            b"norte:1042",
            lambda: debtor(Debtor(instance="norte", code="1042", version=0, changed_at=SEEN)),
        ),
        (BY_NAME["queue"], QUEUED.key, lambda: queue(QUEUED)),
        (BY_NAME["calls"], CALL.key, lambda: call(CALL)),
        (BY_NAME["closed_bills"], row_key("norte", "1042", "bill", "7"), lambda: bill(row("bill", "7"))),
        (BY_NAME["references"], row_key("norte", "cidade", "reference", "1777"), lambda: reference(CITY)),
    ],
)
def test_a_tombstone_erases_the_document_of_its_key(view: View, key: bytes, document: Callable[[], dict[str, str]]) -> None:
    assert view.erased(key) == document()["_id"]


@pytest.mark.parametrize("key", [None, b"", b"norte", b"\xff"])
@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_a_tombstone_that_names_nothing_is_rejected(view: View, key: bytes | None) -> None:
    with pytest.raises(RejectRecord) as caught:
        view.erased(key)

    assert caught.value.field == "key"


def test_the_names_of_the_erps_own_tables_are_mended_as_a_clients_are() -> None:
    """Also a row that is gone, or that holds nothing."""
    spoilt = CITY.model_copy(update={"row": {"nome": " SÃ£o  JosÃ© &amp; Filhos", "uf": ""}})

    assert reference(spoilt)["row"] == {"nome": "São José & Filhos", "uf": ""}
    assert reference(CITY.model_copy(update={"row": None}))["row"] is None


def test_a_call_is_shown_with_what_is_counted_of_its_evidence_and_without_the_person() -> None:
    assert call(CALL) == {
        "_id": "norte:1042:01KEZ0000000000000000000AA",
        "instance": "norte",
        "code": "1042",
        "attempt": CALL.attempt,
        "number": "+5582999990001",
        "answer": "ringing",
        "at": SEEN,
        "answered_at": None,
        "ended_at": SEEN + timedelta(seconds=9),
        "ring_s": 7.5,
        "talk_s": None,
        "outcome": "busy",
        "why": "cause 17",
        "dry_run": False,
        "witnesses": ["ari"],
        "amd_status": "",
        "amd_cause": "",
        "hangup_cause": 17,
    }


def test_a_piece_of_evidence_is_a_document_of_its_own() -> None:
    """Its tombstone names it by the same key."""
    view = BY_NAME["evidence"]
    document = evidence(SAID)
    assert document == {
        "_id": f"norte:1042:{CALL.attempt}:{SAID.digest}",
        "instance": "norte",
        "code": "1042",
        "attempt": CALL.attempt,
        "witness": "ari",
        "piece": "event",
        "fields": {"cause": "17"},
        "zone": "UTC",
        "at": SEEN,
    }
    assert view.erased(SAID.key) == document["_id"]


@given(st.sampled_from(VIEWS), CODES)
def test_no_document_looks_like_a_grave(view: View, code: str) -> None:
    assert not {"erased", "version"} & _document(view, code).keys()
    assert "instance" in _document(view, code) or view.name == "stages"  # read with LIVING


def _document(view: View, code: str) -> dict[str, object]:
    event = {
        "debtors": Debtor(instance="norte", code=code, version=0, changed_at=SEEN),
        "queue": QUEUED.model_copy(update={"code": code}),
        "references": CITY.model_copy(update={"id": code}),
        "sweeps": Sweep(instance="norte", erp="ixc", kind="bill", sweep=code, phase="started", at=SEEN),
        "calls": CALL.model_copy(update={"code": code}),
        "closed_bills": row("bill", code),
        "evidence": SAID.model_copy(update={"code": code}),
        "stages": Heartbeat(stage="views", worker=code, at=SEEN, since=SEEN),
    }[view.name]
    return view.document(event)
