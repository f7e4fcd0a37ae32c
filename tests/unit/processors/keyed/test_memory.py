"""The states of a worker, restored from its own output topic."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.keyed.memory import restore, version_of

KEYS = st.sampled_from([b"norte:1", b"norte:2"])
VERSIONS = st.integers(0, 5)


def state(version: int, mark: str = "") -> bytes:
    return orjson.dumps({"version": version, "mark": mark})


@given(st.lists(st.tuples(KEYS, VERSIONS), max_size=12))
def test_whatever_the_order_the_highest_version_stays(records: list[tuple[bytes, int]]) -> None:
    """A recovery reads while a worker that lost the partition still writes."""
    states: dict[bytes, bytes] = {}
    for key, version in records:
        restore(states, key, state(version))

    highest = {key: max(version for other, version in records if other == key) for key, _ in records}
    assert {key: version_of(value) for key, value in states.items()} == highest


@given(st.lists(st.tuples(VERSIONS, st.sampled_from("ab")), min_size=1))
def test_of_the_same_version_the_later_record_stays(records: list[tuple[int, str]]) -> None:
    states: dict[bytes, bytes] = {}
    for version, mark in records:
        restore(states, b"k", state(version, mark))

    highest = max(version for version, _ in records)
    assert states[b"k"] == state(highest, [mark for version, mark in records if version == highest][-1])


@given(st.lists(st.one_of(st.none(), VERSIONS), min_size=1))
def test_a_tombstone_erases_what_came_before_it(records: list[int | None]) -> None:
    states: dict[bytes, bytes] = {}
    for version in records:
        restore(states, b"k", None if version is None else state(version))

    since = len(records) - 1 - records[::-1].index(None) if None in records else -1
    after = [version for version in records[since + 1 :] if version is not None]
    assert {version_of(value) for value in states.values()} == ({max(after)} if after else set())


@given(
    st.one_of(
        st.binary(max_size=30), st.sampled_from([b"[]", b"{}", b"1", b'"version"', b'{"version":"3"}', b'{"version":null}'])
    )
)
def test_bytes_without_a_version_are_no_state(value: bytes) -> None:
    states = {b"k": state(1)}
    restore(states, b"k", value)

    assert states == {b"k": state(1)}


@pytest.mark.parametrize(("value", "version"), [(state(7), 7), (b"{}", None), (b"\xff", None), (b"[1]", None)])
def test_the_version_in_a_state(value: bytes, version: int | None) -> None:
    assert version_of(value) == version
