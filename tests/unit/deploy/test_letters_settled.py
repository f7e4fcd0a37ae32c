"""Which letters somebody means, what stands at their places, and what an ERP says of a row that could not be keyed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.cli.letters.options import chosen
from deploy.letters.chosen import Chosen, of_instance, query
from deploy.letters.rows import answered, owner_in, table_of
from deploy.letters.standing import Standing
from schemas.erp import ERPS
from schemas.errors import StopWorker
from schemas.letters import InErp, InTopic
from schemas.views import UNSETTLED
from tests.integration.dashboard_provider import instance
from tests.unit.records import Given

BILLS = next(table for table in ERPS["ixc"].tables if table.kind == "bill")
ROW = {**dict.fromkeys(BILLS.columns, "1"), BILLS.key: "9", "liberado": "S", "status": "A"}
KNOWN = InErp("ixc", BILLS.name, "norte", "9")


@given(st.lists(st.sampled_from([b"a", b"b", b"c"]), max_size=12), st.integers(0, 11))
def test_a_record_is_newer_if_it_stands_behind_under_the_same_key(keys: list[bytes], at: int) -> None:
    place = InTopic("erp.bill.v1", 0, at)
    standing = Standing([place])
    for offset, key in enumerate(keys):
        standing.note(Given("erp.bill.v1", 0, offset, key, b"{}"))
    if at < len(keys):
        assert standing.at[place].key == keys[at]
        assert standing.newer(place, keys[at]) is (keys[at] in keys[at + 1 :])
    else:
        assert not standing.at


def test_a_name_finds_settled_letters_too_and_a_filter_only_what_waits() -> None:
    assert query(Chosen(names=("erp.bill.v1[2]@77",)))["$or"][1] == {"place": {"$in": ["erp.bill.v1[2]@77"]}}
    found = query(Chosen(stage="hydrate", field="row", reason="no date ("))
    assert found == {**UNSETTLED, "stage": "hydrate", "field": "row", "reason": {"$regex": r"no\ date\ \(", "$options": "i"}}


def test_an_instance_is_told_by_keys_and_places() -> None:
    letters = [
        {"place": "erp.bill.v1[2]@7", "key": b"norte:1:bill:2"},
        {"place": "erp.bill.v1[2]@8", "key": b"norte2:1:bill:2"},
        {"place": "ixc/cliente[norte]@9", "key": None},
    ]
    assert [one["place"] for one in of_instance(letters, "norte")] == ["erp.bill.v1[2]@7", "ixc/cliente[norte]@9"]
    assert len(of_instance(letters, "")) == len(letters)


def test_nothing_is_settled_without_being_named() -> None:
    with pytest.raises(StopWorker, match="say which"):
        chosen([])
    with pytest.raises(StopWorker, match="not both"):
        chosen(["erp.bill.v1[2]@77"], stage="hydrate")


def test_a_row_is_read_once_it_can_be_keyed() -> None:
    assert answered(BILLS, KNOWN, [ROW]).done == "read"
    assert answered(BILLS, KNOWN, [{**ROW, str(BILLS.owner): ""}]).done == "still"
    assert answered(BILLS, KNOWN, [{**ROW, "status": None}]).done == "still"
    assert answered(BILLS, KNOWN, [{**ROW, BILLS.key: "10"}]).done == "absent"


def test_another_erp_since_has_no_such_row() -> None:
    norte = instance("norte", "Norte Telecom")
    assert table_of(KNOWN, norte) is BILLS
    assert table_of(KNOWN._replace(erp="rbx"), norte) is None
    assert table_of(KNOWN._replace(table="gone"), norte) is None


@pytest.mark.parametrize("value", [None, b"", b"\xff", b"[]", b"3"])
def test_a_letter_that_tells_no_owner_is_asked_without_one(value: bytes | None) -> None:
    assert owner_in(BILLS, value) == ""


def test_the_owner_that_was_told_is_asked_for() -> None:
    assert owner_in(BILLS, b'{"%s": "12"}' % str(BILLS.owner).encode()) == "12"
