"""Who of all clients a person is, what is theirs, and where they are found afterwards: values in, values out."""

from datetime import UTC, datetime
from typing import Any

import orjson
from bson import encode as bson
from hypothesis import given
from hypothesis import strategies as st

from deploy.erasing.hits import GRAVE, Hits
from deploy.erasing.staying import stays
from deploy.erasing.whose import Asking, Everyone, is_theirs, mention, needles, owner_of
from schemas.attempts import ATTEMPTS
from schemas.dead import Why
from schemas.suppression import Suppressed
from schemas.topics import BILLS, CLIENTS, DEAD, DEBTORS, PLACED, REFERENCES, REQUESTS, TOPICS
from tests.unit.records import Given

HASH, OTHER = "a" * 32, "b" * 32
CPF, CNPJ = "11144477735", "11222333000181"
NOW = datetime(2026, 1, 14, tzinfo=UTC)


def row(key: str, person: str | None, topic: str = CLIENTS.name, at: int = 0) -> Given:
    """A client's row; None: the ERP has it no more. `at`: its time."""
    value = orjson.dumps({"row": None if person is None else {"person": person}})
    return Given(topic, 0, 0, key.encode(), value, timestamp=at)


def gone(key: str, topic: str = CLIENTS.name, at: int = 0) -> Given:
    return Given(topic, 0, 0, key.encode(), None, timestamp=at)


def asked(*records: Given, listed: frozenset[tuple[str, str]] = frozenset()) -> Asking:
    found = Asking(HASH, lambda instance, code: (instance, code) in listed)
    for one in records:
        found.note(one)
    return found


# --- whose


def test_a_document_is_looked_for_as_people_write_it() -> None:
    assert needles(CPF, HASH)[:2] == (b"11144477735", b"111.444.777-35")
    assert needles(CNPJ, HASH)[:2] == (b"11222333000181", b"11.222.333/0001-81")


def test_the_newest_row_that_shows_a_document_tells_who_a_client_is() -> None:
    """One that shows none, or is gone, takes nothing back; another person's does."""
    found = asked(
        row("norte:1:client:1", HASH), row("norte:1:client:1", ""), row("norte:1:client:1", None), gone("norte:1:client:1"),
        row("norte:2:client:2", HASH), row("norte:2:client:2", OTHER),
        row("sul:1:client:1", OTHER), row("sul:3:client:3", HASH), Given(CLIENTS.name, 0, 0, b"sul:4:client:4", b"\xff"),
        Given(CLIENTS.name, 0, 0, None, HASH.encode()),
    )  # fmt: skip
    assert (found.clients, found.formerly) == ({"norte": ["1"], "sul": ["3"]}, 1)


def test_a_client_on_the_list_is_found_though_its_rows_are_erased() -> None:
    """So that an erasure which was cut is finished."""
    found = asked(gone("norte:1:client:1"), row("norte:2:client:2", OTHER), listed=frozenset({("norte", "1")}))
    assert found.clients == {"norte": ["1"]}


def test_a_client_that_was_called_as_them_is_one_of_them_unless_a_row_shows_somebody_else() -> None:
    """Kafka's rows may be lost, or tell no document any more."""
    called = [("norte", "1"), ("norte", "2"), ("sul", "3")]
    found = Asking(HASH, lambda *_: False, called)
    for one in (row("norte:2:client:2", OTHER), row("sul:3:client:3", ""), row("sul:4:client:4", HASH)):
        found.note(one)
    assert (found.clients, found.formerly) == ({"norte": ["1"], "sul": ["3", "4"]}, 1)


def test_of_an_instance_without_them_nothing_is_erased() -> None:
    assert Everyone({"norte": ["7"]}).rows("sul") == {}


CODES = st.sampled_from(["7", "70", "8", "uf"])
RECORDS = st.lists(
    st.tuples(
        st.sampled_from(["norte", "nort", "sul"]),
        CODES,
        st.sampled_from([BILLS.name, DEBTORS.name, REFERENCES.name, PLACED.name]),
        st.sampled_from([None, b"{}"]),
    ),
    max_size=40,
)


@given(RECORDS, st.sets(CODES, min_size=1, max_size=2))
def test_tombstones_end_all_that_is_theirs_and_nothing_of_a_neighbour(
    history: list[tuple[str, str, str, bytes | None]], codes: set[str]
) -> None:
    everyone, last = Everyone({"norte": codes, "sul": ["8"]}), {}
    for name, code, topic, value in history:
        key = f"{name}:{code}{'' if topic == DEBTORS.name else ':kind:1'}".encode()
        last[topic, name, code, key] = value
        everyone.note(Given(topic, 0, 0, key, value))
    erased = {place: {message.key for message in part} for place, part in everyone.all().items()}
    for wanted in (BILLS.name, PLACED.name):
        assert erased.get((wanted, 0), set()) == {
            key
            for (topic, name, code, key), value in last.items()
            if topic == wanted
            and value is not None
            and ((name == "norte" and code in codes) or (name, code) == ("sul", "8"))
        }
    assert (REFERENCES.name, 0) not in erased
    assert {message.key for message in everyone.rows("norte").get((BILLS.name, 0), [])} == {
        key for key in erased.get((BILLS.name, 0), set()) if key and key.startswith(b"norte:")
    }
    for (topic, number), keys in erased.items():
        for key in keys:
            everyone.note(Given(topic, number, 0, key, None))
    assert set(everyone.counts()) <= {DEBTORS.name}


