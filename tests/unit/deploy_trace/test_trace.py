"""The way of one bill in rows: what went where when, and nothing of a person."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from ulid import ULID

from deploy.trace import NEWEST, OF_DEBTOR, Key, in_order, is_about, letter, parsed, shown, told
from deploy.trace_sweeps import Brought
from processors.keyed.rounds import messages
from schemas.codec import encode
from schemas.debtor import Bill, Client, Debtor
from schemas.errors import StopWorker
from schemas.queue import Facts, QueueEntry, Verdict
from schemas.rows import ErpRow
from schemas.topics import BILLS, CLIENTS, CONTRACTS, DEBTORS, QUEUE, Topic
from sinks.views.epochs import GENERATION

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
SWEEP = str(ULID.from_datetime(NOW - timedelta(seconds=40)))
PERSON = "Quitéria Plantada"
KEY = parsed("vale:1042:bill:77")


@dataclass(frozen=True)
class Record:
    topic: str
    key: bytes
    value: bytes | None
    offset: int = 5
    partition: int = 2
    timestamp: int = round(NOW.timestamp() * 1_000)
    headers: tuple[tuple[str, bytes | None], ...] = ()


def bill(**fields: object) -> ErpRow:
    row = {"id": "77", "obs": PERSON}
    plain = {"instance": "vale", "erp": "ixc", "kind": "bill", "id": "77", "client": "1042", "row": row}
    return ErpRow.model_validate({**plain, "seen_at": NOW, "sweep": SWEEP, **fields})


def details(*rows: ErpRow) -> list[tuple[object, object]]:
    records = [Record(BILLS.name, b"vale:1042:bill:77", encode(row)) for row in rows]
    return [(row["what"], row["detail"]) for row in told(BILLS, records, KEY, Brought())]


def test_a_key_is_that_of_a_row_or_of_all_of_a_debtor() -> None:
    assert KEY.topics == (BILLS, DEBTORS, QUEUE)
    assert parsed("vale:1042").topics == (*OF_DEBTOR, DEBTORS, QUEUE)
    assert set(OF_DEBTOR) == {CLIENTS, CONTRACTS, BILLS}
    assert parsed("vale:1042:contract:a%3Ab:c") == Key("vale", "1042", "contract", "a%3Ab:c")
    others = (b"vale:1042:bill:777", b"vale:10421", b"vale:10421:bill:77", b"vale:1042:bill", None)
    assert [key for key in (b"vale:1042:bill:77", b"vale:1042", b"vale:1042:client:1042", *others) if KEY.has(key)] == [
        b"vale:1042:bill:77",
        b"vale:1042",
    ]
    whole = parsed("vale:1042")
    assert [key for key in (b"vale:1042:bill:77", b"vale:1042", *others[1:3], None) if whole.has(key)] == [
        b"vale:1042:bill:77",
        b"vale:1042",
    ]


@pytest.mark.parametrize("text", ["vale", "vale:1042:bill", "vale::bill:7", "", "vale:1:reference:7", "vale:1:invoice:7"])
def test_what_is_no_key_is_told_with_one_that_is(text: str) -> None:
    with pytest.raises(StopWorker, match=r"INSTANCE:CLIENT|no kind of row"):
        parsed(text)


def test_a_row_says_what_became_of_it_and_in_which_sweep() -> None:
    begun = "begun 2026-11-29 11:59:20Z"
    assert details(bill(), bill(row=None), bill(row=None, lost=True), bill(sweep="webhook")) == [
        ("bill 77", f"as the ERP shows it; sweep {SWEEP}, {begun}"),
        ("bill 77", f"gone; sweep {SWEEP}, {begun}"),
        ("bill 77", f"lost; sweep {SWEEP}, {begun}"),
        ("bill 77", "as the ERP shows it; sweep webhook"),
    ]
    (row,) = told(BILLS, [Record(BILLS.name, b"vale:1042:bill:77", encode(bill()))], KEY, Brought())
    assert (row["at"], row["where"]) == (NOW, "erp.bill.v1[2]@5")


def test_a_state_says_whether_the_bill_is_open_and_an_entry_why_nobody_calls() -> None:
    open_bill = Bill(due_on=date(2026, 11, 1), open_cents=9_990, status="open", seen_at=NOW)
    client = Client(name=PERSON, active=True, seen_at=NOW)
    state = Debtor(instance="vale", code="1042", version=7, changed_at=NOW, client=client, bills={"77": open_bill})
    entry = QueueEntry(
        instance="vale",
        code="1042",
        version=3,
        debtor_version=7,
        decided_at=NOW,
        facts=Facts(known=True, active=True, phones=("+5582999990001",)),
        verdict=Verdict(holds=("no_phone", "promise")),
    )
    closed = state.model_copy(update={"bills": {}})
    found = [
        row["detail"]
        for topic, event in ((DEBTORS, state), (DEBTORS, closed), (QUEUE, entry))
        for row in told(topic, [Record(topic.name, b"vale:1042", encode(event))], KEY, Brought())
    ]
    assert found == [
        "version 7, 0 contracts, 1 open bills; this one open, due 2026-11-01, 9990 cents",
        "version 7, 0 contracts, 0 open bills; this one is not among them",
        "made of debtor version 7: no_phone, promise",
    ]


def made(topic: Topic, offset: int, read: dict[str, int]) -> Record:
    """A state as a keyed stage publishes it."""
    ((key, value, headers, _),) = messages({b"vale:1042": b"{}"}, read)
    return Record(topic.name, key, value, offset, headers=tuple(headers))


def test_a_state_and_a_views_document_name_the_sweep_of_the_newest_row_that_was_read_by_then() -> None:
    """Rows of two topics by the time of their writing; of each only what its stage had read."""
    first, second, later = (str(ULID.from_datetime(NOW + timedelta(minutes=n))) for n in range(3))
    at = round(NOW.timestamp() * 1_000)
    whole, key = Brought(), b"vale:1042:bill:77"
    whole.take(
        CLIENTS, [Record(CLIENTS.name, b"vale:1042:client:1042", encode(bill(kind="client", sweep=second)), 3, 2, at + 5)]
    )
    bills = [
        Record(BILLS.name, key, encode(bill(sweep=sweep)), n, 2, at + n) for n, sweep in enumerate((first, first, later), 7)
    ]
    whole.take(
        BILLS,
        [*bills, Record(BILLS.name, key, b"unreadable", 10, 2, at + 10), Record(BILLS.name, key, None, 11, 2, at + 11)],
    )
    reads = [(0, 8), (4, 8), (4, 10), (4, 11), (4, 12)]
    states = [made(DEBTORS, 20 + n, {CLIENTS.name: c, BILLS.name: b}) for n, (c, b) in enumerate(reads)]
    whole.take(DEBTORS, [*states, Record(DEBTORS.name, b"vale:1042", b"{}", 25)])
    whole.take(QUEUE, [made(QUEUE, 2, {DEBTORS.name: 22, "call.v1": 9})])

    assert [whole.sweep(DEBTORS, 20 + n) for n in range(6)] == [first, first, later, "", "", ""]
    assert [whole.sweep(QUEUE, n) for n in (1, 2)] == ["", first]
    begun = "begun 2026-11-29 12:02:00Z"
    document = {"version": 5 * GENERATION + 22, "changed_at": NOW}
    assert (
        shown("debtors", document, whole)["detail"] == f"version {document['version']}; newest row of sweep {later}, {begun}"
    )
    assert shown("closed_bills", {"version": 9}, whole)["detail"] == f"version 9; newest row of sweep {later}, {begun}"
    assert shown("queue", {"version": 3}, whole)["detail"] == "version 3"


def test_what_cannot_be_read_is_a_row_too_and_of_many_records_the_newest_are_shown() -> None:
    broken = [Record(BILLS.name, b"vale:1042:bill:77", PERSON.encode(), offset) for offset in range(NEWEST + 3)]
    rows = list(told(BILLS, [*broken, Record(BILLS.name, b"vale:1042:bill:77", None, 99)], KEY, Brought()))
    assert rows[0]["what"] == "4 older records"
    assert len(rows) == NEWEST + 1
    assert {row["what"] for row in rows[1:-1]} == {"cannot be read"}
    assert (rows[-1]["what"], rows[-1]["where"]) == ("erased", "erp.bill.v1[2]@99")
    assert PERSON not in str(rows)


def test_views_and_letters_tell_their_state() -> None:
    assert shown("debtors", None, Brought())["what"] == "not there"
    assert shown("closed_bills", {"closed_at": NOW, "how": "paid", "version": 9}, Brought())["detail"] == "version 9, paid"
    assert shown("queue", {"erased": True, "at": NOW}, Brought())["what"] == "erased"
    base = {"at": NOW, "place": "erp.bill.v1[2]@5", "stage": "hydrate", "field": f"row.{PERSON}", "reason": PERSON}
    settled = ({}, {"discarded": {"at": NOW}}, {"retried": {"at": NOW}}, {"retried": {"at": NOW, "sent_at": NOW}})
    rows = [letter({**base, **more}) for more in settled]
    assert [str(row["detail"]).partition("; ")[2] for row in rows] == ["waits", "discarded", "waits", "put back"]
    assert PERSON not in str(rows)


@pytest.mark.parametrize(
    ("key", "place", "value", "of_bill", "of_debtor"),
    [
        (b"vale:1042:bill:77", "erp.bill.v1[2]@5", b"?", True, True),
        (b"vale:1042", "debtor.v1[2]@5", b"?", True, True),
        (b"vale:1042:bill:770", "erp.bill.v1[2]@5", b"?", False, True),
        (b"vale:10420:bill:77", "erp.bill.v1[2]@5", b"?", False, False),
        (None, "ixc/fn_areceber[vale]@77", b'{"id_cliente":"1042"}', True, True),
        (None, "ixc/fn_areceber[vale]@770", b'{"id_cliente":"1042"}', False, True),
        (None, "ixc/fn_areceber[vale]@77", b'{"id_cliente":"10420"}', False, False),
        (None, "ixc/fn_areceber[sul]@77", b'{"id_cliente":"1042"}', False, False),
        (None, "ixc/cliente_contrato[vale]@77", b'{"id_cliente":"1042"}', False, True),
        (None, "ixc/fn_areceber[vale]@77", b"{}", True, False),
        (None, "ixc/fn_areceber[vale]@77", b'{"id_cliente":null}', True, False),
        (None, "ixc/fn_areceber[vale]@78", b"{}", False, False),
        (None, "erp.bill.v1[2]@77", b"{}", False, False),
    ],
)
def test_a_letter_is_of_whom_its_key_names_or_where_a_poller_could_make_none_the_row_in_it(
    key: bytes | None, place: str, value: bytes, of_bill: bool, of_debtor: bool
) -> None:
    """One of a row that names no client is its row's all the same."""
    found = {"key": key, "place": place, "value": value}

    assert (is_about(KEY, found), is_about(parsed("vale:1042"), found)) == (of_bill, of_debtor)


def test_a_letter_of_a_row_whose_id_holds_the_separator_is_found() -> None:
    found = {"key": None, "place": "altarede-webhooks/Logins[vale]@02:00", "value": b'{"COD_CLIENTE":"a:b"}'}

    assert is_about(parsed("vale:a%3Ab:contract:02%3A00"), found)
    assert is_about(parsed("vale:a%3Ab:contract:02%3A00"), {**found, "value": b"{}"})


def test_rows_stand_by_their_time_and_what_has_none_last() -> None:
    rows = [{"at": None, "n": 1}, {"at": NOW, "n": 2}, {"at": NOW - timedelta(1), "n": 3}, {"at": NOW, "n": 4}]
    assert [row["n"] for row in in_order(rows)] == [3, 2, 4, 1]
