"""A provider whose logins are MAC addresses: one contract a login, whose code is the whole address, from answer to state."""

from datetime import UTC, datetime

import pytest

from producers.erp.changes import Known, examine
from producers.erp.memory import DIGEST, MEMBER, Notes, note
from producers.erp.outbox import row_bytes
from producers.erp.webhooks.answers import judge
from schemas.codec import decode
from schemas.debtor import Debtor
from schemas.erp.altarede import CONTRACTS, WEBHOOKS
from schemas.erp.altarede_options import EXAMPLE, NONE_TEXT
from schemas.hydration.record import learned
from schemas.keys import debtor_key, row_key
from schemas.rows import ErpRow
from schemas.views import VIEWS, bill
from tests.unit.records import Given

NOW = datetime(2026, 1, 14, 12, tzinfo=UTC)
MAC = "02:00:5e:10:00:01"
ANSWER = (
    b'[{"COD_CLIENTE": "5", "LOGIN": "02:00:5e:10:00:01", "plano": "300M", "statusIP": "BLOQUEIO", "STATUS_TIPO": "ATIVO"}]'
)


def record(key: bytes, value: bytes | None) -> Given:
    return Given("erp.contract.v1", 0, 1, key, value, 0, ())


def test_a_login_that_is_a_mac_address_is_one_contract_whose_code_is_the_whole_address() -> None:
    (row,) = judge(CONTRACTS, "contract", EXAMPLE["contract"], NONE_TEXT, 200, ANSWER)
    change = examine(CONTRACTS, row, lambda _: "")
    of_all = {"instance": "norte", "erp": WEBHOOKS.name, "kind": "contract", "seen_at": NOW.isoformat(), "sweep": "1"}
    key = row_key("norte", change.known.owner, "contract", change.code)
    value = row_bytes(of_all, change)
    state = learned(debtor_key("norte", "5"), None, record(key, value), NOW)

    assert decode(ErpRow, value).id == MAC
    assert state is not None
    assert list(state.contracts) == [MAC]
    assert state.contracts[MAC].access == "blocked"

    notes = Notes()
    note(notes, key, value, {DIGEST: change.known.digest, MEMBER: b"1"})
    assert notes.books == {("norte", "contract"): {MAC: Known("5", change.known.digest)}}

    erased = learned(debtor_key("norte", "5"), state, record(key, None), NOW)
    assert isinstance(erased, Debtor)
    assert erased.contracts == {}


@pytest.mark.parametrize("code", [MAC, "a%3Ab", "100%", "%25"])
def test_a_client_or_a_bill_with_any_such_sign_is_keyed_like_any_other(code: str) -> None:
    """Our code of a client has no separator; the row keeps the ERP's own."""
    row = {"CODIGO": code, "COD_CLIENTE": code, "COD_PLANO": "1"}
    change = examine(CONTRACTS, row, lambda _: "")

    assert change.code == code
    assert ":" not in change.known.owner
    assert change.row is not None
    assert change.row["COD_CLIENTE"] == code


def test_a_tombstone_names_the_document_of_a_bill_with_such_an_id() -> None:
    row = {"COD_ARECEBER": MAC, "COD_CLIENTE": "5", "DATA_VENCIMENTO": "2026-01-05", "VALOR": "99.90"}
    event = ErpRow(
        instance="norte", erp=WEBHOOKS.name, kind="bill", id=MAC, client="5", row=row, seen_at=NOW, sweep="1", zone="UTC"
    )
    (view,) = (one for one in VIEWS if one.document is bill)

    assert bill(event)["_id"] == view.erased(row_key("norte", "5", "bill", MAC))
    assert bill(event)["bill"] == MAC
