"""Evidence and calls as they travel: each example is read by `classify`, and says what it would say today."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from processors.classify.calls import judged
from processors.classify.stage import CLASSIFY, key_of
from schemas.calls import Call
from schemas.codec import decode, encode
from schemas.evidence import EVENT_FIELDS, FIELDS, Evidence
from schemas.topics import CALLS, EVIDENCE
from tests.strategies import EXAMPLES
from tests.unit.records import of

NOW = datetime(2026, 11, 22, 14, tzinfo=UTC)
PIECES = sorted((EXAMPLES / EVIDENCE.name).glob("*.json"))
STATES = sorted((EXAMPLES / CALLS.name).glob("*.json"))


@pytest.mark.parametrize("path", PIECES, ids=lambda path: path.stem)
def test_evidence_has_asterisks_names_and_is_folded(path: Path) -> None:
    evidence = decode(Evidence, path.read_bytes())
    record = of(EVIDENCE.name, evidence.key, evidence)

    assert evidence.fields.keys() <= set(FIELDS if evidence.piece == "record" else EVENT_FIELDS)
    assert CLASSIFY.fold(key_of(record), None, [record], NOW).letters == []


@pytest.mark.parametrize("path", STATES, ids=lambda path: path.stem)
def test_a_call_goes_on_from_its_example_and_is_judged_as_it_says(path: Path) -> None:
    call = decode(Call, path.read_bytes())

    assert judged(call, over=False) == call
    for piece in (decode(Evidence, one.read_bytes()) for one in PIECES):
        mine = piece.model_copy(update={"attempt": call.attempt})
        assert CLASSIFY.fold(call.key, encode(call), [of(EVIDENCE.name, mine.key, mine)], NOW).letters == []


def test_the_examples_show_both_kinds_of_evidence_and_calls_with_and_without_an_outcome() -> None:
    pieces = [decode(Evidence, path.read_bytes()) for path in PIECES]
    calls = [decode(Call, path.read_bytes()) for path in STATES]

    assert {piece.piece for piece in pieces} == {"record", "event"}
    assert {"lost", "human", None} <= {call.outcome for call in calls}
    assert {call.outcome for call in calls if call.dry_run} == {None}
