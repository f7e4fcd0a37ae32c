"""Dead letters for people show where and why; for machines the original bytes."""

from base64 import b64decode
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from deploy.dead_letters import exported, shown

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
    assert shown({**WHY, "at": AT, "key": b"norte:7", "value": b"secret", "version": 0}) == {"at": AT, **WHY}
