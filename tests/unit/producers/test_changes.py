"""Only change travels, and no change is missed."""

from collections.abc import Mapping

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from producers.erp.changes import (
    COLUMN_BYTES,
    ENVELOPE_BYTES,
    KEY_PART,
    ROW_ID,
    Change,
    Known,
    Seen,
    examine,
    fingerprint,
    gone,
    news,
    project,
    remember,
    told_with,
)
from producers.erp.letters import letter
from producers.erp.outbox import row_bytes
from schemas.erp.altarede import CLIENTS as ALTAREDE_CLIENTS
from schemas.erp.declaration import PERSON, Row, Table
from schemas.erp.ixc import BILLS, CLIENTS, CONTRACTS, STATE
from schemas.errors import RejectRecord
from schemas.model import Code, RowId
from schemas.topics import RECORD_BYTES
from tests.strategies import erp_row, instance


def nobody(document: str) -> str:
    return f"hash of {document}" if document else ""


def change(row: Row, table: Table = BILLS) -> Change:
    return examine(table, row, nobody)


STATES = st.fixed_dictionaries(
    {
        "id_cliente": st.sampled_from(["1", "2"]),
        "status": st.sampled_from("APR"),
        "valor_aberto": st.sampled_from(["1.00", "2.00"]),
    }
)
PROVIDER = st.dictionaries(st.sampled_from("789"), STATES, max_size=3)


def bill(code: str, columns: Mapping[str, str]) -> dict[str, str]:
    return erp_row("fn_areceber", id=code, **columns)


@given(st.from_regex(KEY_PART, fullmatch=True), st.lists(st.sampled_from([b":", b"a", b"\0"])).map(b"".join))
def test_what_is_known_of_a_row_is_told_as_it_was_noted(owner: str, digest: bytes) -> None:
    """Whatever bytes a digest has, the separator too."""
    known = Known(owner, digest)

    assert (known.owner, known.digest) == (owner, digest)


@given(*(st.tuples(st.sampled_from(["1", "11", "1a"]), st.sampled_from([b"", b"1", b"a", b":"])) for _ in range(2)))
def test_two_are_alike_where_owner_and_digest_are(one: tuple[str, bytes], other: tuple[str, bytes]) -> None:
    assert (Known(*one) == Known(*other)) is (one == other)


# --- a provider's history, published change by change


class Topic:
    """What was published, replayed: the newest row of each (owner, id), as a compacted topic would keep it."""

    def __init__(self) -> None:
        self.newest: dict[tuple[str, str], Mapping[str, str] | None] = {}
        self.published = 0

    def take(self, changes: list[Change]) -> None:
        for one in changes:
            self.newest[one.known.owner, one.code] = one.row
            self.published += 1

    def open_rows(self) -> dict[tuple[str, str], Mapping[str, str]]:
        return {key: row for key, row in self.newest.items() if row is not None and BILLS.member(row)}


def sweep(seen: Seen, topic: Topic, provider: Mapping[str, Mapping[str, str]]) -> int:
    """As `producers.erp.sweep` does it, without its I/O: members, then what became of the absent."""
    before = topic.published
    examined = [change(bill(code, columns)) for code, columns in provider.items()]
    members = [one for one in examined if one.member]
    for found in (members, [_absent(code, provider, seen) for code in set(seen) - {one.code for one in members}]):
        published = list(news(seen, found))
        topic.take(published)
        remember(seen, published)
    return topic.published - before


def _absent(code: str, provider: Mapping[str, Mapping[str, str]], seen: Seen) -> Change:
    return change(bill(code, provider[code])) if code in provider else gone(code, seen[code])


@given(st.lists(PROVIDER, min_size=1, max_size=8))
def test_what_was_published_is_what_the_provider_holds(history: list[dict[str, dict[str, str]]]) -> None:
    """Replayed, the topic shows each open row under its owner and under nobody else; a still provider is silence."""
    seen: Seen = {}
    topic = Topic()
    for provider in history:
        sweep(seen, topic, provider)
        rows = [change(bill(code, columns)) for code, columns in provider.items()]
        assert topic.open_rows() == {(one.known.owner, one.code): one.row for one in rows if one.member}
        assert seen == {one.code: one.known for one in rows if one.member}
        assert sweep(seen, topic, provider) == 0


