"""The calls of a real Asterisk, each with the outcome that the far end knows: from events, from records, from both."""

from itertools import chain

import pytest

from processors.classify.calls import begun, judged, told
from processors.classify.reading import heard
from schemas.calls import Call
from schemas.evidence import Evidence
from tests.unit.processors.classify.lab import DIALLED, attempt_of, events, records, table_rows

UNTOLD = "invalid_number", "no_answer"
"""What an unallocated number is without its hang-up cause: the record says NO ANSWER."""
MACHINES = {"machine": "LONGGREETING-1500-1500", "human": "HUMAN-800-800"}


def call_of(*pieces: Evidence) -> Call:
    call = begun("norte", "1042", pieces[0].attempt)
    for piece in pieces:
        call = judged(told(call, heard(piece)), over=False)
    return call


def seen_to_end(pieces: tuple[Evidence, ...]) -> bool:
    """Whether the recording of the events goes on until the attempt's own channel has gone."""
    return any(piece.fields["type"] == "Hangup" and piece.fields.get("uniqueid") == piece.attempt for piece in pieces)


WHOLE = [linked for linked, pieces in events().items() if linked in DIALLED and seen_to_end(pieces)]


def test_the_lab_shows_every_outcome_that_asterisk_tells() -> None:
    outcomes = {DIALLED[linked] for linked in WHOLE}

    assert outcomes == {"human", "machine", "busy", "no_answer", "congestion", "invalid_number", "dropped"}
    assert {linked for linked in WHOLE if linked.startswith("1795354831")} == {
        "1795354831.19", "1795354831.26", "1795354831.30",
    }  # fmt: skip


@pytest.mark.parametrize("linked", WHOLE)
def test_events_alone_tell_the_truth(linked: str) -> None:
    assert call_of(*events()[linked]).outcome == DIALLED[linked]


@pytest.mark.parametrize("linked", sorted(DIALLED.keys() & records().keys()))
def test_records_alone_tell_what_they_can(linked: str) -> None:
    truth, found = DIALLED[linked], call_of(*records()[linked])

    assert found.outcome == {UNTOLD[0]: UNTOLD[1]}.get(truth, truth) or (truth, found.why) == ("congestion", "FAILED")


@pytest.mark.parametrize("linked", sorted(set(WHOLE) & records().keys()))
def test_both_tell_the_truth(linked: str) -> None:
    found = call_of(*chain(records()[linked], events()[linked]))

    assert found.outcome == DIALLED[linked]
    assert found.heard.witnesses == ("ami", "csv")


@pytest.mark.parametrize(("truth", "row"), table_rows(), ids=str)
def test_a_table_without_answer_and_end_tells_as_much(truth: str | None, row: Evidence) -> None:
    """Where a hang-up handler wrote what AMD found, over the words that named the number, that is the truth."""
    found = call_of(row)
    wrote = row.fields["userfield"].partition("amd=")[2].partition("|")[0]

    assert found.outcome == (
        {"HUMAN": "human", "MACHINE": "machine", "HANGUP": "dropped"}[wrote]
        if wrote
        else {UNTOLD[0]: UNTOLD[1]}.get(truth or "", truth)
    )
    assert found.ended_at is not None
    assert (found.talk_s is not None) == (row.fields["disposition"] == "ANSWERED")


def test_times_are_those_of_events_where_they_are_told_and_else_of_records() -> None:
    exact, coarse = call_of(*events()["1795354813.1"]), call_of(*records()["1795354813.1"])

    assert (coarse.ring_s, coarse.talk_s) == (1.0, 2.0)
    assert exact.ring_s is not None
    assert exact.talk_s is not None
    assert (abs(exact.ring_s - 1) < 1, abs(exact.talk_s - 2) < 1, exact.ring_s % 1 > 0) == (True, True, True)


def test_of_a_fork_the_leg_that_answered_counts() -> None:
    found = call_of(*records()["1795354832.37"])

    assert (found.ring_s, found.talk_s, found.heard.legs.dispositions) == (1.0, 5.0, ("ANSWERED", "NO ANSWER"))
    assert found.heard.records == 3


def test_what_a_failed_spool_adds_is_nothing() -> None:
    """Asterisk writes one more NO ANSWER beside each failure."""
    spool = next(
        piece for pieces in records().values() for piece in pieces if piece.fields["channel"] == "OutgoingSpoolFailed"
    )
    busy = records()["att-3301"]
    mine = spool.model_copy(
        update={"attempt": attempt_of("att-3301"), "fields": {**spool.fields, "uniqueid": attempt_of("att-3301")}}
    )

    assert call_of(mine).outcome is None
    assert call_of(mine, *busy).outcome == call_of(*busy, mine).outcome == "busy"
    assert call_of(mine, *busy).heard.records == 1
