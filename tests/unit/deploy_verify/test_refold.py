"""Raw rows folded anew: what the stage had read, of whom is asked, and nothing else; and the newest records below a cut."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.verify import refold
from deploy.verify.cuts import cut, newest, read_of
from deploy.verify.judge import state
from deploy.verify.kept import Kept, Placed, Record
from deploy.verify.prints import document_of, identities, print_of
from deploy.verify.refold import Refold
from processors.hydrate.stage import HYDRATE
from schemas.codec import encode
from schemas.debtor import Debtor
from schemas.errors import RejectRecord
from schemas.keys import partition_of
from schemas.rows import ErpRow
from schemas.sweeps import Sweep
from schemas.topics import DEBTORS
from schemas.views import VIEWS
from tests.strategies import DEBTORS as STATES
from tests.strategies import SEEN, event, histories
from tests.unit.records import Given, of_row

KEY = b"norte:1042"
HOME = partition_of(KEY, DEBTORS.partitions)


def rows(events: list[ErpRow]) -> list[Given]:
    """In the debtor's own partition."""
    return [replace(of_row(one, offset), partition=HOME) for offset, one in enumerate(events)]


def folded(records: list[Given], below: int) -> Refold:
    found = Refold(HYDRATE, {topic.name: below for topic in HYDRATE.sources}, lambda _: True, SEEN)
    found.take(records)
    found.end()
    return found


def key_of(record: Record) -> list[bytes]:
    if record.key is None:
        raise RejectRecord("no key", field="key")
    return [record.key]


@given(histories(), st.integers(0, 12), st.integers(1, 4))
def test_folded_in_pieces_it_is_the_state_of_the_rows_below_the_cut(events: list[ErpRow], below: int, at_once: int) -> None:
    records = rows(events)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(refold, "AT_ONCE", at_once)
        found = folded(records, below)
    wanted = HYDRATE.fold(KEY, None, records[:below], SEEN).state if below else None

    assert list(state(KEY.decode(), "", wanted, found.states.get(KEY))) == []
    assert (found.taken, found.ahead) == (min(below, len(records)), max(0, len(records) - below))


def test_a_row_in_another_partition_than_its_debtors_is_nobodys() -> None:
    """The stage buries it."""
    record = replace(rows([event("bill", "1", status="A")])[0], partition=(HOME + 1) % DEBTORS.partitions)
    assert folded([record], 9).states == {}


def test_a_row_of_which_compaction_left_only_the_loss_is_remembered() -> None:
    lost = event("bill", "1", gone=True).model_copy(update={"lost": True})

    assert folded(rows([lost]), 9).blind == {KEY: {("bill", "1")}}
    assert folded(rows([event("bill", "1", status="A"), lost]), 9).blind == {}


# --- up to where everybody had read


def test_the_header_and_the_group_tell_and_the_further_counts() -> None:
    header = [("other", b"1"), ("read", b'{"erp.bill.v1": 7, "erp.client.v1": 3}')]
    assert read_of(header) == {"erp.bill.v1": 7, "erp.client.v1": 3}
    assert read_of([]) == read_of([("read", b"{")]) == read_of([("read", b"7")]) == {}
    assert newest({"a": 7, "b": 1}, {"a": 3, "c": 2}) == {"a": 7, "b": 1, "c": 2}
    reached = cut({"a": 7, "b": 9}, {"a": 9, "b": 4, "c": -1}, ("a", "b", "c", "d"))
    assert reached == {"a": 9, "b": 9, "c": 0, "d": 0}


def test_the_newest_record_below_each_cut_and_of_all() -> None:
    """A tombstone is a record too; what is past a cut is counted, and its header still tells."""
    records = [
        Given(DEBTORS.name, HOME, offset, key, value, headers=[("read", b'{"erp.bill.v1": %d}' % (offset * 10))])
        for offset, (key, value) in enumerate(
            [(b"a:1", b"0"), (b"a:2", b"1"), (b"a:1", b"2"), (b"b:1", b"3"), (b"a:2", None)]
        )
    ]
    records.append(Given(DEBTORS.name, HOME, 5, None, b"without a key"))
    kept = Kept({"early": 2, "late": 9}, lambda key: key.startswith(b"a:"), key_of)
    kept.take(records)

    assert kept.at["early"] == {b"a:1": Placed(0, b"0"), b"a:2": Placed(1, b"1")}
    assert kept.last == kept.at["late"] == {b"a:1": Placed(2, b"2"), b"a:2": Placed(4, None)}
    assert kept.told == {"erp.bill.v1": 40}
    assert kept.behind == {"early": 4, "late": 0}


# --- documents


@given(STATES)
def test_a_document_has_the_same_print_under_any_version_and_order_and_another_for_any_change(debtor: Debtor) -> None:
    view = VIEWS[0]
    document = document_of(view, encode(debtor))
    assert document is not None
    turned = dict(reversed(document.items())) | {"version": 9}

    assert print_of(turned) == print_of(document)
    assert print_of({**document, "code": "another"}) != print_of(document)
    assert document_of(view, None) is None


def test_the_identity_is_that_of_the_sinks_document() -> None:
    sweeps = next(view for view in VIEWS if view.name == "sweeps")
    began = Sweep(instance="norte", erp="ixc", kind="bill", sweep="01", phase="started", at=SEEN)

    assert identities(VIEWS[0], KEY, None) == [KEY]
    assert identities(sweeps, b"norte:bill", encode(began)) == [b"norte:bill:started"]
    assert identities(sweeps, b"norte:bill:failed", None) == [b"norte:bill:failed"]
    with pytest.raises(RejectRecord):
        identities(VIEWS[0], b"norte", None)