@given(PROVIDER, PROVIDER)
def test_a_row_is_published_only_if_it_differs(before: dict[str, dict[str, str]], after: dict[str, dict[str, str]]) -> None:
    seen: Seen = {}
    sweep(seen, Topic(), before)
    said = Topic()
    sweep(seen, said, after)

    still = {code for code in before if after.get(code) == before[code]}
    assert not {code for _, code in said.newest} & still


def test_without_the_acknowledgement_nothing_is_remembered() -> None:
    """`news` alone changes nothing: a sweep that could not publish says the same again."""
    seen: Seen = {}
    found = [change(bill("7", {}))]

    assert list(news(seen, found)) == list(news(seen, found)) == found
    assert seen == {}


def test_a_row_that_moved_leaves_its_old_client_first() -> None:
    seen: Seen = {}
    remember(seen, [change(bill("7", {"id_cliente": "1"}))])
    moved = change(bill("7", {"id_cliente": "2"}))

    assert list(news(seen, [moved])) == [gone("7", seen["7"]), moved]
    assert gone("7", seen["7"]).known.owner == "1"


# --- one row


@given(st.sampled_from(BILLS.columns), st.text(max_size=5), st.text(max_size=5))
def test_a_fingerprint_differs_where_a_column_does(column: str, one: str, other: str) -> None:
    row = project(BILLS, erp_row("fn_areceber"), nobody)

    a, b = (orjson.dumps({**row, column: value}) for value in (one, other))
    assert (fingerprint(a) == fingerprint(b)) is (one == other)


def test_a_column_that_is_not_kept_makes_no_change() -> None:
    assert change(erp_row("fn_areceber", obs="a")) == change(erp_row("fn_areceber", obs="b"))


@pytest.mark.parametrize(("table", "name"), [(CLIENTS, "cliente"), (CONTRACTS, "cliente_contrato"), (BILLS, "fn_areceber")])
def test_only_the_whitelist_is_kept(table: Table, name: str) -> None:
    row = {**erp_row(name), "senha": "SEGREDO", "nome_mae": "SEGREDO"}
    kept = project(table, row, nobody)

    derived = set(PERSON) if table is CLIENTS else set()
    assert set(kept) == set(table.columns) | derived
    assert "SEGREDO" not in kept.values()


def test_a_document_travels_hashed_and_masked() -> None:
    kept = project(CLIENTS, erp_row("cliente", cnpj_cpf="111.444.777-35"), nobody)

    assert (kept["person"], kept["document"]) == ("hash of 11144477735", "***444777**")
    assert "111.444.777-35" not in kept.values()


@pytest.mark.parametrize("cpf", ["ISENTO", "N/C", "111.111.111-11", "EXTERIOR", "", "0"])
def test_a_word_in_the_column_before_does_not_hide_a_companys_document(cpf: str) -> None:
    row = dict.fromkeys((*ALTAREDE_CLIENTS.columns, *ALTAREDE_CLIENTS.document), "1")
    kept = project(ALTAREDE_CLIENTS, {**row, "CPF": cpf, "CNPJ": "11.222.333/0001-81"}, nobody)

    assert (kept["person"], kept["document_of"]) == ("hash of 11222333000181", "company")


@pytest.mark.parametrize("column", [*BILLS.columns])
def test_a_row_without_a_column_is_not_the_table_that_we_know(column: str) -> None:
    row = erp_row("fn_areceber")
    del row[column]

    with pytest.raises(RejectRecord, match=f"fn_areceber has no column {column}") as caught:
        change(row)

    assert caught.value.field == column


def test_a_client_without_the_column_of_its_document_is_rejected() -> None:
    """Else everybody would silently lose the hash that limits count on."""
    row = erp_row("cliente")
    del row["cnpj_cpf"]

    with pytest.raises(RejectRecord, match="cnpj_cpf"):
        change(row, CLIENTS)


@given(st.one_of(st.text(max_size=70), st.text(alphabet="a:\n\x1f\x20", max_size=4)))
def test_what_can_be_part_of_a_key_is_what_the_events_take_for_a_code(text: str) -> None:
    """Two spellings of one rule, as the model's own would cost ten times as much for every row."""
    try:
        TypeAdapter(Code).validate_python(text)
        valid = True
    except ValidationError:
        valid = False
    try:
        TypeAdapter(RowId).validate_python(text)
        valid_id = True
    except ValidationError:
        valid_id = False

    assert bool(KEY_PART.fullmatch(text)) is valid
    assert bool(ROW_ID.fullmatch(text)) is valid_id