def letter(key: bytes | None, place: str, value: bytes = b"{}") -> dict[str, Any]:
    return {"key": key, "place": place, "value": value}


def test_a_dead_letter_is_its_key_s_or_its_row_s_or_whoever_its_bytes_tell_of() -> None:
    clients, signs = {"norte": ["7", "a%3Ab"]}, needles(CPF, HASH)
    bill = "ixc/fn_areceber[norte]@9"
    theirs = [
        letter(b"norte:7:bill:9", "erp.bill.v1[0]@1"),
        letter(None, bill, b'{"id_cliente":"7"}'),
        letter(None, bill, b'{"id_cliente":"a:b"}'),
        letter(b"sul:1:cdr:X", "csv/Master[pabx]", b"callerid 111.444.777-35"),
    ]
    others = [
        letter(b"norte:70:bill:9", "erp.bill.v1[0]@1"),
        letter(None, bill, b'{"id_cliente":"70"}'),
        letter(None, bill, b"\xff"),
        letter(None, "none/such[norte]@7", b'{"id_cliente":"7"}'),
        letter(None, "ixc/fn_areceber[sul]@9", b'{"id_cliente":"7"}'),
        letter(None, "somewhere"),
    ]
    assert [is_theirs(one, clients, signs) for one in (*theirs, *others)] == [True] * 4 + [False] * 6
    assert owner_of(theirs[2]) == ("norte", "a%3Ab")


# --- where they are found


def hits() -> Hits:
    return Hits(needles(CPF, HASH), lambda name, code: (name, code) == ("norte", "7"), TOPICS)


def test_what_a_tombstone_followed_is_bytes_and_what_none_followed_is_alive() -> None:
    found = hits()
    day = 86_400_000
    for one in (
        row("norte:7:bill:1", "", BILLS.name), gone("norte:7:bill:1", BILLS.name, at=day),
        row("norte:7:bill:2", "", BILLS.name), row("norte:70:bill:1", "", BILLS.name), gone("norte:7:client:7"),
    ):  # fmt: skip
        found.note(one)
    assert found.rows() == [
        {"where": "topic erp.bill.v1", "alive": 1, "still there": 2, "until": "1970-07-11 at the latest"}
    ]


def test_a_record_under_another_key_that_tells_of_them_is_found_until_another_takes_its_place() -> None:
    """A client that was this person once: older rows tell of it."""
    found = hits()
    found.note(row("sul:3:client:3", HASH))
    assert [one["alive"] for one in found.rows()] == [1]
    found.note(row("sul:3:client:3", OTHER))
    assert [(one["alive"], one["still there"]) for one in found.rows()] == [(0, 1)]


def test_what_goes_by_time_is_not_alive_and_tells_when_it_goes() -> None:
    found = hits()
    why = Why(stage="erp-poller", place="ixc/fn_areceber[norte]@9", field="f", reason="r")
    headers = [(name, str(text).encode()) for name, text in why]
    found.note(Given(DEAD.name, 0, 0, None, b'{"id_cliente":"7"}', headers=headers))
    found.note(Given(REQUESTS.name, 0, 0, b"norte:7", b"{}"))
    assert [(one["where"], one["alive"], one["until"]) for one in found.rows()] == [
        ("topic call.requested.v1", 0, "1970-01-02 at the latest"),
        ("topic dead.v1", 0, "1971-01-01 at the latest"),
    ]


TABLE = ("references", {"_id": "norte:uf:7", "instance": "norte", "code": "7"})
"""A row of a table of the ERP: its code is no client's."""


def test_a_document_is_alive_unless_a_rule_keeps_it() -> None:
    found = hits()
    mentions = mention({"norte": ["7"]})
    theirs = {"_id": "norte:7", "instance": "norte", "code": "7"}
    grave = {"_id": "norte:7", "version": 1, "erased": True}
    others = [{"_id": "norte:70"}, {"_id": "xnorte:7"}, {"_id": "sul:7", "instance": "sul", "code": "7"}]
    for name, document in (
        ("debtors", theirs), ("debtors", grave), TABLE, *(("debtors", one) for one in others), (ATTEMPTS, theirs),
        ("ledger", {"_id": "dry:client:norte:7"}), ("ledger", {"_id": f"person:{HASH}"}),
        ("bills", {"text": "CPF 111.444.777-35"}),
    ):  # fmt: skip
        found.look(name, bson(document), document, mentions)
    assert [(one["where"], one["alive"], one["still there"]) for one in found.rows()] == [
        ("collection attempts", 0, 1),
        ("collection bills", 1, 1),
        ("collection debtors", 1, 1),
        ("collection debtors", 0, 1),
        ("collection ledger", 0, 2),
    ]
    assert found.collections["debtors", GRAVE] == 1


def test_nobody_is_mentioned_where_nobody_is_looked_for() -> None:
    assert mention({}).search(b"norte:7") is None


# --- what is said and kept


def test_it_is_said_until_when_bytes_stay() -> None:
    said = {str(one["where"]).split(",")[0]: str(one["until"]) for one in stays(NOW)}
    assert said["raw topics and states"].startswith("2026-07-23")
    assert said["dead.v1"].startswith("2027-01-14")
    assert "erase again" in said["backups made before now"]
    assert "180 days" in said[f"collection {ATTEMPTS}"]


def test_an_entry_of_the_list_holds_hashes_and_no_person() -> None:
    entry = Suppressed(hash=HASH, what="client", person=OTHER, instance="norte", since=NOW)
    assert entry.document == {"_id": HASH, "what": "client", "person": OTHER, "instance": "norte", "since": NOW}
