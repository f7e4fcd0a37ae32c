"""Everything about one debtor shares a partition."""

import pytest
from aiokafka.partitioner import DefaultPartitioner
from hypothesis import example, given
from hypothesis import strategies as st

from schemas.errors import RejectRecord
from schemas.key_parts import escaped, unescaped
from schemas.keys import debtor_key, debtor_of_row, partition_of, row_key
from tests.strategies import CODES, NASTY

NAMES = st.from_regex(r"\A[a-z0-9][a-z0-9_-]{0,8}\Z")


@given(st.binary(max_size=80), st.integers(1, 48))
@example(b"", 6)
@example(b"norte:1042", 6)
def test_partition_is_the_one_that_kafka_itself_would_choose(key: bytes, partitions: int) -> None:
    """`debtor.v1` may be written by any client with Kafka's default; `hydrate` joins partition with partition."""
    everyone = list(range(partitions))

    assert partition_of(key, partitions) == DefaultPartitioner()(key, everyone, everyone)


@pytest.mark.parametrize(
    ("key", "hash_"), [(b"21", -973932308), (b"foobar", -790332482), (b"a-little-bit-long-string", -985981536)]
)
def test_the_hash_is_that_of_the_java_client(key: bytes, hash_: int) -> None:
    """Values of Apache Kafka's own UtilsTest."""
    assert partition_of(key, 1 << 31) == hash_ & 0x7FFFFFFF


@given(NASTY | st.text(":%235A", max_size=12))
@example("02:00:5e:10:00:01")
def test_a_part_of_a_key_is_escaped_and_read_back_whatever_it_holds(part: str) -> None:
    assert ":" not in escaped(part)
    assert unescaped(escaped(part)) == part


@given(NASTY | st.text(":%235A", max_size=12))
def test_no_two_parts_share_a_spelling(part: str) -> None:
    """Nor does reading invent: what no part is spelled like stays apart from what one is."""
    spelled = escaped(unescaped(part))

    assert spelled == escaped(unescaped(spelled))


@given(st.text(max_size=20).filter(lambda part: ":" not in part and "%3A" not in part and "%25" not in part))
def test_a_part_without_the_separator_is_spelled_as_it_always_was(part: str) -> None:
    assert escaped(part) == unescaped(part) == part


@given(NAMES, CODES, st.sampled_from(["contract", "bill"]), st.from_regex(r"\A([0-9a-f]{2}[:-]){5}[0-9a-f]{2}\Z"))
def test_a_row_whose_id_is_a_mac_address_has_a_key_of_four_parts(instance: str, client: str, kind: str, code: str) -> None:
    key = row_key(instance, client, kind, code)

    assert debtor_of_row(key) == debtor_key(instance, client)
    assert len(key.split(b":")) == 4
    assert unescaped(key.decode().rsplit(":", 1)[1]) == code


@given(NAMES, CODES, st.sampled_from(["client", "contract", "bill", "reference"]), CODES)
def test_a_row_names_its_debtor(instance: str, client: str, kind: str, code: str) -> None:
    assert debtor_of_row(row_key(instance, client, kind, code)) == debtor_key(instance, client)


@pytest.mark.parametrize(
    "key", [None, b"", b"norte", b"norte:1042", b"norte:1042:bill", b"norte::bill:1", b":1042:bill:1", b"norte:1042:bill:"]
)
def test_any_other_key_is_rejected(key: bytes | None) -> None:
    with pytest.raises(RejectRecord, match="instance:client:kind:id") as caught:
        debtor_of_row(key)

    assert caught.value.field == "key"


@given(st.one_of(st.none(), st.binary(max_size=30)))
def test_no_key_is_too_odd(key: bytes | None) -> None:
    parts = (key or b"").split(b":", 3)
    if len(parts) == 4 and all(parts):
        assert debtor_of_row(key) == parts[0] + b":" + parts[1]
    else:
        with pytest.raises(RejectRecord):
            debtor_of_row(key)
