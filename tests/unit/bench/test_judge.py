"""A faster program that is wrong must be found out."""

import orjson
import pytest

from deploy.bench import provider
from deploy.bench.debtors import debtor
from deploy.bench.judge import arrived, expected, fingerprint, wrong
from schemas.codec import encode
from schemas.keys import row_key
from schemas.records import PlainRecord
from schemas.rows import ErpRow
from tests.strategies import SEEN

STATE = encode(debtor(1, 1))


def raw(code: str, cents: str, minute: int) -> PlainRecord:
    """A bill as the poller publishes it."""
    drawn = provider.simulator(1)
    row = drawn.provider["fn_areceber"].blank | {
        "id": code,
        "id_cliente": "7",
        "liberado": "S",
        "status": "A",
        "valor_aberto": cents,
        "data_vencimento": "2026-01-10",
    }
    event = ErpRow(
        instance="bench",
        erp="ixc",
        kind="bill",
        id=code,
        client="7",
        row=row,
        seen_at=SEEN.replace(minute=minute),
        sweep="1",
    )
    return PlainRecord("erp.bill.v1", 0, minute, row_key("bench", "7", "bill", code), encode(event))


def test_the_version_the_time_of_change_and_the_order_of_rows_do_not_matter() -> None:
    plain = orjson.loads(STATE)
    other = plain | {"version": 99, "changed_at": "2026-02-01T00:00:00Z", "bills": dict(reversed(plain["bills"].items()))}

    assert fingerprint(orjson.dumps(other)) == fingerprint(STATE)


@pytest.mark.parametrize("field", ["contracts", "bills", "client"])
def test_anything_else_does(field: str) -> None:
    assert fingerprint(orjson.dumps(orjson.loads(STATE) | {field: None})) != fingerprint(STATE)


def test_the_newest_state_of_a_key_counts_and_an_erased_one_is_gone() -> None:
    older, newer = encode(debtor(1, 1)), encode(debtor(1, 2))
    output = [
        PlainRecord("debtor.v1", 0, 0, b"bench:1", older),
        PlainRecord("debtor.v1", 0, 1, b"bench:2", older),
        PlainRecord("debtor.v1", 0, 2, b"bench:1", newer),
        PlainRecord("debtor.v1", 0, 3, b"bench:2", None),
    ]

    assert arrived(output) == {b"bench:1": fingerprint(newer)}


def test_the_expectation_is_the_fold_of_all_rows() -> None:
    wanted = expected([raw("1", "10.00", 0), raw("2", "20.00", 1), raw("1", "5.00", 2)], SEEN)
    short = expected([raw("1", "10.00", 0), raw("2", "20.00", 1)], SEEN)

    assert list(wanted) == [b"bench:7"]
    assert wanted != short


def test_a_wrong_result_is_told_in_one_sentence() -> None:
    wanted = {b"a": b"1", b"b": b"2", b"c": b"3"}

    assert (
        wrong({b"a": b"1", b"b": b"0", b"d": b"4"}, wanted) == "wrong: of 3 states 1 are missing, 1 differ, 1 are nobody's"
    )
    assert wrong(dict(wanted), wanted) == ""
