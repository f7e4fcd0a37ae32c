"""Dead letters for people show where and why; for machines the original bytes."""

from base64 import b64decode
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.dead_letters import exported, shown
from deploy.whose_letter import whose

WHY = {"stage": "hydrate", "place": "erp.bill.v1[2]@77", "field": "row", "reason": "ErpRow.row: missing"}
AT = datetime(2026, 3, 1, tzinfo=UTC)
BYTES = st.none() | st.binary() | st.text().map(str.encode)


@given(BYTES, BYTES)
def test_an_export_gives_the_original_bytes_back(key: bytes | None, value: bytes | None) -> None:
    row = exported({**WHY, "at": AT, "key": key, "value": value})
    for name, original in (("key", key), ("value", value)):
        text = row[name]
        assert (text is None) == (original is None)
        if isinstance(text, str):
            assert original == (text.encode() if row["encoding"] == "utf-8" else b64decode(text))


def test_text_stays_readable() -> None:
    row = exported({**WHY, "at": AT, "key": b"norte:7", "value": '{"nome": "José"}'.encode()})
    assert (row["encoding"], row["key"], row["value"]) == ("utf-8", "norte:7", '{"nome": "José"}')


def test_the_terminal_never_shows_a_debtor() -> None:
    letter = {**WHY, "at": AT, "key": b"norte:7:bill:9", "value": b"secret", "version": 0}
    assert shown(letter) == {"at": AT, "instance": "norte", "kind": "bill", "id": "9", **WHY}


@pytest.mark.parametrize(
    ("key", "place", "about"),
    [
        (None, "ixc/fn_areceber[norte]@123", ("norte", "bill", "123")),
        (None, "rbx/ConsultaContratos[sul]@?", ("sul", "contract", "?")),
        (None, "altarede-webhooks/Logins[norte]@02:00:5e:10:00:01", ("norte", "contract", "02:00:5e:10:00:01")),
        (None, "ixc/unheard_of[norte]@5", ("norte", "unheard_of", "5")),
        (b"norte:7:bill:9", "erp.bill.v1[2]@77", ("norte", "bill", "9")),
        (b"norte:7:contract:a:b", "erp.contract.v1[2]@77", ("norte", "contract", "a:b")),
        (b"norte:7:call:01K", "call.placed.v1[0]@1", ("norte", "call", "01K")),
        (b"norte:7:cdr:01K", "cdr/row[pabx.example]", ("norte", "cdr", "01K")),
        (b"norte:7", "debtor.v1[2]@77", ("norte", "debtor", "7")),
        (b"norte:7", "call.requested.v1[0]@3", ("norte", "call.requested", "7")),
        (b"norte:bill", "erp.sweep.v1[0]@3", ("norte", "bill", "")),
        (b"norte:7", "nowhere", ("norte", "", "7")),
        (b"k", "erp.bill.v1[2]@77", ("", "", "")),
        (b"\xff\x00:1", "erp.bill.v1[2]@77", ("", "", "")),
        (None, "erp.bill.v1[2]@77", ("", "", "")),
        (None, "cdr/row[pabx.example]", ("", "", "")),
    ],
)
def test_a_letter_of_any_stage_says_what_it_is_about(key: bytes | None, place: str, about: tuple[str, str, str]) -> None:
    assert whose(key, place) == about


@given(st.none() | st.binary(), st.text())
def test_no_letter_crashes_the_list(key: bytes | None, place: str) -> None:
    assert len(whose(key, place)) == 3