@pytest.mark.parametrize("owner", ["", "0", "00", "NULL", "-", "não informado", "1" * 65, ":" * 30, "10\n42", "\x00"])
def test_an_owner_that_cannot_be_part_of_a_key_is_rejected(owner: str) -> None:
    with pytest.raises(RejectRecord, match="cannot be part of a key") as caught:
        change(erp_row("fn_areceber", id_cliente=owner))

    assert caught.value.field == "id_cliente"
    assert "42" not in str(caught.value)


def test_only_members_are_remembered() -> None:
    seen: Seen = {"7": Known("1", b"old")}
    paid = change(bill("7", {"id_cliente": "1", "status": "R"}))
    remember(seen, [paid])

    assert (paid.member, seen) == (False, {})


def test_a_value_that_is_no_text_becomes_one() -> None:
    """A version that sends null or a number must not stop the poller."""
    row = {**erp_row("fn_areceber"), "id": 7, "valor_aberto": 99.9, "id_contrato": None}
    kept = project(BILLS, row, nobody)

    assert (kept["id"], kept["valor_aberto"], kept["id_contrato"]) == ("7", "99.9", "")


# --- what is too large


@pytest.mark.parametrize("size", [COLUMN_BYTES + 1, 1_300_000])
def test_a_column_that_is_too_long_is_named_with_its_size_and_not_shown(size: int) -> None:
    with pytest.raises(RejectRecord, match=rf"fn_areceber\.id_renegociacao has {size} bytes") as caught:
        change(bill("7", {"id_renegociacao": "z" * size}))

    assert caught.value.field == "id_renegociacao"
    assert "zz" not in str(caught.value)


@given(st.integers(COLUMN_BYTES - 10, COLUMN_BYTES), st.sampled_from(["z", '"', "\n"]))
def test_a_column_of_the_greatest_length_is_kept(size: int, letter: str) -> None:
    """Whatever JSON makes of it."""
    assert change(bill("7", {"id_renegociacao": letter * size})).member


def test_a_row_whose_record_would_be_too_large_is_rejected() -> None:
    """Each of its columns is short enough; as JSON each letter takes six bytes."""
    long = dict.fromkeys((column for column in CLIENTS.columns if column not in {"id", STATE}), "\x01" * COLUMN_BYTES)
    with pytest.raises(RejectRecord, match="more than a record may have"):
        change(erp_row("cliente", **long), CLIENTS)


@given(st.dictionaries(st.sampled_from(BILLS.columns), st.integers(0, 20).map(lambda n: "é" * 2**n), max_size=4))
def test_whatever_is_published_or_buried_fits_into_a_record(columns: dict[str, str]) -> None:
    row = {**bill("7", {}), **columns}
    try:
        found = change(row)
    except RejectRecord as exc:
        buried = letter(instance(), BILLS, row, exc)
        assert len(buried.value or b"") + sum(len(text) for _, text in buried.headers()) <= RECORD_BYTES
    else:
        of_all = {"instance": "n" * 32, "erp": "altarede-webhooks", "kind": "bill", "seen_at": "x" * 40, "sweep": "y" * 26}
        assert len(row_bytes(of_all, found)) + ENVELOPE_BYTES // 2 <= RECORD_BYTES


def test_a_letter_about_a_row_that_is_too_large_shows_the_rest_of_it() -> None:
    row = bill("7", {"id_renegociacao": "z" * 1_300_000})
    buried = letter(instance(), BILLS, row, RejectRecord("too long", field="id_renegociacao"))

    kept = orjson.loads(buried.value or b"")
    assert kept == {column: row[column] for column in BILLS.columns if column != "id_renegociacao"}


def test_an_id_that_is_too_long_does_not_make_its_letter_so() -> None:
    buried = letter(instance(), BILLS, bill("7" * 100_000, {}), RejectRecord("no key", field="id"))

    assert len(buried.why.place) < 200


# --- what mapping takes from the instance


def test_another_area_code_makes_every_row_with_telephones_another_one() -> None:
    """And no other row: a bill has none."""
    here, there = instance(), instance(ddd="71")
    client, owed = erp_row("cliente"), bill("7", {})
    digests = [examine(CLIENTS, client, nobody, told_with(one, CLIENTS)).known.digest for one in (here, here, there)]
    others = [examine(BILLS, owed, nobody, told_with(one, BILLS)).known.digest for one in (here, there)]

    assert digests[0] == digests[1] != digests[2]
    assert others[0] == others[1]
