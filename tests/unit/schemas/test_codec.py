"""Bytes and events."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from schemas.codec import decode, encode
from schemas.debtor import Debtor
from schemas.errors import RejectRecord
from schemas.queue import QueueEntry
from schemas.rows import ErpRow
from schemas.sweeps import Sweep
from tests.strategies import DEBTORS, event

MODELS = (ErpRow, Sweep, Debtor, QueueEntry)


@given(DEBTORS)
def test_what_is_encoded_comes_back(debtor: Debtor) -> None:
    assert decode(Debtor, encode(debtor)) == debtor


@given(st.sampled_from(MODELS), st.one_of(st.none(), st.binary(max_size=200)))
def test_any_bytes_are_an_event_or_a_rejected_record(model: type[BaseModel], value: bytes | None) -> None:
    """A stage must survive what somebody else wrote to its topic."""
    with pytest.raises(RejectRecord):
        decode(model, value)


@given(st.data())
def test_a_spoiled_event_is_still_one_or_a_rejected_record(data: st.DataObject) -> None:
    """Cut, overwritten and doubled bytes of a real event."""
    value = encode(event("bill", "88031"))
    start, end = sorted(data.draw(st.tuples(st.integers(0, len(value)), st.integers(0, len(value)))))
    spoiled = value[:start] + data.draw(st.binary(max_size=5)) + value[end:]
    try:
        field = decode(ErpRow, spoiled).sweep
    except RejectRecord as exc:
        field = exc.field

    assert field


@pytest.mark.parametrize("edge", ["0001-01-01T00:00:00+23:00", "9999-12-31T23:59:59-23:00"])
def test_an_instant_beyond_the_calendar_is_a_rejected_record(edge: str) -> None:
    value = encode(event("bill", "1")).replace(b"2026-01-14T12:00:00Z", edge.encode())

    with pytest.raises(RejectRecord, match="seen_at"):
        decode(ErpRow, value)


def test_a_rejected_record_names_the_field_and_never_its_content() -> None:
    value = encode(event("client", "1")).replace(b'"norte"', b'"Fulana de Tal"')

    with pytest.raises(RejectRecord, match=r"ErpRow\.instance: string_pattern_mismatch") as caught:
        decode(ErpRow, value)

    assert (caught.value.field, "Fulana" in str(caught.value)) == ("instance", False)


def test_fields_at_their_default_do_not_travel() -> None:
    assert b"error" not in encode(Sweep.model_validate({**SWEEP, "phase": "completed"}))


def test_an_unknown_field_is_an_error_where_we_write_and_ignored_where_we_read() -> None:
    """A producer's typing mistake is seen at once; a field that a newer version added stops no older reader."""
    with pytest.raises(ValidationError, match="extra_forbidden"):
        Sweep.model_validate({**SWEEP, "phase": "failed", "eror": "x"})
    event = Sweep.model_validate({**SWEEP, "phase": "failed"})
    assert decode(Sweep, encode(event).replace(b"{", b'{"newer":"x",', 1)) == event


SWEEP = {"instance": "norte", "erp": "ixc", "kind": "bill", "sweep": "1", "at": "2026-01-14T12:00:00Z"}
